// WeChat's text size: seven steps that apply to every page at once.
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { setZoom, settings, ZOOM_STEPS } from '../settings.js';
import { openSheet } from './sheet.js';

function step(zoom, index, redraw) {
  const label = zoom === 1 ? t('标准') : `${Math.round(zoom * 100)}%`;
  return h('button.font-step', {
    role: 'radio',
    testid: `font-step-${index}`,
    'aria-checked': String(zoom === settings.zoom),
    'aria-label': label,
    onclick: () => {
      setZoom(zoom);
      redraw();
    },
  }, h('span', { style: { fontSize: `${13 * zoom * zoom}px` } }, 'A'));
}

export function chooseFont() {
  return openSheet({
    title: t('字体大小'),
    testid: 'font-sheet',
    closeTestid: 'font-close',
    build: () => {
      const steps = h('div.font-steps', { role: 'radiogroup', 'aria-label': t('字体大小') });
      const hint = h('p.hint');
      const redraw = () => {
        steps.replaceChildren(...ZOOM_STEPS.map((zoom, index) => step(zoom, index, redraw)));
        hint.textContent = t('网页文字放大到 {percent}%', { percent: Math.round(settings.zoom * 100) });
      };
      redraw();
      return [steps, hint];
    },
  });
}
