// The account's page: who it is, follow and unfollow, enter the chat.
import { follower, post } from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { loadState, me, store, watch } from '../store.js';
import { accountAvatar } from './account.js';
import { navBar, popScreen, pushScreen } from './screens.js';
import { fail, openDialog } from './sheet.js';

async function follow() {
  await post(follower(store.openid, '/subscribe'));
  await loadState();
}

async function unfollow() {
  const sure = await openDialog({
    title: t('不再关注“{name}”？', { name: store.state.account.name }),
    text: t('不再关注后将不再收到其下发的消息。'),
    confirm: t('不再关注'),
    cancel: t('取消'),
  });
  if (!sure) return;
  await post(follower(store.openid, '/unsubscribe'));
  await loadState();
}

const guarded = (action) => () => action().catch(fail);

function actions(close) {
  if (!me()?.subscribed) {
    return [h('button.wide-action', { testid: 'subscribe', onclick: guarded(async () => { await follow(); close(); }) }, t('关注公众号'))];
  }
  return [
    h('button.wide-action', { testid: 'enter-chat', onclick: close }, t('发消息')),
    h('button.wide-action.danger', { testid: 'unsubscribe', onclick: guarded(unfollow) }, t('不再关注')),
  ];
}

export function openProfile() {
  const { account } = store.state;
  const view = h('section', { 'aria-label': account.name, testid: 'profile' });
  const close = () => popScreen(view);
  const buttons = h('div.profile-actions');
  const draw = () => buttons.replaceChildren(...actions(close));
  view.append(navBar({ title: '', back: close }),
    h('div.profile', {},
      h('div.profile-head', {}, accountAvatar(account), h('div', {}, h('h2', {}, account.name), h('p', {}, t('服务号') + ' · ' + account.original_id))),
      buttons));
  draw();
  watch(view, 'state', draw);
  pushScreen(view);
}
