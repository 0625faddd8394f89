// Followers: filters that apply at once, ticking a page, the number a condition fits, the bar of a walk.
// All of it works without this file, with a button pressed more.
for (const field of document.querySelectorAll("[data-submit]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

const all = document.querySelector("[data-tick-all]");
if (all) {
  const ticks = [...document.querySelectorAll("[data-tick]")];
  const count = document.querySelector("[data-tick-count]");
  const tell = () => {
    const number = ticks.filter((tick) => tick.checked).length;
    all.checked = number === ticks.length;
    all.indeterminate = number > 0 && number < ticks.length;
    if (count) count.textContent = count.dataset.words.replace("#", number);
  };
  all.hidden = false;
  all.addEventListener("change", () => { for (const tick of ticks) tick.checked = all.checked; tell(); });
  for (const tick of ticks) tick.addEventListener("change", tell);
  tell();
}

for (const condition of document.querySelectorAll("[data-condition]")) {
  const kind = condition.querySelector("select");
  const value = condition.querySelector("input");
  const words = condition.querySelector("[data-fitting]");
  let asked = 0;
  const ask = async () => {
    value.hidden = !["spent_over", "silent_for"].includes(kind.value);
    const turn = (asked += 1);
    words.textContent = "";
    if (!kind.value || (!value.hidden && !value.value)) return;
    const query = new URLSearchParams({ auto: kind.value, value: value.value });
    const answer = await fetch(`${condition.dataset.condition}?${query}`).then((got) => got.json()).catch(() => ({}));
    if (turn === asked) words.textContent = answer.words || "";
  };
  kind.addEventListener("change", ask);
  value.addEventListener("input", () => { clearTimeout(value.timer); value.timer = setTimeout(ask, 250); });
  ask();
}

const walk = document.querySelector("[data-sync]");
if (walk) {
  const put = (name, text) => { walk.querySelector(`[data-sync-${name}]`).textContent = text; };
  const look = async () => {
    const now = await fetch(walk.dataset.sync).then((got) => (got.redirected ? Promise.reject(got) : got.json())).catch(() => null);
    if (now && !now.is_running) { location.reload(); return; }
    if (now) {
      for (const name of ["step", "done", "whole", "listed", "total", "profiled", "gone", "trouble"]) put(name, now[name]);
      const bar = walk.querySelector("[data-sync-bar]");
      bar.max = now.whole;
      bar.value = now.done;
      walk.querySelector("[data-sync-trouble]").hidden = !now.trouble;
    }
    setTimeout(look, now ? 1500 : 5000);
  };
  setTimeout(look, 1500);
}
