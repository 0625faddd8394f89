// The reply editor without leaving the page. Each button still sends the whole form; the answer is the same page,
// of which the marked regions are taken over. Without this script the browser shows that page itself.
const form = document.querySelector("form[data-editor]");
const WAIT_MS = 400;
const AGAIN_MS = 5000;
let isChanged = form?.hasAttribute("data-unsaved") ?? false; // what was refused is nowhere but in the form
let isSent = false;
let presses = 0;
let looks = 0;

const isRemote = (button) => button?.name === "do" && button.value !== "save";

function takeOver(name, region) {
  const old = document.querySelector(`[data-region="${name}"]`);
  if (old && region) old.replaceWith(region);
}

// What is typed into a region after the form was read would be lost when the answer takes its place.
function rest(isResting) {
  for (const region of form.querySelectorAll("[data-region]")) region.inert = isResting;
}

async function press(button) {
  button.disabled = true;
  button.classList.add("btn-loading");
  const mine = ++presses;
  const body = new FormData(form);
  body.append("do", button.value);
  rest(true);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const regions = page.querySelectorAll("[data-region]");
    if (!regions.length) throw new Error("another page");
    if (mine === presses) for (const region of regions) takeOver(region.dataset.region, region);
  } catch {
    rest(false);
    button.disabled = false;
    form.removeEventListener("submit", intercept);
    form.requestSubmit(button);
    return;
  }
  if (mine === presses) rest(false);
  isChanged = true;
  dress();
  document.querySelector("[data-focus]")?.focus();
  look();
}

function intercept(event) {
  if (!isRemote(event.submitter)) {
    if (isSent) {
      event.preventDefault();
      return;
    }
    isChanged = false;
    isSent = true; // a second press while the first is on its way would keep the same twice
    setTimeout(() => { isSent = false; }, AGAIN_MS);
    return;
  }
  event.preventDefault();
  press(event.submitter);
}

// What is said about the form while it is filled in: the phone, conflicts, what is still missing.
let timer;
function look() {
  if (!form.dataset.check) return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const mine = ++looks;
    const body = new FormData(form);
    for (const input of form.querySelectorAll("input[type=file]")) body.delete(input.name);
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body });
      if (!answer.ok || mine !== looks) return;
      for (const [name, html] of Object.entries(await answer.json())) {
        const region = document.querySelector(`[data-region="${name}"]`);
        if (region) region.innerHTML = html;
      }
    } catch { /* the next change asks again */ }
  }, WAIT_MS);
}

function count(area) {
  const output = area.form.querySelector(`output[for="${area.id}"]`);
  const limit = Number(area.dataset.bytes);
  const bytes = new TextEncoder().encode(area.value.replace(/\r\n/g, "\n")).length;
  output.textContent = output.dataset.template.replace("{n}", bytes).replace("{limit}", limit);
  output.classList.toggle("is-over", bytes > limit);
}

// A plain list becomes a button that opens the shelf with pictures.
function dress() {
  for (const plain of form.querySelectorAll("[data-plain]")) plain.hidden = true;
  for (const area of form.querySelectorAll("textarea[data-bytes]")) count(area);
  for (const select of form.querySelectorAll("select[data-picker]")) {
    const shelf = document.getElementById(select.dataset.picker);
    if (!shelf || select.hidden) continue;
    const opener = document.createElement("button");
    opener.type = "button";
    opener.className = "btn";
    opener.textContent = select.dataset.words;
    opener.addEventListener("click", () => open(shelf, select));
    select.hidden = true;
    select.before(opener);
  }
}

let wanting;
function open(shelf, select) {
  wanting = select;
  const values = new Set([...select.options].map((option) => option.value));
  for (const pick of shelf.querySelectorAll(".pick")) pick.dataset.gone = values.has(pick.value) ? "" : "1";
  const search = shelf.querySelector("[data-search]");
  search.value = "";
  narrow(shelf, "");
  shelf.showModal();
}

function narrow(shelf, words) {
  const wanted = words.trim().toLowerCase();
  for (const pick of shelf.querySelectorAll(".pick")) {
    pick.hidden = Boolean(pick.dataset.gone) || !pick.textContent.toLowerCase().includes(wanted);
  }
}

for (const shelf of document.querySelectorAll("dialog.picker")) {
  shelf.addEventListener("click", (event) => {
    const pick = event.target.closest(".pick");
    if (pick) {
      wanting.value = pick.value;
      const button = wanting.parentElement.querySelector("button[name=do]");
      shelf.close();
      form.requestSubmit(button);
    } else if (event.target === shelf || event.target.closest("[data-close]")) shelf.close();
  });
  shelf.querySelector("[data-search]").addEventListener("input", (event) => narrow(shelf, event.target.value));
}

if (form) {
  form.addEventListener("submit", intercept);
  form.addEventListener("input", (event) => {
    isChanged = true;
    if (event.target.matches("textarea[data-bytes]")) count(event.target);
    look();
  });
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-refresh]")) return;
    form.requestSubmit(event.target.closest(".reply-choose").querySelector("button[name=do]"));
  });
  window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
  dress();
}
