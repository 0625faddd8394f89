// Pushing anything to the shop as the follower who holds the phone, also twice and at the same instant.
import { post } from '../api.js';
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { me, on, store } from '../store.js';
import { explain } from '../phone/chat.js';
import { fail } from '../phone/sheet.js';
import { GROUPS } from './push_kinds.js';

function kindSelect() {
  return h('select', { testid: 'push-kind', id: 'push-kind' }, GROUPS.map(([group, kinds]) =>
    h('optgroup', { label: t(group) }, kinds.map(([name, label]) => h('option', { value: name }, `${t(label)} · ${name}`)))));
}

// The simulator says which fields a kind has; where it knows the answers they are offered.
function fieldInputs(kind) {
  return store.state.push_fields[kind].map(({ name, value, choices }) => {
    const attributes = { name, testid: `push-field-${name}` };
    const field = choices.length
      ? h('select', attributes, choices.map((one) => h('option', { value: one, selected: one === value }, one)))
      : h('input', { ...attributes, value, autocomplete: 'off' });
    return h('label', {}, h('span.mono', {}, name), field);
  });
}

function given(form) {
  const pairs = [...form.querySelectorAll('[data-fields] input, [data-fields] select')].map((input) => [input.name, input.value.trim()]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
}

const WORDS = { replied: '已回复', handled: '已收到', refused: '应答不对', unreachable: '没有应答' };

function replyText(reply) {
  if (!reply) return '';
  return typeof reply === 'string' ? reply : JSON.stringify(reply, null, 2);
}

function delivery(one, index) {
  const good = one.verdict === 'replied' || one.verdict === 'handled';
  return h('li.delivery', { testid: 'push-delivery' },
    h('header', {}, h(`span.verdict.${good ? 'good' : 'bad'}`, {}, icon(good ? 'check' : 'cross')),
      h('b', {}, t('第 {n} 次', { n: index + 1 })), h('span', {}, t(WORDS[one.verdict] || one.verdict)),
      h('span.mono', {}, `${one.status || '—'} · ${Math.round(one.ms)} ms`)),
    one.reason && one.reason !== 'ok' ? h('p', {}, one.reason) : null,
    one.reply ? h('pre.code', { tabindex: '0' }, replyText(one.reply)) : null);
}

function whoLine() {
  const line = h('p.lab-note');
  const draw = () => { line.textContent = t('以“{name}”的身份，推送模式 {mode}', { name: me()?.nickname || '', mode: store.state.push_mode }); };
  on('follower', draw);
  on('state', draw);
  draw();
  return line;
}

export function pushPanel() {
  const kind = kindSelect();
  const mode = h('select', { testid: 'push-mode', 'aria-label': t('推送模式') },
    [['', t('当前模式')], ['safe', t('安全模式')], ['compatible', t('兼容模式')], ['plain', t('明文模式')]].map(([value, label]) => h('option', { value }, label)));
  const repeat = h('input', { type: 'number', min: '1', max: '20', value: '1', testid: 'push-repeat', 'aria-label': t('次数') });
  const same = h('input', { type: 'checkbox', testid: 'push-same' });
  const fields = h('div.push-fields', { 'data-fields': 'all' });
  const results = h('ul.deliveries', { 'aria-live': 'polite' });
  const button = h('button.lab-button.strong', { testid: 'push-send' }, t('推送'));
  const form = h('form.lab-block.push-form', {},
    h('label', {}, h('span', {}, t('种类')), kind), fields,
    h('div.push-options', {}, h('label', {}, h('span', {}, t('推送模式')), mode), h('label', {}, h('span', {}, t('次数')), repeat),
      h('label.once', {}, same, t('同一瞬间'))), button);
  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const body = { ...given(form), openid: store.openid, kind: kind.value, repeat: Number(repeat.value) || 1, same_instant: same.checked };
      const answer = await post('push', mode.value ? { ...body, mode: mode.value } : body);
      results.replaceChildren(...answer.deliveries.map(delivery));
      explain(answer);
    } catch (error) {
      fail(error);
    }
    button.disabled = false;
  };
  const refill = () => fields.replaceChildren(...fieldInputs(kind.value));
  kind.addEventListener('change', refill);
  form.addEventListener('submit', send);
  button.addEventListener('click', send);
  refill();
  return [whoLine(), form, results];
}
