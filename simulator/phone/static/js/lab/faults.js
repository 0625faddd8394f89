// The switches: each way WeChat can misbehave, for once or for always.
import { post } from '../api.js';
import { arrange, h, part } from '../dom.js';
import { t } from '../i18n.js';
import { isActive, loadState, on, store } from '../store.js';
import { fail } from '../phone/sheet.js';
import { faultHelp, faultTitle } from './fault_words.js';

const onceNames = new Set();

async function set(one, value) {
  try {
    await post('faults', { name: one.name, value, once: onceNames.has(one.name) });
    await loadState();
  } catch (error) {
    fail(error);
  }
}

const isSwitch = (one) => one.choices.length === 2 && one.choices[0] === 'off';

function toggle(one) {
  const active = isActive(one);
  return h('button.toggle', {
    role: 'switch', testid: `fault-${one.name}`, 'aria-checked': String(active), 'aria-label': faultTitle(one),
    onclick: () => set(one, active ? one.choices[0] : one.choices[1]),
  });
}

function choice(one) {
  const label = (value) => (value === 'off' ? t('关') : value);
  const select = h('select', { testid: `fault-${one.name}`, 'aria-label': faultTitle(one), onchange: () => set(one, select.value) },
    one.choices.map((value) => h('option', { value }, label(value))));
  select.value = one.value;
  return select;
}

function once(one) {
  const box = h('input', {
    type: 'checkbox', testid: `fault-${one.name}-once`, checked: one.once || onceNames.has(one.name),
    onchange: () => {
      if (box.checked) onceNames.add(one.name);
      else onceNames.delete(one.name);
      if (isActive(one)) set(one, one.value);
    },
  });
  return h('label.once', { title: t('发生一次后自己关上') }, box, t('一次'));
}

function row(one) {
  return h(`li.fault${isActive(one) ? '.active' : ''}`, {},
    h('div', {}, h('b', {}, faultTitle(one)), h('p', {}, faultHelp(one))),
    once(one), isSwitch(one) ? toggle(one) : choice(one));
}

async function reset() {
  await post('faults/reset');
  onceNames.clear();
  await loadState();
}

export function faultsPanel() {
  const list = h('div.fault-groups');
  const rows = new Map();
  const section = (name) => h('section.lab-block', {}, h('h3', {}, t(name)), rows.get(name));
  const draw = () => {
    const groups = grouped(store.state.faults);
    for (const [name, faults] of groups) {
      if (!rows.has(name)) rows.set(name, h('ul.faults'));
      arrange(rows.get(name), faults.map((one) => part(one.name, [one, onceNames.has(one.name)], () => row(one))));
    }
    arrange(list, [...groups.keys()].map((name) => part(name, '', () => section(name))));
  };
  on('state', draw);
  draw();
  const button = h('button.lab-button', { testid: 'faults-reset', onclick: () => reset().catch(fail) }, t('全部关上'));
  return [h('div.lab-tools', {}, h('p', {}, t('微信也会出错。打开一个开关，看店铺怎么办。')), button), list];
}

function grouped(faults) {
  const groups = new Map();
  for (const one of faults) groups.set(one.group, [...(groups.get(one.group) || []), one]);
  return groups;
}
