// WeChat's browser on the phone: one page at a time in a frame, with title, back, and the ... menu.
import { post } from '../api.js';
import { byId, enter, h, icon, leave } from '../dom.js';
import { t } from '../i18n.js';
import { settings } from '../settings.js';
import { fault, isActive, on, store } from '../store.js';
import { answerInvoke } from './bridge.js';
import { fail } from './sheet.js';
import { openWebMenu } from './web_menu.js';

let page = null;

const webOrigin = () => new URL(store.state.web_base).origin;

function enterUrl({ url, openid, snapshot, fresh }) {
  const query = new URLSearchParams({ openid, url });
  if (snapshot) query.set('snapshot', '1');
  if (fresh) query.set('fresh', '1');
  return `${store.state.web_base}/__wechat__/enter?${query}`;
}

function header(closing) {
  const back = h('button.nav-button', { 'aria-label': t('返回'), testid: 'webview-back', onclick: goBack }, icon('back'));
  const close = h('button.nav-button', { 'aria-label': t('关闭网页'), testid: 'webview-close', onclick: closing }, icon('close'));
  const title = h('div.web-title', { testid: 'webview-title', role: 'heading', 'aria-level': '2' });
  const more = h('button.nav-button', { 'aria-label': t('更多'), testid: 'webview-menu', onclick: () => openWebMenu(page) }, icon('more'));
  const progress = h('div.progress', { 'aria-hidden': 'true' });
  const element = h('header.web-head', {}, h('div.nav-group', {}, close, back), title, h('div.nav-group', {}, more), progress);
  return { element, title, back, more, progress };
}

function frame(src) {
  const made = h('iframe.web-page', {
    testid: 'webview',
    title: t('网页'),
    allow: 'clipboard-write; camera; geolocation',
  });
  made.style.colorScheme = settings.theme;
  made.src = src;
  made.addEventListener('load', () => {
    busy(false);
    readOwnTitle(made);
  });
  return made;
}

// WeChat's own pages (asking for consent) are ours: they have no bridge, but may be looked at.
function readOwnTitle(made) {
  try {
    const { title, documentElement } = made.contentDocument;
    if (page && title) page.head.title.textContent = title;
    documentElement.style.zoom = settings.zoom;
  } catch {
    // The shop's pages tell their title themselves.
  }
}

function busy(on) {
  if (!page) return;
  const { progress } = page.head;
  progress.classList.remove('done');
  progress.classList.toggle('busy', on);
  if (!on) progress.classList.add('done');
}

function snapshotBar() {
  const full = h('button.green-button', { testid: 'snapshot-full', onclick: () => useFullService().catch(fail) }, t('使用完整服务'));
  return h('footer.snapshot-bar', { testid: 'snapshot-bar' }, t('当前为快照页，仅供浏览'), full);
}

// WeChat opens the same page again, this time with the follower's real identity.
async function useFullService() {
  const { url } = page;
  const before = fault('oauth_snapshot');
  await setSnapshot('off');
  openPage(url, { snapshot: false });
  if (before && isActive(before) && !before.once) page.afterwards = () => setSnapshot('on');
}

const setSnapshot = (value) => post('faults', { name: 'oauth_snapshot', value });

function meetsSnapshot() {
  const one = fault('oauth_snapshot');
  if (!one || !isActive(one)) return false;
  if (one.once) setSnapshot('off').catch(fail);
  return true;
}

export function openPage(url, options = {}) {
  closePage({ quietly: true });
  const snapshot = options.snapshot ?? meetsSnapshot();
  const head = header(() => closePage());
  const body = frame(enterUrl({ url, openid: store.openid, snapshot, fresh: options.fresh }));
  const element = h('section.web', { 'aria-label': t('网页') }, head.element, body, snapshot ? snapshotBar() : null);
  page = { url, here: url, title: '', openid: store.openid, snapshot, head, frame: body, element, hidden: new Set(), share: {}, granted: new Set(), canGoBack: false };
  enter(element);
  byId('webview-layer').append(element);
  busy(true);
  head.title.textContent = new URL(url, store.state.web_base).host;
}

export function closePage({ quietly = false } = {}) {
  if (!page) return;
  const { element } = page;
  page = null;
  if (quietly) element.remove();
  else leave(element);
}

function goBack() {
  if (!page) return;
  if (page.canGoBack) command('back');
  else closePage();
}

export function command(name, more = {}) {
  if (page) page.frame.contentWindow.postMessage({ type: 'wx-command', name, ...more }, webOrigin());
}

export function fireEvent(name, data) {
  if (page) page.frame.contentWindow.postMessage({ type: 'wx-event', name, data }, webOrigin());
}

function hello(message) {
  page.afterwards?.().catch(fail);
  page.afterwards = null;
  page.title = message.title;
  page.canGoBack = message.canGoBack;
  if (page.here.split('#')[0] !== message.url.split('#')[0]) page.granted = new Set();
  page.here = message.url;
  page.head.title.textContent = message.title || new URL(message.url).host;
  command('settings', { zoom: settings.zoom, theme: settings.theme });
}

async function invoked(message, origin) {
  const current = page;
  const reply = (type, more) => {
    if (current.frame.contentWindow) current.frame.contentWindow.postMessage({ type, id: message.id, ...more }, origin);
  };
  const noticed = (patient) => reply('wx-noticed', { patient });
  const res = await answerInvoke(message, current, noticed);
  reply('wx-result', { res });
}

function hear(event) {
  // WeChat's own pages (the consent to a login) lie on the platform's origin, which is this page's.
  const trusted = event.origin === webOrigin() || event.origin === location.origin;
  if (!page || event.source !== page.frame.contentWindow || !trusted) return;
  const message = event.data || {};
  if (message.type === 'wx-page') {
    busy(false);
    hello(message);
  } else if (message.type === 'wx-leaving') {
    page.share = {};
    page.sharesItself = false;
    page.hidden = new Set();
    busy(true);
  } else if (message.type === 'wx-on') page.sharesItself = message.name === 'menu:share:appmessage' || page.sharesItself;
  else if (message.type === 'wx-invoke') invoked(message, event.origin);
}

export function startWebview() {
  addEventListener('message', hear);
  on('settings', () => {
    if (!page) return;
    page.frame.style.colorScheme = settings.theme;
    readOwnTitle(page.frame);
    command('settings', { zoom: settings.zoom, theme: settings.theme });
  });
}
