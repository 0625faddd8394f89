// The wire log: every exchange as it happens, newest on top.
import { arrange, h, icon, part } from '../dom.js';
import { language, t } from '../i18n.js';
import { on, store } from '../store.js';
import { openDetail } from './wire_detail.js';

const SHOWN = 200;
let filter = 'all';
let words = '';

export function judgement(entry) {
  const failed = entry.verdicts.filter((one) => one.ok === false).length;
  if (failed) return ['bad', 'cross', t('{n} 项不对', { n: failed })];
  return entry.verdicts.length ? ['good', 'check', t('{n} 项检查都对', { n: entry.verdicts.length })] : ['none', 'check', ''];
}

export function shortPath(url) {
  try {
    const parsed = new URL(url, location.href);
    return parsed.pathname;
  } catch {
    return url;
  }
}

export function timeOf(at) {
  const moment = new Date(typeof at === 'number' ? at * 1000 : at);
  return moment.toLocaleTimeString(language === 'en' ? 'en-GB' : 'zh-CN', { hour12: false, timeZone: 'Asia/Shanghai' });
}

// A call of the page to the phone has no HTTP status; its method is called JS.
function statusClass({ status, method }) {
  if (!status) return method === 'JS' ? 'none' : 'bad';
  return status < 400 ? 'good' : 'bad';
}

function row(entry) {
  const out = entry.direction === 'to_shop';
  const [kind, mark, title] = judgement(entry);
  return h('button.wire-row', { testid: 'wire-row', 'data-seq': String(entry.seq), onclick: () => openDetail(entry.seq) },
    h(`span.wire-arrow.${out ? 'to-shop' : 'to-wechat'}`, { title: out ? t('微信 → 店铺') : t('店铺 → 微信') }, icon(out ? 'down' : 'up')),
    h('span.wire-words', {}, h('b', {}, entry.title || shortPath(entry.url)), h('span.mono', {}, `${entry.method} ${shortPath(entry.url)}`)),
    h(`span.wire-status.${statusClass(entry)}`, {}, String(entry.status || (entry.method === 'JS' ? '' : '—'))),
    h('span.wire-ms', {}, `${Math.round(entry.ms)} ms`),
    h(`span.verdict.${kind}`, { title }, title ? icon(mark) : ''),
    h('time.wire-time', {}, timeOf(entry.at)));
}

function wanted(entry) {
  if (filter === 'bad' && judgement(entry)[0] !== 'bad' && statusClass(entry) !== 'bad') return false;
  if ((filter === 'to_shop' || filter === 'to_wechat') && entry.direction !== filter) return false;
  return !words || `${entry.title} ${entry.url}`.toLowerCase().includes(words);
}

function filterBar(draw) {
  const options = [['all', t('全部')], ['to_shop', t('微信 → 店铺')], ['to_wechat', t('店铺 → 微信')], ['bad', t('有问题的')]];
  const select = h('select', { 'aria-label': t('筛选'), testid: 'wire-filter', onchange: () => { filter = select.value; draw(); } },
    options.map(([value, label]) => h('option', { value }, label)));
  const search = h('input', { type: 'search', placeholder: t('搜索标题或地址'), 'aria-label': t('搜索'), oninput: () => { words = search.value.trim().toLowerCase(); draw(); } });
  return h('div.lab-tools', {}, select, search);
}

export function wirePanel() {
  const list = h('div.wire-list', { role: 'log', 'aria-label': t('线路记录') });
  const draw = () => {
    const rows = store.wire.filter(wanted).slice(-SHOWN).reverse().map((one) => part(one.seq, '', () => row(one)));
    arrange(list, rows.length ? rows : [part('empty', '', () => h('p.lab-empty', {}, t('还没有来往。在手机上写一句话试试。')))]);
  };
  on('wire', ({ entry }) => {
    draw();
    if (entry && wanted(entry)) list.firstElementChild.classList.add('fresh');
  });
  draw();
  return [filterBar(draw), list];
}
