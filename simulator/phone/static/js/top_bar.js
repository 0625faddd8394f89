// The bar on top of the page: active faults, the phone's switches, links out.
import { arrange, byId, h, icon, part } from './dom.js';
import { language, switchLanguage, t } from './i18n.js';
import { setPlatform } from './people.js';
import { setTheme, settings } from './settings.js';
import { isActive, loadState, me, on, store } from './store.js';
import { chooseFont } from './phone/font_sheet.js';
import { faultTitle } from './lab/fault_words.js';
import { openDrawer, openTab } from './lab/lab.js';

function badge(one) {
  const value = one.choices.length > 2 ? ` ${one.value}` : '';
  return h('button.badge', { title: t('查看开关'), onclick: () => openTab('faults') }, icon('alert'), faultTitle(one) + value);
}

function tool(name, label, onclick, attributes = {}, text = '') {
  return h('button.tool', { 'aria-label': label, title: label, onclick, ...attributes }, icon(name), text);
}

async function togglePlatform() {
  const next = me().platform === 'android' ? 'ios' : 'android';
  await setPlatform(store.openid, next);
  await loadState();
}

function tools() {
  const dark = settings.theme === 'dark';
  const platform = me() && me().platform === 'android' ? 'Android' : 'iPhone';
  return h('div.top-tools', {},
    tool('phone', t('换一种手机'), togglePlatform, { testid: 'platform-toggle' }, platform),
    tool('font', t('字体大小'), chooseFont, { testid: 'font-toggle' }),
    tool(dark ? 'sun' : 'moon', dark ? t('浅色') : t('深色'), () => setTheme(dark ? 'light' : 'dark'), { testid: 'theme-toggle' }),
    tool('globe', language === 'en' ? '中文' : 'English', switchLanguage, { testid: 'language-toggle' }, language === 'en' ? '中' : 'En'),
    h('a.tool', { href: store.state.shop_base + '/console/', target: '_blank', rel: 'noopener', title: t('商家后台') },
      icon('shop'), t('商家后台')),
    h('button.tool.drawer-button', { onclick: openDrawer, 'aria-label': t('实验台'), testid: 'lab-drawer' }, icon('flask'), t('实验台')));
}

const brand = () => h('div.brand', {}, h('img', { src: '/phone/icon.svg', alt: '' }), h('span', {}, t('微信模拟器')));

const warning = () => h('span.badge', { role: 'status' }, icon('alert'), t('与模拟器的连接断了'));

const badges = h('div.badges', { testid: 'active-faults' });

function draw() {
  const active = store.state.faults.filter(isActive).map((one) => part(one.name, [one.title, one.value], () => badge(one)));
  arrange(badges, [...(store.offline ? [part('offline', '', warning)] : []), ...active]);
  arrange(byId('top'), [
    part('brand', '', brand), part('badges', '', () => badges), part('tools', [settings.theme, me()?.platform, store.state.shop_base], tools),
  ]);
}

export function startTopBar() {
  badges.setAttribute('aria-label', t('打开的开关'));
  for (const topic of ['state', 'follower', 'settings', 'offline']) on(topic, draw);
}

