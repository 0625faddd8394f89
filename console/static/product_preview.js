// The shop's own page beside the editor, kept up with the form: words, pictures, the lowest price, the text.
// Without this script it shows what was saved last. Nothing of it is sent; the page's policy lets no script in the
// text run, and what is saved is cleaned by the server.
const editor = document.querySelector("form[data-editor]");
const phone = document.querySelector(".product-phone");
const says = document.querySelector("[data-preview-says]");
const WAIT = 250;
let waiting;

const value = (name) => editor.querySelector(`[name="${name}"]`)?.value.trim() ?? "";
const values = (name) => [...editor.querySelectorAll(`[name="${name}"]`)].map((field) => field.value.trim());

function put(page, parent, selector, tag, text) {
  let element = parent.querySelector(selector);
  if (!element && text) {
    element = page.createElement(tag);
    element.className = selector.slice(1);
    parent.append(element);
  }
  if (element && element.textContent !== text) element.textContent = text;
  if (element) element.hidden = !text;
}

function putPrice(head) {
  const prices = values("sku-price").map((text) => Number(text.replace(/[¥￥,，]/g, ""))).filter((price) => price > 0);
  const shown = head.querySelector(".head__price .money");
  if (!prices.length || !shown || head.querySelector(".was")) return;
  const yuan = Math.min(...prices).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  if (shown.lastChild.textContent !== yuan) shown.lastChild.textContent = yuan;
}

function putText(page, article) {
  const html = value("description").trimStart();
  let prose = article.querySelector(".prose");
  if (!html.startsWith("<")) return; // as it was saved, before formatted text
  if (!prose) {
    prose = page.createElement("section");
    prose.className = "card prose";
    prose.append(Object.assign(page.createElement("h2"), { textContent: phone.dataset.heading }));
    article.append(prose);
  }
  const heading = prose.querySelector("h2");
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  prose.replaceChildren(heading, ...[...fresh.childNodes].map((node) => page.importNode(node, true)));
}

function putPictures(page, article) {
  const strip = article.querySelector(".gallery__strip");
  const wanted = values("picture").map((file) => `/shop/media/${file}`);
  const there = [...strip.querySelectorAll("img")].map((image) => new URL(image.src).pathname);
  if (wanted.join() === there.join()) return;
  strip.replaceChildren(...wanted.map((src) => {
    const [slot, frame] = ["gallery__picture", "picture"].map((name) =>
      Object.assign(page.createElement("span"), { className: name }));
    frame.append(Object.assign(page.createElement("img"), { src, alt: "", width: 600, height: 600 }));
    slot.append(frame);
    return slot;
  }));
  article.querySelector(".gallery__count")?.remove();
}

function show() {
  const page = phone.contentDocument;
  const article = page?.querySelector("article");
  const head = article?.querySelector(".head");
  if (!head) return;
  put(page, head, ".head__title", "h1", value("title"));
  put(page, head, ".head__summary", "p", value("summary"));
  putPrice(head);
  putPictures(page, article);
  putText(page, article);
}

function showSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(show, WAIT);
}

if (phone) {
  editor.addEventListener("input", showSoon);
  new MutationObserver(showSoon).observe(editor.querySelector(".editor-main"), { childList: true, subtree: true });
  phone.addEventListener("load", show);
  show();
  says.textContent = says.dataset.previewSays;
}
