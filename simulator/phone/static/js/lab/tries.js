// A short walk for a newcomer; each step has a button that does it.
import { follower, post } from '../api.js';
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { fault, isActive, loadState, me, on, store } from '../store.js';
import { say } from '../phone/chat.js';
import { openPage } from '../phone/webview.js';
import { fail, openDialog } from '../phone/sheet.js';
import { closeDrawer, openTab } from './lab.js';

// The first menu entry that opens a page: [place, place of the sub-button].
function firstPage() {
  const buttons = store.menu?.button || [];
  for (const [index, button] of buttons.entries()) {
    if (button.type === 'view') return [index];
    const place = (button.sub_button || []).findIndex((one) => one.type === 'view');
    if (place >= 0) return [index, place];
  }
  return null;
}

async function openShop() {
  closeDrawer();
  const path = firstPage();
  const answer = path ? await post(follower(store.openid, '/menu'), { path }) : {};
  openPage(answer.open_url || `${store.state.web_base}/shop/`);
}

async function flip(name, once) {
  const one = fault(name);
  if (!one) throw new Error(t('没有这个开关'));
  const value = isActive(one) ? one.choices[0] : one.choices[1];
  await post('faults', { name, value, ...(once && !isActive(one) ? { once: true } : {}) });
  await loadState();
}

async function followAnew() {
  if (me().subscribed) await post(follower(store.openid, '/unsubscribe'));
  await post(follower(store.openid, '/subscribe'));
  await loadState();
}

const STEPS = [
  ['写一句话', '给公众号写“茶”，看它回一张商品卡片，轻触卡片就进店。', '写“茶”', async () => { closeDrawer(); await say({ type: 'text', content: '茶' }); }],
  ['逛商店，付一笔钱', '从菜单进店，选一件商品，用微信地址，密码是 123456。', '打开商店', openShop],
  ['看看线路', '微信和店铺之间说的每一句话，以及每一项检查。', '打开线路', () => openTab('wire')],
  ['丢掉支付通知', '打开开关再付一次：微信不再通知，店铺要自己去查单。', '丢失下一次通知', () => flip('notify_lost', true)],
  ['重新关注', '取消关注再关注，看欢迎语和菜单。', '重新关注', followAnew],
  ['时间快进', '走过 48 小时，看客服消息的窗口关上、订单过期。', '快进 48 小时', async () => { await post('clock', { advance_seconds: 172800 }); await loadState(); }],
];

function step([title, words, label, run], index) {
  const action = async () => {
    try {
      await run();
    } catch (error) {
      fail(error);
    }
  };
  return h('li.try', {}, h('span.try-number', { 'aria-hidden': 'true' }, String(index + 1)),
    h('div', {}, h('h3', {}, t(title)), h('p', {}, t(words))),
    h('button.lab-button', { testid: `try-${index}`, onclick: action }, t(label)));
}

function facts() {
  const list = h('dl.facts');
  const draw = () => {
    const { account, shop_base: shop, push_mode: mode } = store.state;
    const rows = [[t('店铺'), shop], ['AppID', account.appid], [t('原始 ID'), account.original_id], [t('商户号'), account.mchid], [t('推送模式'), mode]];
    list.replaceChildren(...rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value ?? ''))]));
  };
  on('state', draw);
  draw();
  return list;
}

async function startOver() {
  const sure = await openDialog({
    title: t('全部重置'),
    text: t('店铺自己的数据不会变。它的菜单要在商家后台重新发布。'),
    confirm: t('全部重置'),
    cancel: t('取消'),
  });
  if (sure) await post('reset');
}

export function triesPanel() {
  return [
    h('header.lab-intro', {}, h('h2', {}, t('这里就是微信')),
      h('p', {}, t('左边是一位粉丝的手机，右边是微信背后的机器。店铺以为自己在和真的微信说话：签名、加密、超时都按真的来。'))),
    h('ol.tries', {}, STEPS.map(step)),
    h('section.lab-block', {}, h('h3', {}, icon('shop'), t('这台微信知道的店铺')), facts()),
    h('section.lab-block.reset', {}, h('div', {}, h('h3', {}, t('从头再来')), h('p', {}, t('聊天、订单、菜单、开关和时钟都回到开始，身份和密钥留着。'))),
      h('button.lab-button.danger', { testid: 'reset-all', onclick: () => startOver().catch(fail) }, t('全部重置'))),
  ];
}
