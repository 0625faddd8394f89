// WeChat's open tags. <wx-open-subscribe> is drawn once wx.config has granted it: what its template says stands in a
// tree of its own, which the page's sheets do not reach, and a tap asks on the phone whether notifications may come.
const SUBSCRIBE_TAG = 'wx-open-subscribe';
const TEMPLATES = 'script[type="text/wxtag-template"], template';
const tagRoots = new Set();

const livingRoots = () => [...tagRoots].filter((root) => root.host.isConnected);
const insideTags = () => livingRoots().flatMap((root) => [...root.querySelectorAll('*')]);
const sheetsOfTags = () => livingRoots().flatMap((root) => [...root.styleSheets]);

function templateOf(host) {
  const parts = [...host.querySelectorAll(TEMPLATES)];
  return parts.map((part) => (part.localName === 'template' ? part.innerHTML : part.textContent)).join('');
}

class OpenSubscribe extends HTMLElement {
  connectedCallback() {
    if (tagRoots.has(this.shadowRoot)) return;
    const root = this.attachShadow({ mode: 'open' });
    root.innerHTML = templateOf(this);
    root.addEventListener('click', (event) => event.isTrusted && this.ask());
    tagRoots.add(root);
    if (zoom !== 1) zoomSoon();
    playTheme();
  }

  ask() {
    if (this.isAsking) return;
    this.isAsking = true;
    invoke(SUBSCRIBE_TAG, { template: this.getAttribute('template') || '' }, (res) => {
      this.isAsking = false;
      this.tell(res);
    });
  }

  tell({ err_msg: said, err_code: errCode, subscribeDetails }) {
    const errMsg = String(said).replace(SUBSCRIBE_TAG, 'subscribe');
    const good = errMsg === 'subscribe:ok';
    const detail = good ? { errMsg, subscribeDetails } : { errMsg, errCode: errCode || 10002 };
    this.dispatchEvent(new CustomEvent(good ? 'success' : 'error', { detail }));
  }
}

function refuseTags(reason) {
  const detail = { errMsg: reason };
  setTimeout(() => document.dispatchEvent(new CustomEvent('WeixinOpenTagsError', { detail })), 0);
}

// `open_tags` is null in a client that never heard of tags; it says nothing.
onAnswer.set('preVerifyJSAPI', ({ err_msg: said, open_tags: tags }, { verifyOpenTagList = [] }) => {
  if (tags === null) return;
  const wanted = verifyOpenTagList.length > 0 || document.querySelector(SUBSCRIBE_TAG) !== null;
  if (!wanted) return;
  const error = tags ? tags.error : said;
  if (error) refuseTags(error);
  else if (facts.tags === 'shut-out') refuseTags('the page’s Content-Security-Policy lacks frame-src https://*.qq.com webcompt:');
  else if (!customElements.get(SUBSCRIBE_TAG)) customElements.define(SUBSCRIBE_TAG, OpenSubscribe);
});
