// The stack of screens: one on top of the other, slid in and out.
import { byId, enter, h, icon, leave } from '../dom.js';
import { t } from '../i18n.js';

export function navBar({ title, back, right }) {
  const left = back
    ? h('button.nav-button', { 'aria-label': t('返回'), testid: 'screen-back', onclick: back }, icon('back'))
    : h('span');
  return h('header.nav', {}, h('div.nav-group', {}, left), h('h1', {}, title), h('div.nav-group', {}, right || h('span')));
}

export function pushScreen(view) {
  view.classList.add('view');
  enter(view);
  byId('screens').append(view);
}

export function popScreen(view) {
  leave(view);
}

export function resetScreens(...views) {
  views.forEach((view) => view.classList.add('view'));
  byId('screens').replaceChildren(...views);
}
