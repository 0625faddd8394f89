// What WeChat knows of the follower who holds the phone: source, tags, menu, and how long the account may write.
import { follower, get } from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { me, on, store } from '../store.js';
import { avatar } from '../people.js';
import { wechatNow } from '../phone/status_bar.js';

const TRIGGERS = { message: '写了消息', menu: '点了菜单', subscribe: '关注', scan: '扫码' };
const SOURCES = {
  ADD_SCENE_SEARCH: '搜索', ADD_SCENE_QR_CODE: '扫二维码', ADD_SCENE_PROFILE_CARD: '名片', ADD_SCENE_PAID: '支付后关注',
  ADD_SCENE_WXA: '小程序关注', ADD_SCENE_OTHERS: '其他',
};

function left(until) {
  const seconds = Math.max(0, Math.round(until - wechatNow() / 1000));
  if (seconds >= 3600) return t('还有 {h} 小时 {m} 分', { h: Math.floor(seconds / 3600), m: Math.floor((seconds % 3600) / 60) });
  return t('还有 {m} 分 {s} 秒', { m: Math.floor(seconds / 60), s: seconds % 60 });
}

function windowRow(one) {
  const until = h('span.countdown', { 'data-until': one.until }, left(one.until));
  return h('li', { testid: `window-${one.kind}` }, h('b', {}, t(TRIGGERS[one.kind] || one.kind)), h('span', {}, t('可发 {n} 条', { n: one.left })), until);
}

function sourceOf(person) {
  const words = t(SOURCES[person.subscribe_scene] || person.subscribe_scene);
  const scene = person.qr_scene_str || person.qr_scene;
  return scene ? `${words} · ${scene}` : words;
}

function menuOf(menu) {
  if (!menu) return t('没有菜单');
  if (!menu.matchrule) return t('默认菜单');
  const rule = Object.entries(menu.matchrule).map(([name, value]) => `${name}=${value}`).join(' ');
  return `${t('个性化菜单')} ${menu.menuid} · ${rule}`;
}

function facts(person) {
  const rows = [
    ['openid', person.openid], ['unionid', person.unionid], [t('关注'), person.subscribed ? sourceOf(person) : t('没有关注')], [t('备注'), person.remark || '—'],
    [t('标签'), person.tags.map((tag) => `${tag.name} (${tag.id})`).join('、') || '—'], [t('菜单'), menuOf(store.menu)],
    [t('黑名单'), person.blacklisted ? t('在黑名单里，消息不推送') : t('不在')],
  ];
  return h('dl.facts', { testid: 'person-facts' }, rows.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))]));
}

function windows(person) {
  const open = person.windows.filter((one) => one.until > wechatNow() / 1000);
  if (!open.length) return h('p.lab-note', {}, t('没有打开的窗口，公众号现在不能主动发消息。'));
  return h('ul.windows', {}, open.map(windowRow));
}

export function personPanel() {
  const box = h('div.person-panel');
  let pending = 0;
  const draw = async () => {
    const turn = pending += 1;
    const person = store.openid ? await get(follower(store.openid)) : null;
    if (!person || turn !== pending) return;
    box.replaceChildren(
      h('section.lab-block', {}, h('header.person-head', {}, avatar(person), h('h2', {}, person.nickname)), facts(person)),
      h('section.lab-block', {}, h('h3', {}, t('客服消息窗口')), windows(person)));
  };
  const redraw = () => { if (me()) draw().catch(() => {}); };
  for (const topic of ['state', 'follower', 'menu', 'chat']) on(topic, redraw);
  redraw();
  setInterval(() => {
    for (const one of box.querySelectorAll('[data-until]')) one.textContent = left(Number(one.dataset.until));
  }, 1000);
  return box;
}
