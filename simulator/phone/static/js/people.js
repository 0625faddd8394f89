// The followers above the phone: who holds it now, and adding one more.
import { follower, post } from './api.js';
import { byId, h, icon, refill } from './dom.js';
import { t } from './i18n.js';
import { choose, loadState, on, store } from './store.js';
import { askText } from './phone/sheet.js';

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

function draw() {
  const add = h('button.person.person-add', { testid: 'follower-add', onclick: addPerson },
    h('span.avatar', {}, icon('add')), h('span', {}, t('添加')));
  refill(byId('people'), ...store.state.followers.map(person), add);
}

export function startPeople() {
  byId('people').setAttribute('role', 'group');
  byId('people').setAttribute('aria-label', t('手机的主人'));
  on('state', draw);
  on('follower', draw);
}

export const setPlatform = (openid, platform) => post(follower(openid), { platform });
