// WeChat's clock: move it forward or let it run faster, so that days pass in a minute.
import { post } from '../api.js';
import { arrange, h, part } from '../dom.js';
import { language, t } from '../i18n.js';
import { loadState, on, store } from '../store.js';
import { wechatNow } from '../phone/status_bar.js';
import { fail } from '../phone/sheet.js';

const STEPS = [[60, '+1 分钟'], [300, '+5 分钟'], [7200, '+2 小时'], [86400, '+1 天'], [172800, '+48 小时'], [7 * 86400, '+7 天']];
const SPEEDS = [1, 10, 60, 600, 3600];

function act(body) {
  return async () => {
    try {
      await post('clock', body);
      await loadState();
    } catch (error) {
      fail(error);
    }
  };
}

function ahead(seconds) {
  if (seconds < 60) return t('与现实同步');
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return t('比现实快 {d} 天 {h} 小时 {m} 分', { d: days, h: hours, m: minutes });
}

export function clockPanel() {
  const now = h('p.big-clock', { testid: 'clock-now' });
  const offset = h('p.lab-note', { testid: 'clock-offset' });
  const speeds = h('div.clock-buttons', { role: 'radiogroup', 'aria-label': t('快慢') });
  const tick = () => {
    now.textContent = wechatNow().toLocaleString(language === 'en' ? 'en-GB' : 'zh-CN', { hour12: false, timeZone: 'Asia/Shanghai' });
  };
  const draw = () => {
    const { clock } = store.state;
    offset.textContent = ahead(clock.offset_seconds || 0);
    arrange(speeds, SPEEDS.map((speed) => part(speed, speed === (clock.speed || 1), () => h('button.lab-button', {
      role: 'radio', 'aria-checked': String((clock.speed || 1) === speed), testid: `clock-speed-${speed}`, onclick: act({ speed }),
    }, `${speed}×`))));
    tick();
  };
  on('state', draw);
  draw();
  setInterval(tick, 250);
  return [
    h('section.lab-block.clock', {}, h('h3', {}, t('微信现在的时间')), now, offset),
    h('section.lab-block', {}, h('h3', {}, t('往前走')), h('div.clock-buttons', {},
      STEPS.map(([seconds, label]) => h('button.lab-button', { testid: `clock-advance-${seconds}`, onclick: act({ advance_seconds: seconds }) }, t(label))))),
    h('section.lab-block', {}, h('h3', {}, t('快慢')), speeds),
    h('p.lab-note', {}, t('通知重发、订单过期、客服消息窗口都跟着这只钟走；签名里的时间仍是现实的时间。')),
  ];
}
