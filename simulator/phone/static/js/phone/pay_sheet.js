// Paying: the sheet asks for the password, WeChat Pay decides, the tick page says so.
import { post } from '../api.js';
import { byId, enter, h, icon, trapKeys } from '../dom.js';
import { t } from '../i18n.js';
import { store } from '../store.js';
import { withSpin, yuan } from './bubbles.js';
import { fail, openDialog, openSheet } from './sheet.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '', '0', 'delete'];
const answer = (result, reason) => ({ err_msg: `get_brand_wcpay_request:${result}`, ...(reason ? { err_desc: reason } : {}) });

const inWords = (result) => result.error || result.err_desc || t('支付没有成功，请稍后再试');
const isOk = (result) => /:ok$/.test(result.err_msg || '');

function facts(order) {
  return h('div.pay-facts', {}, h('p', {}, order.merchant),
    h('div.pay-amount', { testid: 'pay-amount' }, h('small', {}, '¥'), yuan(order.amount_fen)),
    h('dl', {}, h('dt', {}, t('商品')), h('dd', {}, order.description), h('dt', {}, t('付款方式')), h('dd', {}, t('零钱'))));
}

function pad(press) {
  return h('div.pay-pad', { 'aria-label': t('密码键盘'), role: 'group' }, KEYS.map((key) => {
    if (key === '') return h('span');
    if (key === 'delete') return h('button.bare', { 'aria-label': t('删除'), testid: 'pay-key-delete', onclick: () => press(key) }, icon('back'));
    return h('button', { testid: `pay-key-${key}`, onclick: () => press(key) }, key);
  }));
}

// Six digits; `send` gets them once, and calls `wrong` with a reason when the sheet stays for another try.
function passwordEntry(send) {
  let typed = '';
  const dots = h('div.pay-dots', { role: 'status', 'aria-label': t('支付密码') }, ...Array.from({ length: 6 }, () => h('i')));
  const hint = h('p.pay-hint', { testid: 'pay-hint' }, t('模拟器的支付密码是 123456'));
  const show = () => [...dots.children].forEach((dot, index) => dot.classList.toggle('filled', index < typed.length));
  const wrong = (reason) => {
    typed = '';
    show();
    hint.textContent = reason;
    hint.classList.add('error');
    dots.classList.remove('wrong');
    void dots.offsetWidth;
    dots.classList.add('wrong');
  };
  const press = (key) => {
    if (typed.length === 6) return; // the sixth digit has sent them
    typed = key === 'delete' ? typed.slice(0, -1) : typed + key;
    show();
    if (typed.length === 6) send(typed, wrong);
  };
  const listen = (event) => {
    if (/^\d$/.test(event.key)) press(event.key);
    else if (event.key === 'Backspace') press('delete');
  };
  return { elements: [dots, hint, pad(press)], listen };
}

function processing() {
  return h('div.pay-busy', { role: 'status' }, withSpin(icon('wait')), t('正在支付…'));
}

function askPassword(order, openid) {
  return openSheet({
    title: t('确认付款'),
    testid: 'pay-sheet',
    closeTestid: 'pay-cancel',
    build: ({ done, body, sheet }) => {
      const parts = [];
      const send = async (password, wrong) => {
        body.replaceChildren(processing());
        const result = await settle({ openid, order, password, action: 'pay' });
        if (!result.retry) return done(result);
        body.replaceChildren(...parts);
        sheet.focus({ preventScroll: true });
        return wrong(inWords(result));
      };
      const entry = passwordEntry(send);
      parts.push(facts(order), ...entry.elements);
      sheet.addEventListener('keydown', entry.listen);
      return parts;
    },
  });
}

async function settle({ openid, order, password = '', action }) {
  try {
    return await post('bridge/pay', { openid, prepay_id: order.prepay_id, password, action });
  } catch (error) {
    return { err_msg: 'get_brand_wcpay_request:fail', err_desc: error.message };
  }
}

function showSuccess(order) {
  return new Promise((resolve) => {
    const close = () => {
      view.remove();
      resolve();
    };
    const done = h('button.green-button', { testid: 'pay-done', onclick: close }, t('完成'));
    const view = h('section.pay-success', { role: 'dialog', 'aria-label': t('支付成功'), testid: 'pay-success' },
      icon('circleCheck'), h('h2', {}, t('支付成功')), h('p', {}, order.merchant),
      h('div.pay-amount', {}, h('small', {}, '¥'), yuan(order.amount_fen)), done);
    trapKeys(view, close);
    byId('sheet-layer').append(view);
    enter(view);
    done.focus({ preventScroll: true });
  });
}

const prepayId = (params) => String(params.package || '').replace(/^prepay_id=/, '');

export async function pay({ params, url }, page) {
  const check = await post('bridge/prepay', { openid: page.openid, url, params });
  if (!check.ok) {
    const reason = check.err_desc || t('支付参数不对');
    await openDialog({ title: t('无法支付'), text: reason });
    return answer('fail', reason);
  }
  return payOrder({ prepay_id: prepayId(params), ...check.order }, page.openid);
}

// A scanned code to pay with.
export async function payByCode({ order, problem }) {
  if (!order) return openDialog({ title: t('无法支付'), text: problem });
  return payOrder(order, store.openid);
}

// The merchant's own app has opened WeChat.
export async function payByApp({ order, err_desc: problem }, openid) {
  if (order) return payOrder(order, openid);
  await openDialog({ title: t('无法支付'), text: problem });
  return answer('fail', problem);
}

async function payOrder(order, openid) {
  const result = await askPassword(order, openid);
  if (!result) {
    settle({ openid, order, action: 'cancel' }).catch(fail);
    return answer('cancel');
  }
  if (!isOk(result)) {
    const reason = inWords(result);
    await openDialog({ title: t('支付失败'), text: reason });
    return answer('fail', reason);
  }
  await showSuccess(order);
  return answer('ok');
}
