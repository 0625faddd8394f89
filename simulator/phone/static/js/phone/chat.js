// The conversation with the account: messages above, the composer below.
import { follower, post } from '../api.js';
import { arrange, byId, h, icon, part } from '../dom.js';
import { language, t } from '../i18n.js';
import { me, on, store, watch } from '../store.js';
import { messageElement } from './bubbles.js';
import { composer } from './composer.js';
import { homeView } from './home.js';
import { openProfile } from './profile.js';
import { navBar, popScreen, pushScreen, resetScreens } from './screens.js';
import { fail, toast } from './sheet.js';
import { wechatNow } from './status_bar.js';
import { closePage, openPage } from './webview.js';

const PAUSE_MS = 5 * 60 * 1000;
let list = null;
let view = null;
let atEnd = true;

const distance = () => list.scrollHeight - list.scrollTop - list.clientHeight;

function stayAtEnd() {
  if (list && atEnd) list.scrollTop = list.scrollHeight;
}

const HELD_BACK = {
  blacklist: '你在黑名单里，这条没有推送给公众号',
  kf_session: '客服在接待，这条没有推送给公众号',
};

// What the follower cannot know, the person at the simulator should.
export const explain = ({ held_back: reason }) => { if (reason) toast(t(HELD_BACK[reason])); };

export async function say(message) {
  try {
    explain(await post(follower(store.openid, '/say'), message));
  } catch (error) {
    fail(error);
  }
}

const actions = {
  open: (url) => openPage(url),
  say: (content, menuId) => say({ type: 'text', content, ...(menuId ? { bizmsgmenuid: menuId } : {}) }),
  again: (message) => say({ type: message.kind, content: message.text }),
};

function timeWords(at) {
  const moment = new Date(at);
  const locale = language === 'en' ? 'en-GB' : 'zh-CN';
  const dayOf = (date) => date.toLocaleDateString(locale, { month: 'numeric', day: 'numeric', timeZone: 'Asia/Shanghai' });
  const clock = moment.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Shanghai' });
  const [day, today] = [dayOf(moment), dayOf(wechatNow())];
  return day === today ? clock : `${day} ${clock}`;
}

function stamp({ at, seq }) {
  const words = timeWords(at);
  return part(`stamp-${seq}`, words, () => h('time.stamp', { datetime: at }, words));
}

function parts(messages) {
  const { nickname, color, subscribed } = me() || {};
  let last = 0;
  return messages.flatMap((message) => {
    const at = Date.parse(message.at);
    const shown = at - last > PAUSE_MS ? [stamp(message)] : [];
    last = at;
    return [...shown, part(message.seq, [message, nickname, color, subscribed], () => messageElement(message, actions))];
  });
}

function draw({ message } = {}) {
  if (!list) return;
  const messages = store.chats.get(store.openid) || [];
  const find = () => message && list.querySelector(`[data-key="${message.seq}"]`);
  const isNew = message && !find();
  const near = distance() < 160;
  arrange(list, messages.length ? parts(messages) : [part('empty', me()?.subscribed, emptyChat)]);
  if (isNew) find().classList.add('fresh');
  if (near || isNew) list.scrollTop = list.scrollHeight;
}

function emptyChat() {
  return h('p.empty-chat', {}, me()?.subscribed ? t('说点什么，或者打开下面的菜单') : t('还没有关注这个公众号'));
}

function chatView() {
  list = h('div.messages', { role: 'log', 'aria-label': t('聊天记录'), tabindex: '0', testid: 'messages' });
  list.addEventListener('load', stayAtEnd, true); // pictures make the list longer after it was drawn
  list.addEventListener('scroll', () => { atEnd = distance() < 60; });
  const profile = h('button.nav-button', { 'aria-label': t('公众号资料'), testid: 'open-profile', onclick: openProfile }, icon('person'));
  const made = h('section', { 'aria-label': store.state.account.name, testid: 'chat' });
  const bar = watchTyping(navBar({ title: store.state.account.name, back: showHome, right: profile }));
  made.append(bar, list, composer());
  return made;
}

function watchTyping(bar) {
  const title = bar.querySelector('h1');
  let hint = 0;
  watch(bar, 'typing', (typing) => {
    title.textContent = typing ? t('对方正在输入…') : store.state.account.name;
    clearTimeout(hint);
    if (typing) hint = setTimeout(() => { title.textContent = store.state.account.name; }, 15000);
  });
  return bar;
}

function showHome() {
  const leaving = view;
  byId('screens').prepend(Object.assign(homeView(), { className: 'view' }));
  popScreen(leaving);
  list = null;
}

export function openChat() {
  view = chatView();
  pushScreen(view);
  draw();
}

export function startChat() {
  const restart = () => {
    closePage();
    byId('sheet-layer').replaceChildren();
    view = chatView();
    resetScreens(view);
    draw();
  };
  on('follower', restart);
  on('chat', draw);
  restart();
}
