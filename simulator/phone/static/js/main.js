// Starts the page: first what the simulator knows, then phone and lab around it.
import { byId, h, icon } from './dom.js';
import { t } from './i18n.js';
import { startLab } from './lab/lab.js';
import { startNarrow } from './narrow.js';
import { startPeople } from './people.js';
import { payForApp } from './phone/app_pay.js';
import { startChat } from './phone/chat.js';
import { fail } from './phone/sheet.js';
import { startStatusBar } from './phone/status_bar.js';
import { startWebview } from './phone/webview.js';
import { listen, loadState } from './store.js';
import { startTopBar } from './top_bar.js';

async function start() {
  document.title = t('微信模拟器');
  startTopBar();
  startPeople();
  startStatusBar();
  await loadState();
  startWebview();
  startChat();
  startLab();
  startNarrow();
  listen();
  await payForApp().catch(fail);
}

function sayWhy(error) {
  byId('screens').replaceChildren(h('p.empty-chat', { role: 'alert' }, icon('alert'), ' ', error.message));
}

addEventListener('unhandledrejection', ({ reason }) => fail(reason));
start().catch(sayWhy);
