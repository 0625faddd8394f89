// A picture over the whole screen, with its neighbours.
import { byId, h, icon, trapKeys } from '../dom.js';
import { t } from '../i18n.js';

export function openPreview(urls, current) {
  let place = Math.max(0, urls.indexOf(current));
  const image = h('img', { alt: t('图片'), onclick: () => view.remove() });
  const count = h('span');
  const show = (step) => {
    place = (place + step + urls.length) % urls.length;
    image.src = urls[place];
    count.textContent = `${place + 1} / ${urls.length}`;
  };
  const close = h('button', { 'aria-label': t('关闭'), testid: 'preview-close', onclick: () => view.remove() }, icon('close'));
  const view = h('div.preview', { role: 'dialog', 'aria-label': t('图片'), testid: 'preview' }, image,
    h('footer', {}, h('button', { 'aria-label': t('上一张'), onclick: () => show(-1) }, icon('back')), count,
      h('button', { 'aria-label': t('下一张'), onclick: () => show(1) }, icon('forward')), close));
  trapKeys(view, () => view.remove());
  byId('sheet-layer').append(view);
  show(0);
  close.focus();
}
