// Text of a message: line breaks, links to http and https, the small emoji codes; nothing is ever read as markup.
import { h } from '../dom.js';

const PARTS = /<a\s+[^>]*?href=(["'])(.*?)\1[^>]*>([\s\S]*?)<\/a>|https?:\/\/[^\s<>"'，。；！？、（）《》]+/gi;
const CODES = {
  微笑: '🙂', 撇嘴: '😕', 色: '😍', 得意: '😎', 流泪: '😢', 害羞: '☺️', 发怒: '😠', 调皮: '😜', 呲牙: '😁', 惊讶: '😮',
  难过: '🙁', 抓狂: '😫', 偷笑: '🤭', 愉快: '😊', 憨笑: '😄', 疑问: '❓', 晕: '😵', 再见: '👋', 鼓掌: '👏', 玫瑰: '🌹',
  爱心: '❤️', 心碎: '💔', 蛋糕: '🎂', 咖啡: '☕', 强: '👍', 握手: '🤝', OK: '👌', 拥抱: '🤗', 礼物: '🎁', 红包: '🧧', 太阳: '☀️',
};

function words(text) {
  return text.replace(/\[([^\]\s]{1,3})\]/g, (whole, name) => CODES[name] || whole);
}

function link(url, label, open) {
  const show = (event) => {
    event.preventDefault();
    open(url);
  };
  return h('a', { href: url, rel: 'noopener', onclick: show }, words(label));
}

// weixin://bizmsgmenu lets the account offer a sentence that the follower sends by tapping.
function sentence(url, label, say) {
  const parameters = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const content = parameters.get('msgmenucontent');
  const menuId = parameters.get('msgmenuid');
  return content ? h('button.link', { onclick: () => say(content, menuId) }, words(label)) : null;
}

function piece([whole, , href, label], { open, say }) {
  const url = (href || whole).replace(/&amp;/g, '&');
  if (/^https?:\/\//i.test(url)) return link(url, label || whole, open);
  if (/^weixin:\/\/bizmsgmenu\?/i.test(url)) return sentence(url, label, say) || words(label);
  return words(label || whole);
}

export function richText(text, actions) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(PARTS)) {
    parts.push(words(text.slice(from, match.index)), piece(match, actions));
    from = match.index + match[0].length;
  }
  parts.push(words(text.slice(from)));
  return parts.filter((part) => part !== '');
}

export const isWebAddress = (url) => /^https?:\/\//i.test(url || '');
