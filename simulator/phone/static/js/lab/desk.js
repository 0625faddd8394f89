// WeChat's own agent desk: play the agents who take over from the account.
import { post } from '../api.js';
import { arrange, h, icon, part } from '../dom.js';
import { t } from '../i18n.js';
import { ask, on, store } from '../store.js';
import { askText, fail } from '../phone/sheet.js';

const session = (openid, action) => `desk/sessions/${encodeURIComponent(openid)}/${action}`;

function act(action) {
  return () => action().catch(fail);
}

async function addAgent() {
  const nickname = await askText({ title: t('添加一位客服'), label: t('昵称'), value: '', button: t('添加') });
  if (nickname) await post('desk/agents', { nickname });
}

function agentRow(one) {
  const base = `desk/agents/${encodeURIComponent(one.kf_account)}`;
  const toggle = h('button.toggle', {
    role: 'switch', testid: `agent-online-${one.kf_account}`, 'aria-checked': String(one.online), 'aria-label': t('在线'), onclick: act(() => post(base, { online: !one.online })),
  });
  const waits = one.invitation?.status === 'waiting';
  const answers = waits ? ['accept', 'reject'].map((answer) => h('button.lab-button', { onclick: act(() => post(base, { invitation: answer })) },
    t(answer === 'accept' ? '接受邀请' : '拒绝邀请'))) : [];
  return h('li.desk-row', {}, h('div', {}, h('b', {}, one.kf_nick), h('p.mono', {}, one.kf_account)), ...answers,
    one.kf_wx ? toggle : null, one.kf_wx || waits ? null : h('span.lab-small', {}, t('未绑定微信')));
}

function waitingRow(one) {
  const wish = one.kf_account ? t('指定 {account}', { account: one.kf_account }) : t('不限客服');
  return h('li.desk-row', { testid: 'desk-waiting' }, h('div', {}, h('b', {}, one.nickname), h('p', {}, wish)),
    h('button.lab-button', { testid: 'desk-accept', onclick: act(() => post(session(one.openid, 'accept'))) }, t('接入')));
}

function sessionCard(one, agents) {
  const input = h('input', { testid: `desk-say-${one.openid}`, 'aria-label': t('客服说'), placeholder: t('客服说'), maxlength: '2000' });
  const say = async (event) => {
    event.preventDefault();
    if (!input.value.trim()) return;
    const content = input.value;
    input.value = '';
    await post(session(one.openid, 'say'), { content }).catch(fail);
  };
  const others = agents.filter((agent) => agent.online && agent.kf_account !== one.kf_account);
  const nick = agents.find((agent) => agent.kf_account === one.kf_account)?.kf_nick || one.kf_account;
  return h('li.desk-session', { testid: 'desk-session' },
    h('div.desk-row', {}, h('div', {}, h('b', {}, one.nickname), h('p', {}, t('{name} 在接待', { name: nick }))),
      ...others.map((agent) => h('button.lab-button', { onclick: act(() => post(session(one.openid, 'switch'), { kf_account: agent.kf_account })) }, t('转给 {name}', { name: agent.kf_nick }))),
      h('button.lab-button.danger', { testid: 'desk-close', onclick: act(() => post(session(one.openid, 'close'))) }, t('结束'))),
    h('form.desk-say', { onsubmit: say }, input, h('button.lab-button', { onclick: say, testid: 'desk-say' }, t('发送'))));
}

function fill(list, parts, words) {
  arrange(list, parts.length ? parts : [part('empty', '', () => h('li.lab-note', {}, words))]);
}

export function deskPanel() {
  const [waiting, sessions, agents] = [1, 2, 3].map(() => h('ul.desk-list'));
  const draw = async () => {
    const desk = await ask('desk', 'desk');
    if (!desk) return;
    fill(waiting, desk.waiting.map((one) => part(one.openid, one, () => waitingRow(one))), t('没有人等。公众号回复“转人工”后，粉丝会排在这里。'));
    fill(sessions, desk.sessions.map((one) => part(one.openid, [one, desk.agents], () => sessionCard(one, desk.agents))), t('没有会话。客服接待时，粉丝的消息不再推送给公众号。'));
    fill(agents, desk.agents.map((one) => part(one.kf_account, one, () => agentRow(one))), t('还没有客服。'));
  };
  on('state', () => draw().catch(() => {}));
  draw().catch(fail);
  return h('div.desk-panel', {},
    h('section.lab-block', {}, h('h3', {}, t('等待接入')), waiting),
    h('section.lab-block', {}, h('h3', {}, t('会话')), sessions),
    h('section.lab-block', {}, h('h3', {}, t('客服帐号'), h('small.mono', {}, `@${store.state.account.wechat_id}`)), agents,
      h('button.lab-button', { testid: 'agent-add', onclick: act(addAgent) }, icon('add'), t('添加一位客服'))));
}
