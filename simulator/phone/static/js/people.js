// The followers above the phone: who holds it now, and adding one more.
import { follower, get, post } from './api.js';
import { arrange, byId, h, icon, part } from './dom.js';
import { t } from './i18n.js';
import { choose, loadState, on, store } from './store.js';
import { askText, openSheet } from './phone/sheet.js';

export function avatar(one, extra = '') {
  const letter = [...(one.nickname || '?').replace(/^[^\p{L}\p{N}]+/u, '')][0] || '?';
  const left = one.subscribed === false ? '.left' : '';
  return h(`span.avatar${left}${extra}`, { style: { background: one.color || '#8a8f94' }, 'aria-hidden': 'true' }, letter);
}

function person(one, index) {
  const chosen = one.openid === store.openid;
  return h('button.person', {
    testid: `follower-${index}`,
    'aria-pressed': String(chosen),
    title: one.nickname,
    onclick: () => choose(one.openid),
  }, avatar(one), h('span', {}, one.nickname));
}

async function addPerson() {
  const nickname = await askText({ title: t('添加一位粉丝'), label: t('昵称'), value: '', button: t('添加') });
  if (!nickname) return;
  const added = await post('followers', { nickname });
  await loadState();
  const created = added.follower || added;
  await choose(created.openid || store.state.followers.at(-1).openid);
}

// Thousands do not fit on a strip: the rest are found by name.
async function findPerson() {
  const chosen = await openSheet({
    title: t('共 {n} 人', { n: store.state.follower_count }),
    testid: 'people-sheet',
    build: ({ done }) => {
      const rows = h('div.rows.found');
      const input = h('input', { type: 'search', placeholder: t('昵称或 openid'), 'aria-label': t('昵称或 openid'), testid: 'people-search', 'data-first': true });
      const look = async () => {
        const { followers } = await get(`followers?q=${encodeURIComponent(input.value.trim())}`);
        rows.replaceChildren(...(followers.length ? followers.map((one) => foundRow(one, done)) : [h('p.lab-empty', {}, t('没有找到'))]));
      };
      input.addEventListener('input', look);
      look();
      return h('div.form', {}, input, rows);
    },
  });
  if (chosen) await choose(chosen);
}

function foundRow(one, done) {
  return h('button.row', { testid: 'people-found', onclick: () => done(one.openid) }, avatar(one),
    h('span.row-words', {}, h('b', {}, one.nickname), h('span.mono', {}, one.openid)));
}

function draw() {
  const hidden = store.state.follower_count - store.state.followers.length;
  const more = () => h('button.person.person-add', { testid: 'follower-find', onclick: findPerson },
    h('span.avatar', {}, icon('search')), h('span', {}, `+${hidden}`));
  const add = () => h('button.person.person-add', { testid: 'follower-add', onclick: addPerson },
    h('span.avatar', {}, icon('add')), h('span', {}, t('添加')));
  const shown = store.state.followers.map((one, index) =>
    part(one.openid, [one.nickname, one.color, one.subscribed, index, one.openid === store.openid], () => person(one, index)));
  arrange(byId('people'), [...(hidden > 0 ? [part('more', hidden, more)] : []), ...shown, part('add', '', add)]);
}

export function startPeople() {
  byId('people').setAttribute('role', 'group');
  byId('people').setAttribute('aria-label', t('手机的主人'));
  on('state', draw);
  on('follower', () => {
    draw();
    byId('people').querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
}

export const setPlatform = (openid, platform) => post(follower(openid), { platform });
