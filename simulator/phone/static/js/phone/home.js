// The first screen of WeChat: the account, and friends who shared something.
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { avatar } from '../people.js';
import { store } from '../store.js';
import { accountAvatar } from './account.js';
import { openChat } from './chat.js';
import { navBar, popScreen, pushScreen } from './screens.js';
import { openScan } from './scan_sheet.js';
import { sharesFor } from './shares.js';
import { fail } from './sheet.js';
import { openPage } from './webview.js';

function lastWords(openid) {
  const last = (store.chats.get(openid) || []).at(-1);
  if (!last) return t('轻触进入');
  if (last.articles && last.articles[0]) return `[${t('图文')}] ${last.articles[0].title}`;
  return last.text || last.title || `[${last.kind}]`;
}

function row(face, name, words, onclick, testid) {
  return h('button.row', { onclick, testid }, face, h('span.row-words', {}, h('b', {}, name), h('span', {}, words)));
}

function friendView(share) {
  const view = h('section', { 'aria-label': share.from.nickname });
  const card = h('button.link-card', { testid: 'shared-card', onclick: () => openPage(share.url) },
    h('h3', {}, share.title || share.url), h('p', {}, share.description || share.url));
  view.append(
    navBar({ title: share.from.nickname, back: () => popScreen(view) }),
    h('div.messages', {}, h('div.message', {}, avatar(share.from), card)));
  return view;
}

export function homeView() {
  const view = h('section', { 'aria-label': t('微信') });
  const friends = sharesFor(store.openid).map((share, index) =>
    row(avatar(share.from), share.from.nickname, `[${t('链接')}] ${share.title || share.url}`,
      () => pushScreen(friendView(share)), `shared-${index}`));
  const scan = h('button.nav-button', { 'aria-label': t('扫一扫'), testid: 'home-scan', onclick: () => openScan({ handle: true }).catch(fail) }, icon('scan'));
  view.append(
    navBar({ title: t('微信'), right: scan }),
    h('div.rows', {},
      row(accountAvatar(store.state.account), store.state.account.name, lastWords(store.openid), openChat, 'open-account'),
      friends));
  return view;
}
