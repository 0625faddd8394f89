// The pieces every question on the phone is made of: bottom sheet, dialog, toast.
import { byId, enter, h, icon, trapKeys } from '../dom.js';
import { t } from '../i18n.js';

function raise(veil, close) {
  const before = document.activeElement;
  trapKeys(veil, close);
  byId('sheet-layer').append(veil);
  enter(veil, veil.firstElementChild);
  const first = veil.querySelector('[data-first], button, input, textarea');
  if (first) first.focus({ preventScroll: true });
  return () => {
    retire(veil);
    setTimeout(() => veil.remove(), 190);
    if (before && before.isConnected) before.focus({ preventScroll: true });
  };
}

// The second half of a double tap must not close what the first one opened.
const isAtRest = (veil) => !veil.classList.contains('entering');

// On its way out it can neither be used nor be mistaken for the next one.
function retire(veil) {
  veil.classList.add('leaving');
  veil.inert = true;
  for (const part of veil.querySelectorAll('[data-testid]')) part.removeAttribute('data-testid');
}

// A sheet resolves with what `build` hands to its `done`; closing it resolves with null.
export function openSheet({ title, testid, closeTestid, closable = true, build }) {
  return new Promise((resolve) => {
    let lower = () => {};
    const done = (value = null) => {
      lower();
      resolve(value);
    };
    const close = h('button.nav-button', { 'aria-label': t('关闭'), testid: closeTestid, onclick: () => done(null) }, icon('close'));
    const heading = h('h2', {}, title);
    const body = h('div.sheet-body');
    const sheet = h('section.sheet', { tabindex: '-1', role: 'dialog', 'aria-modal': 'true', 'aria-label': title, testid },
      h('header.sheet-head', {}, closable ? close : h('span'), heading, h('span')), body);
    const veil = h('div.veil', { onclick: (event) => event.target === veil && closable && isAtRest(veil) && done(null) }, sheet);
    body.append(...[build({ done, body, heading, sheet })].flat().filter(Boolean));
    lower = raise(veil, () => closable && done(null));
  });
}

export function openDialog({ title, text, confirm = t('知道了'), cancel = '' }) {
  return new Promise((resolve) => {
    let lower = () => {};
    const answer = (value) => () => {
      lower();
      resolve(value);
    };
    const buttons = [h('button', { onclick: answer(true), testid: 'dialog-confirm', 'data-first': true }, confirm)];
    if (cancel) buttons.unshift(h('button.plain', { onclick: answer(false), testid: 'dialog-cancel' }, cancel));
    const dialog = h('div.dialog', { role: 'alertdialog', 'aria-modal': 'true', 'aria-label': title, testid: 'dialog' },
      h('h2', {}, title), h('p', {}, text), h('footer', {}, buttons));
    lower = raise(h('div.veil.centred', {}, dialog), answer(false));
  });
}

export function askText({ title, label, value, button }) {
  return openSheet({
    title,
    build: ({ done }) => {
      const input = h('input', { value, maxlength: '32', 'data-first': true, 'aria-label': label, testid: 'ask-input' });
      const send = (event) => {
        event.preventDefault();
        done(input.value.trim() || null);
      };
      return h('form', { onsubmit: send }, h('div.form', {}, h('label', {}, label, input)),
        h('button.green-button', { onclick: send, testid: 'ask-send' }, button));
    },
  });
}

export function toast(text, milliseconds = 2200) {
  const note = h('div.toast', {}, text);
  byId('toasts').replaceChildren(note);
  setTimeout(() => note.remove(), milliseconds);
}

export function fail(error) {
  toast(error.message || String(error), 3600);
}
