// The orders WeChat Pay knows, with every try to notify the shop.
import { post } from '../api.js';
import { arrange, h, icon, part } from '../dom.js';
import { t } from '../i18n.js';
import { fault, loadOrders, on, store } from '../store.js';
import { yuan } from '../phone/bubbles.js';
import { fail, toast } from '../phone/sheet.js';
import { wechatNow } from '../phone/status_bar.js';
import { timeOf } from './wire.js';

const chosenModes = new Map();
const STATES = { NOTPAY: '未支付', SUCCESS: '已支付', CLOSED: '已关闭', REFUND: '有退款' };

function countdown(at) {
  const seconds = Math.max(0, Math.round((Date.parse(at) - wechatNow()) / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return t('{h} 小时 {m} 分后', { h: Math.floor(minutes / 60), m: minutes % 60 });
  return minutes ? t('{m} 分 {s} 秒后', { m: minutes, s: seconds % 60 }) : t('{s} 秒后', { s: seconds });
}

function tryRow(one) {
  const good = one.status >= 200 && one.status < 300;
  const next = one.next_at ? h('span.countdown', { 'data-next': one.next_at }, countdown(one.next_at)) : null;
  return h('li', {}, h(`span.verdict.${good ? 'good' : 'bad'}`, {}, icon(good ? 'check' : 'cross')),
    h('span', {}, one.try ? t('第 {n} 次', { n: one.try }) : t('没有发出')), h('time.mono', {}, timeOf(one.at)), h('span.mono', {}, one.status ? String(one.status) : '—'),
    h('span.try-verdict', {}, one.verdict === 'ok' ? '' : one.verdict), next ? h('span.next', {}, t('下一次'), ' ', next) : null);
}

const REFUND_STATES = { PROCESSING: '退款处理中', SUCCESS: '退款到账', CLOSED: '退款关闭', ABNORMAL: '退款异常' };

function refundRows(refund) {
  return [h('li', { testid: 'order-refund' }, h(`span.verdict.${refund.status === 'SUCCESS' ? 'good' : 'bad'}`, {}, icon(refund.status === 'SUCCESS' ? 'check' : 'wait')),
    h('span', {}, `${t(REFUND_STATES[refund.status])} ¥${yuan(refund.amount_fen)}`), h('time.mono', {}, timeOf(refund.created_at)), h('span.mono', {}, '—'),
    h('span.try-verdict', {}, refund.reason || refund.out_refund_no)), ...refund.notifications.map(tryRow)];
}

function run(action, words) {
  return async () => {
    try {
      await action();
      toast(words);
      await loadOrders();
    } catch (error) {
      fail(error);
    }
  };
}

function buttons(order) {
  const base = `orders/${encodeURIComponent(order.out_trade_no)}`;
  const mode = h('select', { 'aria-label': t('怎样通知') }, spoilModes().map(([value, label]) => h('option', { value }, label)));
  mode.value = chosenModes.get(order.out_trade_no) || '';
  mode.addEventListener('change', () => chosenModes.set(order.out_trade_no, mode.value));
  const send = run(() => post(`${base}/notify`, mode.value ? { mode: mode.value } : {}), t('已通知'));
  const pay = run(() => post(`${base}/pay`), t('已支付'));
  return h('footer', {}, mode, h('button.lab-button', { testid: 'order-notify', onclick: send }, t('再通知一次')),
    order.state === 'SUCCESS' ? null : h('button.lab-button', { testid: 'order-pay', onclick: pay }, order.state === 'CLOSED' ? t('关单后付款') : t('现在付款')));
}

const MODES = ['forged', 'probe', 'old', 'wrong_amount', 'wrong_mchid', 'wrong_appid', 'wrong_openid', 'unknown_serial', 'wrong_key', 'no_type'];

function spoilModes() {
  const known = MODES.map((name) => [name, fault(`notify_${name}`)]).filter(([, one]) => one);
  return [['', t('正常')], ...known.map(([name, one]) => [name, one.title])];
}

function card(order) {
  const buyer = store.state.followers.find((one) => one.openid === order.openid);
  return h('article.lab-block.order', { testid: 'order-card' },
    h('header', {}, h('div', {}, h('h3', {}, order.description), h('p.mono', {}, order.out_trade_no)),
      h('div.order-sum', {}, h('b', {}, `¥${yuan(order.amount_fen)}`), h(`span.state.${order.state}`, {}, t(STATES[order.state] || order.state)))),
    h('dl.facts', {}, h('dt', {}, t('付款人')), h('dd', {}, buyer ? buyer.nickname : order.openid || '—'),
      h('dt', {}, t('微信订单号')), h('dd.mono', {}, order.transaction_id || '—')),
    (order.notifications || []).length ? h('ol.order-tries', {}, order.notifications.map(tryRow)) : null,
    (order.refunds || []).length ? h('ol.order-tries', {}, order.refunds.flatMap(refundRows)) : null,
    buttons(order));
}

export function ordersPanel() {
  const list = h('div.order-list');
  const draw = () => {
    const cards = store.orders.map((one) => part(one.out_trade_no, one, () => card(one)));
    arrange(list, cards.length ? cards : [part('empty', '', () => h('p.lab-empty', {}, t('还没有订单。去店里买一件。')))]);
  };
  on('orders', draw);
  draw();
  setInterval(() => {
    for (const one of list.querySelectorAll('[data-next]')) one.textContent = countdown(one.dataset.next);
  }, 1000);
  return list;
}
