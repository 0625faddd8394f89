// The ... menu of the web view: refresh, copy the link, font size, share.
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { avatar } from '../people.js';
import { store } from '../store.js';
import { chooseFont } from './font_sheet.js';
import { share } from './shares.js';
import { openSheet, toast } from './sheet.js';
import { command, fireEvent } from './webview.js';

const SHARE = 'menuItem:share:appMessage';
const COPY = 'menuItem:copyUrl';

async function copy(url) {
  try {
    await navigator.clipboard.writeText(url);
    toast(t('已复制'));
  } catch {
    toast(url, 5000);
  }
}

function friends() {
  return openSheet({
    title: t('发送给'),
    build: ({ done }) => h('div.rows', {}, store.state.followers.filter((one) => one.openid !== store.openid).map((one) =>
      h('button.row', { testid: `share-to-${store.state.followers.indexOf(one)}`, onclick: () => done(one) }, avatar(one), h('span.row-words', {}, h('b', {}, one.nickname))))),
  });
}

export async function sharePage(page, given = page.share) {
  const to = await friends();
  if (!to) return false;
  share(to.openid, {
    title: given.title || page.title,
    description: given.desc || '',
    url: given.link || page.here,
  });
  toast(t('已发送给 {name}', { name: to.nickname }));
  return true;
}

function startSharing(page) {
  fireEvent('menu:share:appmessage', { scene: 'friend' });
  if (!page.sharesItself) sharePage(page);
}

function items(page) {
  const all = [
    ['share', t('发送给朋友'), 'webmenu-share', () => startSharing(page), SHARE],
    ['copy', t('复制链接'), 'webmenu-copy', () => copy(page.here), COPY],
    ['refresh', t('刷新'), 'webmenu-refresh', () => command('reload'), ''],
    ['font', t('字体大小'), 'webmenu-font', chooseFont, ''],
  ];
  return all.filter(([, , , , name]) => !page.hidden.has(name));
}

export async function openWebMenu(page) {
  const action = await openSheet({
    title: new URL(page.here, store.state.web_base).host,
    testid: 'webmenu',
    build: ({ done }) => h('div.sheet-grid', {}, items(page).map(([name, label, testid, run]) =>
      h('button', { testid, onclick: () => done(run) }, h('i', {}, icon(name)), label))),
  });
  if (action) action();
}
