// The lab beside the phone: tabs over what happens behind the screen.
import { byId, h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { clockPanel } from './clock.js';
import { deskPanel } from './desk.js';
import { faultsPanel } from './faults.js';
import { massPanel } from './mass.js';
import { ordersPanel } from './orders.js';
import { personPanel } from './person.js';
import { pushPanel } from './push.js';
import { triesPanel } from './tries.js';
import { wirePanel } from './wire.js';

const TABS = [
  ['tries', '试一试', 'play', triesPanel],
  ['wire', '线路', 'wire', wirePanel],
  ['faults', '开关', 'switch', faultsPanel],
  ['orders', '订单', 'bag', ordersPanel],
  ['push', '推送', 'send', pushPanel],
  ['person', '粉丝', 'person', personPanel],
  ['mass', '群发', 'bell', massPanel],
  ['desk', '客服', 'headset', deskPanel],
  ['clock', '时钟', 'clock', clockPanel],
];
const panels = new Map();

export function openDrawer() {
  document.body.classList.add('drawer-open');
  byId('lab').querySelector('[role="tab"][aria-selected="true"]').focus({ preventScroll: true });
}

export function closeDrawer() {
  document.body.classList.remove('drawer-open');
}

export function openTab(name) {
  select(name);
  openDrawer();
}

function select(name) {
  for (const [key] of TABS) {
    const chosen = key === name;
    const tab = byId(`lab-tab-${key}`);
    tab.setAttribute('aria-selected', String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    panels.get(key).hidden = !chosen;
  }
  localStorage.setItem('sim.tab', name);
}

function tab([name, label, picture], index) {
  const step = (by) => {
    const next = TABS[(index + by + TABS.length) % TABS.length][0];
    openTab(next);
    byId(`lab-tab-${next}`).focus();
  };
  return h('button.lab-tab', {
    id: `lab-tab-${name}`, role: 'tab', testid: `lab-tab-${name}`, 'aria-controls': `lab-panel-${name}`,
    onclick: () => openTab(name),
    onkeydown: (event) => {
      if (event.key === 'ArrowRight') step(1);
      if (event.key === 'ArrowLeft') step(-1);
    },
  }, icon(picture), t(label));
}

function panel([name, , , build]) {
  const element = h('div.lab-panel', { id: `lab-panel-${name}`, role: 'tabpanel', 'aria-labelledby': `lab-tab-${name}`, hidden: true }, build());
  panels.set(name, element);
  return element;
}

export function startLab() {
  const close = h('button.tool.drawer-close', { 'aria-label': t('关闭'), onclick: closeDrawer, testid: 'lab-close' }, icon('close'));
  byId('lab').append(
    h('div.lab-head', { id: 'lab-head' }),
    h('div.lab-bar', {}, h('div.lab-tabs', { role: 'tablist', 'aria-label': t('实验台') }, TABS.map(tab)), close),
    h('div.lab-panels', {}, TABS.map(panel)));
  const handle = h('button.lab-handle', { 'aria-label': t('实验台'), onclick: openDrawer, testid: 'lab-handle' }, icon('flask'));
  document.body.append(h('div.drawer-veil', { onclick: closeDrawer }), handle);
  addEventListener('keydown', (event) => event.key === 'Escape' && closeDrawer());
  const saved = localStorage.getItem('sim.tab');
  select(panels.has(saved) ? saved : 'tries');
}
