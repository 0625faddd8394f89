// The dialog behind <wx-open-subscribe>: which notifications the follower wants, each once.
import { follower, post } from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { store } from '../store.js';
import { openSheet } from './sheet.js';

function choice({ title, rows }, index) {
  const box = h('input', { type: 'checkbox', checked: true, testid: `subscribe-choice-${index}` });
  const example = h('dl', {}, rows.flatMap(({ label, value }) => [h('dt', {}, label), h('dd', {}, value)]));
  return { box, element: h('label.subscribe-choice', {}, box, h('b', {}, title), example) };
}

// Resolves with true or false for each template; closing the sheet resolves with null.
function openChoices(templates) {
  return openSheet({
    title: t('“{name}”申请给你发通知', { name: store.state.account.name }),
    testid: 'subscribe-sheet',
    closeTestid: 'subscribe-cancel',
    build: ({ done }) => {
      const choices = templates.map(choice);
      const answer = (take) => () => done(choices.map(({ box }) => take && box.checked));
      return [...choices.map(({ element }) => element), h('p.hint', {}, t('允许一次，可以收到一条')),
        h('div.subscribe-answer', {},
          h('button.grey-button', { testid: 'subscribe-refuse', onclick: answer(false) }, t('拒绝')),
          h('button.green-button', { testid: 'subscribe-allow', onclick: answer(true) }, t('允许')))];
    },
  });
}

export async function askToSubscribe({ params, url }, page) {
  const check = await post('bridge/subscribe', { openid: page.openid, url, params });
  if (check.err_code) return { err_msg: check.err_msg, err_code: check.err_code };
  const chosen = await openChoices(check.templates);
  const ids = check.templates.map((one) => one.template_id);
  const answers = Object.fromEntries(ids.map((id, index) => [id, chosen && (chosen[index] ? 'accept' : 'reject')]));
  if (chosen) await post(follower(page.openid, '/agree'), { answers });
  const details = [...ids.map((id) => [id, answers[id] || 'cancel']), ...check.filtered.map((id) => [id, 'filter'])];
  const words = Object.fromEntries(details.map(([id, status]) => [id, JSON.stringify({ status })]));
  return { err_msg: check.err_msg, subscribeDetails: JSON.stringify(words) };
}
