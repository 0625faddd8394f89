// The simulator's own words: written in Chinese, with one English dictionary.
import { ENGLISH } from './en.js';

export const language = localStorage.getItem('sim.lang') === 'en' ? 'en' : 'zh';

export function t(text, values = {}) {
  const chosen = language === 'en' ? ENGLISH[text] || text : text;
  return chosen.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function switchLanguage() {
  localStorage.setItem('sim.lang', language === 'en' ? 'zh' : 'en');
  location.reload();
}
