// Mass messages as the platform sees them, and the administrator's phone that confirms or refuses them.
import { post } from '../api.js';
import { arrange, h, part } from '../dom.js';
import { t } from '../i18n.js';
import { ask, on } from '../store.js';
import { fail } from '../phone/sheet.js';

const STATES = {
  SENDING: '正在发送',
  SEND_SUCCESS: '发送成功',
  SEND_FAIL: '发送失败',
  DELETE: '已删除',
};

const answer = (one, confirmed) => () => post(`mass/${one.msg_id}/answer`, { confirmed }).catch(fail);

function counts({ total, filtered, sent, errors }) {
  return t('目标 {total} · 过滤后 {filtered} · 成功 {sent} · 失败 {errors}', { total, filtered, sent, errors });
}

function target({ target: { all, tag, openids } }) {
  if (all) return t('全部粉丝');
  return tag === undefined ? t('名单 {n} 人', { n: openids }) : t('标签 {tag}', { tag });
}

function question(one) {
  return h('div.mass-answer', {},
    h('button.lab-button', { testid: `mass-confirm-${one.msg_id}`, onclick: answer(one, true) }, t('确认发送')),
    h('button.lab-button', { testid: `mass-refuse-${one.msg_id}`, onclick: answer(one, false) }, t('拒绝')));
}

function row(one) {
  const state = one.waits ? t('等管理员确认') : t(STATES[one.status]) + (one.status === 'SEND_FAIL' ? ` ${one.result}` : '');
  return h('li.desk-row', { testid: `mass-${one.msg_id}` },
    h('div', {}, h('b', {}, one.title), h('p', {}, `${target(one)} · ${state}`), h('p', {}, one.waits ? '' : counts(one)), h('p.mono', {}, String(one.msg_id))),
    one.waits ? question(one) : null);
}

export function massPanel() {
  const list = h('ul.desk-list');
  const draw = async () => {
    const answered = await ask('mass', 'mass');
    if (!answered) return;
    const { mass } = answered;
    const empty = part('empty', 'empty', () => h('li.lab-note', {}, t('还没有群发。商家发出后，结果和管理员的确认在这里。')));
    arrange(list, mass.length ? mass.map((one) => part(one.msg_id, JSON.stringify(one), () => row(one))) : [empty]);
  };
  const soon = () => draw().catch(fail);
  on('mass', soon);
  on('state', soon);
  soon();
  return h('section.lab-block', {}, h('h3', {}, t('群发')), list);
}
