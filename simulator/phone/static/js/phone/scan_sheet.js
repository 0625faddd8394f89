// Scanning without a camera: paste what a code says, or choose a picture of it.
import { follower, post } from '../api.js';
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { loadState, store } from '../store.js';
import { choosePicture } from './composer.js';
import { payByCode } from './pay_sheet.js';
import { fail, openDialog, openSheet, toast } from './sheet.js';
import { openPage } from './webview.js';

async function readInBrowser(file) {
  if (!('BarcodeDetector' in window)) return '';
  try {
    const found = await new window.BarcodeDetector().detect(await createImageBitmap(file));
    return found[0] ? found[0].rawValue : '';
  } catch {
    return '';
  }
}

async function readOnServer(file) {
  const response = await fetch('/phone/qr', { method: 'POST', body: file });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer.text;
}

async function readPicture() {
  const file = await choosePicture();
  return file ? (await readInBrowser(file)) || readOnServer(file) : null;
}

function ask() {
  return openSheet({
    title: t('扫一扫'),
    testid: 'scan-sheet',
    closeTestid: 'scan-cancel',
    build: ({ done }) => {
      const input = h('textarea', { testid: 'scan-input', placeholder: t('粘贴二维码或条码里的文字'), 'aria-label': t('码里的文字'), 'data-first': true });
      const go = () => input.value.trim() && done(input.value.trim());
      const pick = () => readPicture().then((read) => { if (read) input.value = read; }).catch((error) => fail(new Error(`${t('这张图片认不出来，请粘贴文字')}（${error.message}）`)));
      return h('div.scan', {}, h('div.scan-window', { 'aria-hidden': 'true' }, icon('scan')), input,
        h('button.green-button', { testid: 'scan-go', onclick: go }, t('识别')),
        h('button.quiet-button', { testid: 'scan-picture', onclick: pick }, t('从图片识别')));
    },
  });
}

async function act(answer) {
  if (answer.action === 'open' && answer.url) return openPage(answer.url);
  if (answer.action === 'pay') return payByCode(answer);
  if (answer.action === 'subscribed') {
    await loadState();
    return toast(t('已关注'));
  }
  if (answer.action === 'scanned') return toast(t('已扫描，请看聊天'));
  if (answer.action === 'expired') return openDialog({ title: t('二维码已过期'), text: t('临时二维码过期了，或者不是这个公众号的。') });
  return openDialog({ title: t('扫描结果'), text: answer.text || '' });
}

// With `handle` WeChat does what the code says; without, the text goes back to who asked. Null means cancelled.
export async function openScan({ handle }) {
  const read = await ask();
  if (!read) return null;
  if (!handle) return read;
  try {
    await act(await post(follower(store.openid, '/scan'), { text: read }));
  } catch (error) {
    fail(error);
  }
  return read;
}
