// The composer: counts characters as WeChat does, and lets products be dragged; the buttons of `replies.js` do the
// same. The page of one broadcast: what changes is fetched anew while it is under way, slower when it takes long: a part
// that says how often (`data-every`, seconds) as often, and none while nobody looks, nor more than a tenth of the time.
const letters = (text) => [...text.trim().replace(/\s+/g, " ")].length;

function countAll() {
  for (const output of document.querySelectorAll("[data-counts]")) {
    const number = letters(document.getElementById(output.dataset.counts).value);
    const most = Number(output.dataset.most);
    output.textContent = `${number} / ${most}`;
    output.classList.toggle("is-over", number > most);
  }
}

document.addEventListener("input", countAll);
countAll();

// Each way counts other letters and calls the second line otherwise: the form is drawn anew.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[name=way], [name=purpose]")) return;
  const button = document.querySelector("[data-reorder]");
  button?.form.requestSubmit(button);
});

// Whoever fills in a time means it; whoever chooses "now" wants none.
const at = document.querySelector(".cast-at");
const whenIs = (value) => document.querySelector(`[name=when][value=${value}]`);
at?.addEventListener("input", () => { whenIs(at.value ? "later" : "now").checked = true; });
if (at) whenIs("now").addEventListener("change", () => { at.value = ""; });

let moved = null;
document.addEventListener("dragstart", (event) => {
  moved = event.target.closest?.(".cast-item") ?? null;
  if (!moved) return;
  event.dataTransfer.effectAllowed = "move";
  moved.classList.add("is-moved");
});
document.addEventListener("dragover", (event) => {
  const over = moved && event.target.closest?.(".cast-item");
  if (!over) return;
  event.preventDefault();
  if (over === moved) return;
  const box = over.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) over.before(moved);
  else over.after(moved);
});
document.addEventListener("dragend", () => {
  if (!moved) return;
  moved.classList.remove("is-moved");
  moved = null;
  const button = document.querySelector("[data-reorder]");
  button.form.requestSubmit(button); // the places on the buttons are those of before
});

const follow = async (part, pause) => {
  const isBusy = document.hidden || part.querySelector("details[open]");
  const asked = performance.now();
  const answer = isBusy ? null : await fetch(part.dataset.follow).catch(() => null);
  if (answer?.redirected) { location.reload(); return; } // the session has ended
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(`.${part.classList[0]}`);
    const had = part.contains(document.activeElement);
    part.replaceWith(fresh);
    if (had) fresh.querySelector("button, a")?.focus();
    part = fresh;
  }
  if (!part.dataset.follow) return;
  const wait = Math.max(pause, 10 * (performance.now() - asked));
  setTimeout(follow, wait, part, part.dataset.every ? pause : Math.min(pause * 1.2, 10000));
};

for (const part of document.querySelectorAll("[data-follow]")) {
  const every = 1000 * part.dataset.every || 0;
  setTimeout(follow, every || 1000, part, every || 1500);
}
