// The bar under the conversation, as a service account has it: its menu or a keyboard.
import { follower, post, postForm } from '../api.js';
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { loadState, me, store, watch } from '../store.js';
import { explain, say } from './chat.js';
import { menuCells } from './menu_bar.js';
import { openScan } from './scan_sheet.js';
import { fail, openSheet } from './sheet.js';

const PLACES = [
  { label: '福建省厦门市思明区湖滨南路', latitude: 24.479834, longitude: 118.089425 },
  { label: '浙江省杭州市西湖区龙井村', latitude: 30.223281, longitude: 120.101862 },
  { label: '北京市朝阳区建国路 93 号', latitude: 39.908692, longitude: 116.471977 },
];

export function choosePicture() {
  return new Promise((resolve) => {
    const input = h('input', { type: 'file', accept: 'image/*', hidden: true });
    input.addEventListener('change', () => resolve(input.files[0] || null));
    input.addEventListener('cancel', () => resolve(null));
    document.body.append(input);
    input.click();
    setTimeout(() => input.remove(), 60000);
  });
}

export async function sendPicture() {
  const file = await choosePicture();
  if (!file) return;
  const form = new FormData();
  form.append('type', 'image');
  form.append('picture', file, file.name);
  explain(await postForm(follower(store.openid, '/say'), form));
}

export async function choosePlace() {
  return openSheet({
    title: t('选择位置'),
    build: ({ done }) => PLACES.map((one) => h('div.address', {}, h('button', { onclick: () => done(one) }, h('b', {}, one.label)))),
  });
}

async function sendPlace() {
  const chosen = await choosePlace();
  if (chosen) await say({ type: 'location', ...chosen, scale: 16 });
}

function plusPanel() {
  const item = (name, label, action, testid) =>
    h('button', { onclick: () => run(action), testid }, h('i', {}, icon(name)), label);
  const run = (action) => {
    panel.hidden = true;
    Promise.resolve(action()).catch(fail);
  };
  const panel = h('div.plus-panel', { hidden: true },
    item('image', t('照片'), sendPicture, 'plus-picture'),
    item('mic', t('语音'), () => say({ type: 'voice' }), 'plus-voice'),
    item('film', t('视频'), () => say({ type: 'video' }), 'plus-video'),
    item('pin', t('位置'), sendPlace, 'plus-location'),
    item('scan', t('扫一扫'), () => openScan({ handle: true }), 'plus-scan'));
  return panel;
}

function writing(plus, typed) {
  const input = h('textarea', { rows: '1', 'aria-label': t('写消息'), maxlength: '2048', testid: 'chat-input', enterkeyhint: 'send' });
  const button = h('button.send', { testid: 'chat-send', hidden: true }, t('发送'));
  const more = h('button.round', { 'aria-label': t('更多'), 'aria-expanded': 'false', testid: 'chat-plus' }, icon('add'));
  const refresh = () => {
    const empty = !input.value.trim();
    button.hidden = empty;
    more.hidden = !empty;
    input.style.height = 'auto';
    input.style.height = `${Math.min(104, input.scrollHeight)}px`;
  };
  const send = () => {
    const content = input.value.trim();
    if (!content) return;
    input.value = '';
    refresh();
    say({ type: 'text', content });
    input.focus();
  };
  input.addEventListener('input', refresh);
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  button.addEventListener('click', send);
  more.addEventListener('click', () => {
    plus.hidden = !plus.hidden;
    more.setAttribute('aria-expanded', String(!plus.hidden));
  });
  input.value = typed;
  refresh();
  return h('div.write', {}, input, button, more);
}

function fill(bar, showMenu, plus) {
  const buttons = store.menu?.button || [];
  const useMenu = showMenu && buttons.length > 0;
  const toggle = buttons.length
    ? h('button.round', { 'aria-label': useMenu ? t('键盘') : t('菜单'), testid: 'composer-toggle', onclick: () => fill(bar, !useMenu, plus) },
      icon(useMenu ? 'keyboard' : 'menu'))
    : h('span', { style: { width: '12px' } });
  const typed = bar.querySelector('textarea')?.value || '';
  plus.hidden = true;
  bar.classList.toggle('with-menu', useMenu);
  bar.replaceChildren(toggle, useMenu ? menuCells(buttons) : writing(plus, typed));
}

// Who does not follow yet can do two things: follow, or scan a code that makes him follow.
function stranger() {
  const follow = () => post(follower(store.openid, '/subscribe')).then(loadState).catch(fail);
  return [
    h('button.round', { 'aria-label': t('扫一扫'), testid: 'stranger-scan', onclick: () => openScan({ handle: true }).catch(fail) }, icon('scan')),
    h('button.green-button', { testid: 'follow-here', onclick: follow }, t('关注公众号')),
    h('span.round'),
  ];
}

export function composer() {
  const plus = plusPanel();
  const bar = h('div.composer-row');
  const box = h('footer.composer', {}, bar, plus);
  let shown = '';
  const draw = () => {
    const now = JSON.stringify([store.menu, me()?.subscribed]);
    if (now === shown) return;
    shown = now;
    plus.hidden = true;
    if (me()?.subscribed) fill(bar, bar.classList.contains('with-menu'), plus);
    else bar.replaceChildren(...stranger());
  };
  draw();
  watch(box, 'state', draw);
  watch(box, 'menu', draw);
  return box;
}
