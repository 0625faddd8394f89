// Complaining about a payment, and what came of it: as behind "complain" in WeChat's own bill.
import { get, post } from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { store } from '../store.js';
import { fail, openSheet, toast } from './sheet.js';
import { openPage } from './webview.js';

const PROBLEMS = [['REFUND', '要求退款'], ['SERVICE_NOT_WORK', '服务没有生效'], ['OTHERS', '其他问题']];
const STATES = { PENDING: '等商家处理', PROCESSING: '商家处理中', PROCESSED: '已处理完成' };
const picturesOf = (line) => line.pictures.map((id) => h('img.complaint-picture', { src: `/sim/api/complaints/pictures/${encodeURIComponent(id)}`, alt: t('图片') }));

async function latest(outTradeNo) {
  const { complaints } = await get(`complaints?openid=${encodeURIComponent(store.openid)}`);
  return complaints.find((one) => one.out_trade_no === outTradeNo);
}

// A button under the merchant's words; mini-programs are not played.
function jumpOf({ button }) {
  if (!button || !button.text) return null;
  const go = () => (button.url ? openPage(button.url) : toast(`${button.appid} ${button.path}`));
  return h('button.complaint-jump', { type: 'button', testid: 'complaint-jump', onclick: go }, button.text);
}

const withPicture = () => h('label.complaint-check', {}, h('input', { type: 'checkbox', name: 'picture', testid: 'complaint-picture' }), t('附一张照片'));
const box = (label) => h('textarea', { rows: '3', maxlength: '300', name: 'text', 'aria-label': label, placeholder: label, testid: 'complaint-text', 'data-first': true });

// A form that sends its words once; what cannot be sent stays.
function wordsForm(label, button, parts, send) {
  const submit = async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    if (!String(given.get('text')).trim()) return;
    const press = form.querySelector('button');
    press.disabled = true;
    try {
      await send({ text: given.get('text'), problem_type: given.get('problem') || undefined, picture: given.has('picture') });
    } catch (error) {
      fail(error);
    }
    press.disabled = false;
  };
  const form = h('form.complaint-form', { onsubmit: (event) => event.preventDefault() }, ...parts, box(label), withPicture(),
    h('button.green-button', { testid: 'complaint-send', onclick: submit }, button));
  return form;
}

function beginning(message, show) {
  const choices = h('select', { name: 'problem', 'aria-label': t('投诉类型') }, PROBLEMS.map(([value, label]) => h('option', { value }, t(label))));
  return [wordsForm(t('发生了什么'), t('提交投诉'), [choices], async (given) => {
    await post('complaints', { ...given, out_trade_no: message.out_trade_no });
    toast(t('投诉已提交'));
    await show();
  })];
}

function story(complaint, show) {
  const lines = complaint.history.map((line) => h(`li${line.operator === '投诉人' ? '.mine' : ''}`, {},
    h('small', {}, line.operator === '投诉人' ? t('我') : line.operator), h('p', {}, line.text), picturesOf(line), jumpOf(line)));
  const label = complaint.state === 'PROCESSED' ? t('没有解决？继续投诉') : t('补充说明');
  return [h('p.complaint-state', { testid: 'complaint-state' }, t(STATES[complaint.state])),
    h('ol.complaint-lines', { testid: 'complaint-lines' }, lines),
    wordsForm(label, t('发送'), [], async (given) => {
      await post(`complaints/${complaint.complaint_id}/say`, given);
      await show();
    })];
}

export function openComplaint(message) {
  return openSheet({
    title: t('投诉商家'),
    testid: 'complaint-sheet',
    closeTestid: 'complaint-close',
    build: ({ body }) => {
      const show = async () => {
        try {
          const complaint = await latest(message.out_trade_no);
          body.replaceChildren(...(complaint ? story(complaint, show) : beginning(message, show)));
        } catch (error) {
          fail(error);
        }
      };
      show();
      return [h('p.complaint-state', {}, t('正在读取…'))];
    },
  });
}
