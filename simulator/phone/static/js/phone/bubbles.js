// One message of the conversation as an element.
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { avatar } from '../people.js';
import { me, store } from '../store.js';
import { accountAvatar } from './account.js';
import { openComplaint } from './complaint_sheet.js';
import { openPreview } from './preview.js';
import { isWebAddress, richText } from './rich_text.js';
import { toast } from './sheet.js';

function cover(article) {
  if (!isWebAddress(article.picurl)) return h('span.cover.empty', {}, icon('image'));
  const picture = h('img', { src: article.picurl, alt: '', loading: 'lazy' });
  const frame = h('span.cover', {}, picture);
  crop(picture, article.crop);
  picture.addEventListener('error', () => frame.replaceWith(h('span.cover.empty', {}, icon('image'))));
  return frame;
}

// The part of the picture the account chose, as shares of its width and height: x1_y1_x2_y2.
function crop(picture, corners) {
  const [left, top, right, bottom] = (corners || '').split('_').map(Number);
  if (!(right > left && bottom > top)) return;
  const [width, height] = [right - left, bottom - top];
  Object.assign(picture.style, {
    width: `${100 / width}%`, height: `${100 / height}%`, left: `${(-100 * left) / width}%`, top: `${(-100 * top) / height}%`, objectFit: 'fill',
  });
}

// Alone an article has its words below the picture, of several the first has its title on it.
function firstArticle(article, open, alone) {
  const words = alone && article.description ? h('p', {}, article.description) : null;
  return h(`button${alone ? '' : '.news-lead'}`, { onclick: () => open(article.url), testid: 'news-open' }, cover(article),
    h('div.news-words', {}, h('h3', {}, article.title), words));
}

const previewMark = () => h('small.preview-mark', { testid: 'preview-mark' }, t('群发预览，只有你收到'));

function moreArticle(article, open) {
  const thumb = isWebAddress(article.picurl) ? h('img', { src: article.picurl, alt: '', loading: 'lazy' }) : null;
  return h('button.news-row', { onclick: () => open(article.url) }, h('span', {}, article.title), thumb);
}

function news(message, { open }) {
  const [first, ...more] = message.articles || [];
  if (!first) return h('div.system-line', {}, t('（空的图文消息）'));
  const mark = message.preview ? previewMark() : null;
  return h('article.news', { testid: 'message-news-card' }, mark, firstArticle(first, open, !more.length), more.map((one) => moreArticle(one, open)));
}

// Facts come as an object or as a list of {label, value}.
function pairs(given) {
  if (Array.isArray(given)) return given.map(({ label, name, value }) => [label || name || '', String(value)]);
  return Object.entries(given || {}).map(([name, value]) => [name, String(value?.value ?? value)]);
}

// Template, subscription and pay messages: a titled card of facts.
function notice(message, { open }) {
  const url = message.url;
  const rows = pairs(message.rows || message.fields).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]);
  return h('article.notice', { testid: 'message-notice' },
    h('h3', {}, message.title || (message.via === 'pay' ? t('微信支付') : t('服务通知'))),
    message.amount_fen !== undefined ? h('div.amount', {}, '¥' + yuan(message.amount_fen)) : null,
    message.text ? h('p', {}, richText(message.text, { open, say: () => {} })) : null,
    rows.length ? h('dl', {}, rows) : null,
    message.kind === 'payment' && /^42/.test(message.transaction_id || '')
      ? h('button.more', { testid: 'payment-complain', onclick: () => openComplaint(message) }, t('对这笔付款有疑问？投诉'), icon('forward')) : null,
    message.mini ? h('p.mini-way', {}, `${t('小程序')} · ${message.mini.pagepath || message.mini.appid}`) : null,
    isWebAddress(url) ? h('button.more', { onclick: () => open(url), testid: 'notice-open' }, t('详情'), icon('forward')) : null);
}

export function yuan(fen) {
  const whole = Math.trunc(Math.abs(fen) / 100);
  return `${fen < 0 ? '-' : ''}${whole}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;
}

function picture(message) {
  const url = message.url || message.picurl || message.pic_url || (message.media_id ? `/mmbiz/${message.media_id}/0` : '');
  if (!url) return h('div.bubble', {}, t('[图片]'));
  const image = h('img.picture', { src: url, alt: t('图片'), loading: 'lazy', onclick: () => openPreview([url], url) });
  image.addEventListener('error', () => image.replaceWith(h('div.bubble', {}, t('[图片]'))));
  return image;
}

const fileOf = (mediaId) => `/mmbiz/${encodeURIComponent(mediaId)}/0`;

// A film or a song: a picture, a title, something that plays.
function playable(message, { open }, name, words) {
  const thumb = message.thumb_media_id ? h('img', { src: fileOf(message.thumb_media_id), alt: '', loading: 'lazy' }) : null;
  thumb?.addEventListener('error', () => thumb.remove());
  const url = isWebAddress(message.url) ? message.url : '';
  const title = message.title || words;
  return h('button.play-card', { testid: `message-${message.kind}`, onclick: () => (url ? open(url) : playHere(message)) },
    h('span.play-face', {}, thumb, icon(name)),
    h('span.play-words', {}, h('b', {}, title), message.description ? h('span', {}, message.description) : null));
}

function playHere({ media_id: mediaId, kind }) {
  if (!mediaId) return;
  const player = h(kind === 'voice' ? 'audio' : 'video', { src: fileOf(mediaId) });
  player.play().catch(() => toast(t('样本里没有声音和画面')));
}

function voice(message) {
  return h('button.bubble.voice', { testid: 'message-voice', onclick: () => playHere(message) }, icon('mic'), message.recognition || t('语音消息'));
}

function miniProgram(message) {
  const thumb = message.thumb_media_id ? h('img.cover', { src: fileOf(message.thumb_media_id), alt: '', loading: 'lazy' }) : null;
  return h('div.link-card.mini', { testid: 'message-mini' }, h('h3', {}, message.title || ''), thumb,
    h('p', {}, `${t('小程序')} · ${message.fields?.pagepath || message.page_path || ''}`));
}

function linkCard(message, open) {
  const go = () => isWebAddress(message.url) && open(message.url);
  return h('button.link-card', { onclick: go }, h('h3', {}, message.title || message.url || ''), h('p', {}, message.description || message.url || ''));
}

function place(message) {
  const label = message.label || message.text || t('位置');
  return h('div.link-card', {}, h('h3', {}, label), h('p', {}, `${message.latitude ?? ''} ${message.longitude ?? ''}`));
}

function menuOfSentences(message, { open, say }) {
  const options = (message.list || message.options || []).map((one) =>
    h('button.link', { onclick: () => say(one.content, one.id) }, one.content));
  const say2 = { open, say };
  return h('div.bubble', { testid: 'message-text' }, richText(message.head || message.text || '', say2),
    h('div.choices', {}, options), richText(message.tail || '', say2));
}

function inner(message, actions) {
  switch (message.kind) {
    case 'text': return h('div.bubble', { testid: 'message-text' }, richText(message.text || '', actions));
    case 'image': return picture(message);
    case 'voice': return voice(message);
    case 'video':
    case 'shortvideo': return playable(message, actions, 'play', t('视频消息'));
    case 'music': return playable(message, actions, 'note', t('音乐'));
    case 'miniprogrampage': return miniProgram(message);
    case 'location': return place(message);
    case 'link': return linkCard(message, actions.open);
    case 'msgmenu': return menuOfSentences(message, actions);
    default: return h('div.bubble', { testid: 'message-text' }, richText(message.text || `[${message.kind}]`, actions));
  }
}

function stateMark(message, again) {
  if (message.direction !== 'in') return null;
  if (message.state === 'sending') return h('span.bubble-state', { 'aria-label': t('正在发送') }, withSpin(icon('wait')));
  if (message.state === 'failed') return h('button.bubble-state.failed', { 'aria-label': t('重新发送'), onclick: again }, icon('alert'));
  return null;
}

export function withSpin(svg) {
  svg.classList.add('spin');
  return svg;
}

const CARDS = new Set(['template', 'subscribe', 'payment', 'wxcard']);

// Under whose name it came, and whether a machine wrote it.
function spoken(message, actions) {
  const { kf_nick: agent, by_machine: machine, preview } = message;
  if (!agent && !machine && !preview) return inner(message, actions);
  return h('div.spoken', {}, preview ? previewMark() : null, agent ? h('small', {}, agent) : null, inner(message, actions), machine ? h('small', {}, t('内容由第三方AI生成')) : null);
}

export function messageElement(message, actions) {
  if (message.direction === 'system' || message.kind === 'notice') {
    return h('div.system-line', { testid: 'message-system' }, message.text || '');
  }
  if (message.kind === 'news') return news(message, actions);
  if (CARDS.has(message.kind) || message.via === 'pay' || message.via === 'template') return notice(message, actions);
  const mine = message.direction === 'in';
  const face = mine ? avatar(me() || {}) : accountAvatar(store.state.account);
  return h(`div.message${mine ? '.mine' : ''}`, {}, face, spoken(message, actions), stateMark(message, () => actions.again(message)));
}
