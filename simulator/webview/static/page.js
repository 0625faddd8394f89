// What the phone's title bar wants to know, and its buttons: title, address, back, refresh.
const REPORT_ADDRESS = 'https://open.weixin.qq.com/sdk/report';

function canGoBack() {
  return window.navigation ? window.navigation.canGoBack : window.history.length > 1;
}

function reportPage() {
  tellPhone({ type: 'wx-page', title: document.title, url: location.href, canGoBack: canGoBack() });
}

function watchTitle() {
  const head = document.head;
  if (head) new MutationObserver(reportPage).observe(head, { childList: true, subtree: true, characterData: true });
}

function watchAddress() {
  for (const name of ['pushState', 'replaceState']) {
    const original = history[name].bind(history);
    history[name] = (...given) => {
      original(...given);
      reportPage();
    };
  }
  addEventListener('popstate', reportPage);
  addEventListener('hashchange', reportPage);
  addEventListener('pageshow', reportPage);
  addEventListener('pagehide', () => tellPhone({ type: 'wx-leaving' }));
}

// A web view has one window: what would open another one opens here.
function keepOneWindow() {
  window.open = (url) => {
    if (url) location.assign(url);
    return null;
  };
  addEventListener('click', (event) => {
    const link = event.target instanceof Element && event.target.closest('a[target]');
    if (link && !['_self', '_top', '_parent'].includes(link.target)) link.target = '_self';
  }, true);
}

// The JS-SDK reports each configuration to WeChat; here the report goes no further than the web port.
function keepReportsHere() {
  const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src');
  Object.defineProperty(HTMLImageElement.prototype, 'src', {
    ...source,
    set(value) {
      source.set.call(this, String(value).startsWith(REPORT_ADDRESS) ? '/__wechat__/report' : value);
    },
  });
}

function servePage() {
  commands.set('back', () => history.back());
  commands.set('reload', () => location.reload());
  watchAddress();
  keepOneWindow();
  keepReportsHere();
}
