// One exchange opened up: every check with its reason, then headers and bodies of both sides.
import { get } from '../api.js';
import { byId, h, icon, trapKeys } from '../dom.js';
import { t } from '../i18n.js';
import { fail } from '../phone/sheet.js';
import { judgement, timeOf } from './wire.js';

const MARKS = new Map([[true, ['good', 'check', '✓']], [false, ['bad', 'cross', '✗']], [null, ['none', 'alert', '·']]]);

function check({ check: name, ok, detail }) {
  const [kind, mark, spoken] = MARKS.get(ok ?? null);
  return h('li.check', {}, h(`span.verdict.${kind}`, { role: 'img', 'aria-label': spoken }, icon(mark)),
    h('div', {}, h('b', {}, name), detail ? h('span.mono', {}, detail) : null));
}

function pretty(text) {
  const body = text || '';
  try {
    if (/^\s*[[{]/.test(body)) return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
  return /^\s*</.test(body) ? body.replace(/(<\/[^>]+>|<xml>)\s*</g, '$1\n<') : body;
}

function code(label, text) {
  if (!text) return null;
  const block = h('pre.code', { tabindex: '0' }, pretty(text));
  const copy = h('button.tool', { 'aria-label': t('复制'), title: t('复制'), onclick: () => navigator.clipboard.writeText(text).catch(fail) }, icon('copy'));
  return h('div.code-block', {}, h('header', {}, h('h4', {}, label), copy), block);
}

function headers(given) {
  const rows = Object.entries(given || {});
  if (!rows.length) return null;
  return h('details', {}, h('summary', {}, t('头部（{n}）', { n: rows.length })),
    h('dl.headers.mono', {}, rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))])));
}

function side(title, part) {
  if (!part) return h('section', {}, h('h3', {}, title), h('p.lab-empty', {}, t('没有应答')));
  const decoded = part.decoded && part.decoded !== part.body ? part.decoded : '';
  return h('section', {}, h('h3', {}, title), headers(part.headers), code(t('解开的内容'), decoded), code(t('原文'), part.body));
}

export async function openDetail(seq) {
  let entry;
  try {
    entry = await get(`wire/${seq}`);
  } catch (error) {
    return fail(error);
  }
  entry = entry.entry || entry;
  byId('wire-detail')?.remove();
  const close = () => view.remove();
  const back = h('button.tool', { 'aria-label': t('返回'), onclick: close, testid: 'wire-close' }, icon('back'));
  const view = h('article.wire-detail', { id: 'wire-detail', testid: 'wire-detail', 'aria-label': entry.title },
    h('header.detail-head', {}, back, h('div', {}, h('h2', {}, entry.title),
      h('p.mono', {}, `${timeOf(entry.at)} · ${entry.status || '—'} · ${Math.round(entry.ms)} ms`))),
    h('p.detail-url.mono', {}, `${entry.method} ${entry.url}`),
    h('h3', {}, t('检查'), ' ', h('small', {}, judgement(entry)[2])), h('ul.checks', {}, entry.verdicts.map(check)),
    side(t('请求'), entry.request), side(t('应答'), entry.response));
  trapKeys(view, close);
  byId('lab-panel-wire').append(view);
  back.focus({ preventScroll: true });
}
