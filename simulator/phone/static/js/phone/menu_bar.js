// The account's custom menu: up to three buttons, each with its pop-up.
import { follower, post } from '../api.js';
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { store } from '../store.js';
import { choosePicture, choosePlace } from './composer.js';
import { openScan } from './scan_sheet.js';
import { fail, openDialog } from './sheet.js';
import { openPage } from './webview.js';

// What the follower must add before the event can be sent.
const INPUTS = {
  scancode_push: () => openScan({ handle: false }),
  scancode_waitmsg: () => openScan({ handle: false }),
  pic_sysphoto: choosePicture,
  pic_photo_or_album: choosePicture,
  pic_weixin: choosePicture,
  location_select: choosePlace,
};

async function send(button, path) {
  const ask = INPUTS[button.type];
  const given = ask ? await ask() : null;
  if (ask && !given) return;
  const answer = await post(follower(store.openid, '/menu'), { path, ...(await asFields(given)) });
  if (answer.open_url) openPage(answer.open_url);
  else if (button.type === 'scancode_push') await showResult(given);
  else if (button.type === 'miniprogram') await openDialog({ title: button.name, text: t('模拟器里没有小程序，这里只记录了事件。') });
}

function asDataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error(t('这张图片打不开')));
    reader.readAsDataURL(file);
  });
}

// A picture, a scanned text or a place, as the control API wants it.
async function asFields(given) {
  if (given instanceof File) return { picture: await asDataUrl(given) };
  if (typeof given === 'string') return { scan_result: given };
  return given || {};
}

async function showResult(text) {
  if (/^https?:\/\//.test(text)) openPage(text);
  else await openDialog({ title: t('扫描结果'), text });
}

const tap = (button, path) => send(button, path).catch(fail);

function popup(button, index, close) {
  const rows = button.sub_button.map((one, place) => h('button', {
    role: 'menuitem',
    testid: `menu-${index}-${place}`,
    onclick: () => {
      close();
      tap(one, [index, place]);
    },
  }, one.name));
  return h('div.menu-pop', { role: 'menu', 'aria-label': button.name }, rows);
}

function cell(button, index) {
  const children = button.sub_button || [];
  const box = h('div.menu-cell');
  const close = () => {
    box.querySelector('.menu-pop')?.remove();
    top.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside);
  };
  const outside = (event) => !box.contains(event.target) && close();
  const open = () => {
    if (box.querySelector('.menu-pop')) return close();
    box.append(popup(button, index, close));
    top.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside);
  };
  const top = h('button.menu-top', {
    testid: `menu-${index}`,
    'aria-haspopup': children.length ? 'menu' : null,
    'aria-expanded': children.length ? 'false' : null,
    onclick: () => (children.length ? open() : tap(button, [index])),
    onkeydown: (event) => event.key === 'Escape' && close(),
  }, children.length ? icon('menu') : null, h('span', {}, button.name));
  box.append(top);
  box.addEventListener('keydown', (event) => event.key === 'Escape' && close());
  return box;
}

export function menuCells(buttons) {
  return h('nav.account-menu', { 'aria-label': t('公众号菜单') }, buttons.map(cell));
}
