// The phone's own top line: WeChat's clock and three little signs.
import { byId, h, icon } from '../dom.js';
import { me, on, store } from '../store.js';

let base = { at: 0, now: 0, speed: 1 };

export function wechatNow() {
  return new Date(base.now + (performance.now() - base.at) * base.speed);
}

function takeClock() {
  const { clock } = store.state;
  base = { at: performance.now(), now: typeof clock.now === 'number' ? clock.now * 1000 : Date.parse(clock.now), speed: clock.speed || 1 };
  byId('device').dataset.platform = me()?.platform || 'ios';
  draw();
}

function draw() {
  const time = wechatNow().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' });
  const bar = byId('status-bar');
  if (bar.dataset.shown === time) return;
  bar.dataset.shown = time;
  bar.replaceChildren(h('span', {}, time), h('div.island'), h('span', {}, icon('signal'), icon('wifi'), icon('battery')));
}

export function startStatusBar() {
  on('state', takeClock);
  on('follower', takeClock);
  setInterval(draw, 1000);
}
