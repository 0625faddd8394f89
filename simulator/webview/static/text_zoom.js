// WeChat's text size: every text and its line grow by one factor, the boxes around them do not.
const FIELDS = new Set(['INPUT', 'TEXTAREA', 'SELECT', 'BUTTON']);
const MUTE = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'IFRAME', 'LINK', 'META']);
const zoomed = new Map();
const stillness = new CSSStyleSheet();
stillness.replaceSync('*, *::before, *::after { transition: none !important; }');
let zoom = 1;
let zoomTimer = 0;

const zoomObserver = new MutationObserver((changes) => {
  if (changes.some(changesText)) zoomSoon();
});

function changesText(change) {
  if (change.type === 'attributes') return true;
  return [...change.addedNodes].some((node) => {
    if (node.nodeType === Node.ELEMENT_NODE) return !MUTE.has(node.tagName);
    return node.nodeType === Node.TEXT_NODE && !zoomed.has(change.target);
  });
}

function hasOwnText(element) {
  if (FIELDS.has(element.tagName)) return true;
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE && node.data.trim()) return true;
  }
  return ['::before', '::after'].some((part) => {
    const content = getComputedStyle(element, part).content;
    return content !== 'none' && content !== 'normal' && content !== '""';
  });
}

function remember(element) {
  const style = element.style;
  return ['font-size', 'line-height'].map((name) => [name, style.getPropertyValue(name), style.getPropertyPriority(name)]);
}

function restoreText() {
  for (const [element, before] of zoomed) {
    for (const [name, value, priority] of before) {
      if (value) element.style.setProperty(name, value, priority);
      else element.style.removeProperty(name);
    }
  }
  zoomed.clear();
}

// First all sizes are read as the page meant them, then all are written: a child never grows twice.
function measureText() {
  const elements = [...document.body.querySelectorAll('*'), ...insideTags()].filter((e) => e.style && !MUTE.has(e.tagName));
  return [document.body, ...elements].filter(hasOwnText).map((element) => {
    const { fontSize, lineHeight } = getComputedStyle(element);
    return { element, fontSize: parseFloat(fontSize), lineHeight: parseFloat(lineHeight) };
  });
}

function growText({ element, fontSize, lineHeight }) {
  zoomed.set(element, remember(element));
  element.style.setProperty('font-size', fontSize * zoom + 'px', 'important');
  if (!Number.isNaN(lineHeight)) element.style.setProperty('line-height', lineHeight * zoom + 'px', 'important');
}

function zoomNow() {
  if (!document.body) return;
  zoomObserver.disconnect();
  const sheets = document.adoptedStyleSheets;
  document.adoptedStyleSheets = [...sheets, stillness];
  restoreText();
  if (zoom !== 1) measureText().forEach(growText);
  void document.body.offsetWidth;
  document.adoptedStyleSheets = sheets;
  document.documentElement.dataset.wechatZoom = String(zoom);
  if (zoom !== 1) watchText();
}

function watchText() {
  zoomObserver.observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['class', 'hidden', 'open', 'type'],
  });
}

function zoomSoon() {
  cancelAnimationFrame(zoomTimer);
  zoomTimer = requestAnimationFrame(zoomNow);
}

function setZoom(value) {
  const wanted = Number(value) || 1;
  if (wanted === zoom) return;
  zoom = wanted;
  zoomNow();
}

function serveZoom() {
  setZoom(readCookie('sim_zoom'));
  addEventListener('DOMContentLoaded', zoomNow);
  addEventListener('load', () => zoom !== 1 && zoomNow());
  addEventListener('resize', () => zoom !== 1 && zoomSoon());
}
