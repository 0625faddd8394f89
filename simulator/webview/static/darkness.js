// The phone's light or dark mode. Browsers pass it on through the frame; where they do not, it is played here.
const nativeMatch = window.matchMedia.bind(window);
const SCHEME = /\(\s*prefers-color-scheme\s*(?::\s*(dark|light)\s*)?\)/gi;
const themedQueries = new Set();
const originalMedia = new Map();
let theme = 'light';
let ownsWeuiTheme = false;

function translated(query) {
  return query.replace(SCHEME, (_, wanted) => (!wanted || wanted === theme ? '(min-width: 0px)' : '(max-width: 0px)'));
}

class ThemedQuery extends EventTarget {
  constructor(query) {
    super();
    this.media = query;
    this.onchange = null;
    this.last = this.matches;
    themedQueries.add(this);
  }

  get matches() { return nativeMatch(translated(this.media)).matches; }

  addListener(callback) { this.addEventListener('change', callback); }

  removeListener(callback) { this.removeEventListener('change', callback); }

  refresh() {
    if (this.last === this.matches) return;
    this.last = this.matches;
    const change = Object.assign(new Event('change'), { matches: this.matches, media: this.media });
    if (this.onchange) this.onchange(change);
    this.dispatchEvent(change);
  }
}

function rulesOf(holder) {
  try {
    return holder.cssRules || [];
  } catch {
    return []; // a sheet of another host may not be read
  }
}

function playMedia(holder) {
  const media = holder.media;
  if (media && (originalMedia.has(media) || media.mediaText.includes('prefers-color-scheme'))) {
    if (!originalMedia.has(media)) originalMedia.set(media, media.mediaText);
    const wanted = isNative() ? originalMedia.get(media) : translated(originalMedia.get(media));
    if (media.mediaText !== wanted) media.mediaText = wanted;
  }
  for (const rule of rulesOf(holder)) {
    if (rule.styleSheet) playMedia(rule.styleSheet);
    if (rule.cssRules) playMedia(rule);
  }
}

function isNative() {
  return nativeMatch('(prefers-color-scheme: dark)').matches === (theme === 'dark');
}

function playTheme() {
  if (!isNative() || originalMedia.size) [...document.styleSheets, ...sheetsOfTags()].forEach(playMedia);
  const root = document.documentElement;
  root.style.removeProperty('color-scheme');
  if (!isNative() && welcomesDark(root)) root.style.colorScheme = theme;
  root.dataset.wechatTheme = theme;
  markWeui();
  themedQueries.forEach((query) => query.refresh());
}

function welcomesDark(root) {
  const meta = document.querySelector('meta[name="color-scheme"]');
  return /dark/.test(getComputedStyle(root).colorScheme + (meta ? meta.content : ''));
}

function markWeui() {
  if (!document.body || (document.body.dataset.weuiTheme && !ownsWeuiTheme)) return;
  ownsWeuiTheme = true;
  document.body.dataset.weuiTheme = theme;
}

function setTheme(value) {
  theme = value === 'dark' ? 'dark' : 'light';
  playTheme();
}

function serveDarkness() {
  window.matchMedia = (query) => (String(query).includes('prefers-color-scheme') ? new ThemedQuery(query) : nativeMatch(query));
  setTheme(readCookie('sim_theme') || (nativeMatch('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  addEventListener('DOMContentLoaded', playTheme);
  addEventListener('load', playTheme);
  document.addEventListener('load', (event) => event.target.tagName === 'LINK' && playTheme(), true);
  nativeMatch('(prefers-color-scheme: dark)').addEventListener('change', playTheme);
}
