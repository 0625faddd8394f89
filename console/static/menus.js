// The menu editor without leaving the page. Each press still sends the whole form and each change is kept at once;
// the answer is the same page, of which the marked regions are taken over. Without this script the browser shows it.
const editor = document.querySelector("[data-menu-editor]");
const bytes = new TextEncoder();
const FLASHED = "#content > * > .alert"; // what the server says about the last press
const AROUND = ["mark", "mark-discard", "mark-audience", "phone", "status"]; // all but the fields being filled in
let queue = Promise.resolve();
let refusals = 0; // by somebody else's change: what was pressed before it was told is not done after all
let isUnsaved = false;
let timer;
let released = Promise.resolve(); // while a finger is down nothing is exchanged under it
let release = () => {};

// East Asian wide letters count as two, as in `shown_name` of the server.
const widthOf = (letter) => (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{3fffd}]/u.test(letter) ? 2 : 1);

function shownName(name, most) {
  let room = most * 2;
  let kept = "";
  for (const letter of name) {
    room -= widthOf(letter);
    if (room < 0) return `${kept}…`;
    kept += letter;
  }
  return name;
}

function count(input) {
  const hint = document.getElementById(input.getAttribute("aria-describedby"));
  const size = bytes.encode(input.value.trim()).length;
  if (hint) {
    hint.querySelector("output").value = size;
    hint.classList.toggle("is-over", size > Number(input.dataset.bytes));
  }
}

function showOnPhone(input) {
  const button = editor.querySelector("[data-live-name]");
  if (button && input.value.trim()) button.textContent = shownName(input.value.trim(), Number(button.dataset.liveName));
}

function takeOver(page, names) {
  const fresh = new Map([...page.querySelectorAll("[data-region]")].map((each) => [each.dataset.region, each]));
  if (!fresh.has("phone")) throw new Error("another page");
  for (const old of document.querySelectorAll("[data-region]")) {
    const name = old.dataset.region;
    if (fresh.has(name) && (!names || names.includes(name))) old.replaceWith(fresh.get(name));
  }
}

async function send(action, names) {
  const body = new FormData(editor);
  body.append("do", action);
  isUnsaved = false;
  const answer = await fetch(editor.action, { method: "POST", body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  await released;
  if (answer.status === 409) refusals += 1;
  takeOver(page, answer.status === 409 ? null : names);
  for (const old of document.querySelectorAll(FLASHED)) old.remove();
  for (const told of page.querySelectorAll(FLASHED)) document.querySelector("[data-region=notes]").before(told);
  if (answer.ok && !names) history.replaceState(null, "", answer.url);
}

function press(action, names) {
  clearTimeout(timer);
  if (!names) editor.inert = true; // what is typed now would go with the fields that are exchanged
  const seen = refusals;
  queue = queue.then(() => seen === refusals && send(action, names)).catch(() => {
    isUnsaved = false;
    const button = document.createElement("button");
    Object.assign(button, { type: "submit", name: "do", value: action, hidden: true });
    editor.append(button);
    editor.removeEventListener("submit", intercept);
    editor.requestSubmit(button);
  }).finally(() => { editor.inert = false; });
  return queue;
}

async function intercept(event) {
  const action = event.submitter?.value ?? "save";
  event.preventDefault();
  if (action === "publish") {
    const seen = refusals;
    await press("save", AROUND);
    if (seen === refusals) location.assign(`${editor.action}/publish`);
    return;
  }
  await press(action);
  const name = document.getElementById("name");
  if (/^(column|child|open)/.test(action) && name) {
    name.focus({ preventScroll: window.innerWidth >= 992 });
    name.select();
  } else {
    editor.querySelector(`[name=do][value="${CSS.escape(action)}"]:not([tabindex])`)?.focus();
  }
}

if (editor) {
  editor.addEventListener("submit", intercept);
  editor.addEventListener("input", (event) => {
    const input = event.target;
    if (input.name === "phone_theme" || input.form !== editor) return;
    isUnsaved = true;
    if (input.dataset.bytes) count(input);
    if ("nameForPhone" in input.dataset) showOnPhone(input);
  });
  editor.addEventListener("change", (event) => {
    const input = event.target;
    if (input.name === "phone_theme" || input.form !== editor) return;
    clearTimeout(timer);
    timer = setTimeout(press, 300, "save", AROUND);
  });
  window.addEventListener("pointerdown", () => {
    released = new Promise((done) => { release = done; });
  });
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => setTimeout(release));
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved) event.preventDefault();
  });
}
