// The menu editor without leaving the page. Each press still sends the whole form and each change is kept at once;
// the answer is the same page, of which the marked regions are taken over. Without this script the browser shows it.
const editor = document.querySelector("[data-menu-editor]");
const bytes = new TextEncoder();
let queue = Promise.resolve();
let isUnsaved = false;

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
  takeOver(page, answer.status === 409 ? null : names);
  const old = document.querySelector("#content .alert[role=status], #content .alert-danger[role=alert]");
  old?.remove();
  const told = page.querySelector("#content .alert-danger[role=alert]");
  if (told) document.querySelector("[data-region=notes]").before(told);
  if (answer.ok && !names) history.replaceState(null, "", answer.url);
}

function press(action, names) {
  queue = queue.then(() => send(action, names)).catch(() => {
    isUnsaved = false;
    const button = document.createElement("button");
    Object.assign(button, { type: "submit", name: "do", value: action, hidden: true });
    editor.append(button);
    editor.removeEventListener("submit", intercept);
    editor.requestSubmit(button);
  });
  return queue;
}

function intercept(event) {
  const action = event.submitter?.value ?? "save";
  if (action === "publish") {
    isUnsaved = false;
    return;
  }
  event.preventDefault();
  const opens = /^(column|child|open)/.test(action);
  press(action).then(() => {
    const name = document.getElementById("name");
    if (opens && name) {
      name.focus({ preventScroll: window.innerWidth >= 992 });
      name.select();
    }
  });
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
    if (input.name !== "phone_theme" && input.form === editor) press("save", ["mark", "mark-discard", "mark-audience", "phone", "status"]);
  });
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved) event.preventDefault();
  });
}
