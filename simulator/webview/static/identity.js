// Who this browser claims to be: WeChat's, on an iPhone or an Android phone.
const facts = document.currentScript.dataset;
const phoneOrigin = facts.phone || '';
const isAndroid = facts.platform === 'android';
const entryUrl = location.href.split('#')[0];
const isFramed = window.parent !== window && phoneOrigin !== '';

function readCookie(name) {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(name + '='));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : '';
}

function pretend(name, value) {
  Object.defineProperty(navigator, name, { configurable: true, get: () => value });
}

function takeIdentity() {
  if (!facts.agent) return;
  const language = facts.agent.includes('Language/en') ? 'en' : 'zh-CN';
  pretend('userAgent', facts.agent);
  pretend('appVersion', facts.agent.replace('Mozilla/', ''));
  pretend('platform', isAndroid ? 'Linux armv8l' : 'iPhone');
  pretend('vendor', isAndroid ? 'Google Inc.' : 'Apple Computer, Inc.');
  pretend('userAgentData', undefined);
  pretend('maxTouchPoints', 5);
  pretend('language', language);
  pretend('languages', [language]);
}
