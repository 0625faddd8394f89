// Writing at the desk: Enter sends without a reload, a draft survives everything, quick replies are put in where
// the cursor stands, a chosen picture goes at once, cards open in a dialog. Without this script the forms do it.
(() => {
  const form = document.querySelector("#desk-form");
  if (!form) return;
  const box = form.elements.text, problem = form.querySelector(".desk-problem");
  const place = `desk-draft-${form.dataset.draft}`;
  const TYPING_EVERY = 10000;
  let typedAt = 0;

  const keep = () => { try { sessionStorage.setItem(place, box.value); } catch { /* private mode */ } };
  try { box.value ||= sessionStorage.getItem(place) ?? ""; } catch { /* private mode */ }

  const complain = (words) => { problem.textContent = words; problem.hidden = !words; };
  const newToken = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const rest = (target, resting) => {
    for (const button of target.querySelectorAll("button[type=submit]")) {
      button.disabled = resting;
      button.classList.toggle("btn-loading", resting);
    }
  };

  // The same token goes with every try of the same message: a lost answer never makes two of it.
  const post = async (target) => {
    rest(target, true);
    complain("");
    try {
      const answer = await fetch(target.action, { method: "POST", body: new FormData(target), headers: { "X-Requested-With": "fetch" }, redirect: "manual" });
      if (answer.status === 204) {
        target.elements.token.value = newToken();
        target.reset();
        return true;
      }
      if (answer.type === "opaqueredirect" || answer.status === 401) { window.location.reload(); return false; }
      const type = answer.headers.get("Content-Type") ?? "";
      complain(type.includes("json") ? (await answer.json()).message : form.dataset.failed);
    } catch { complain(form.dataset.failed); } finally { rest(target, false); }
    return false;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await post(form)) { box.value = ""; keep(); window.deskPage.showSent(); }
    box.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    if (box.value.trim()) form.requestSubmit();
  });
  box.addEventListener("input", () => {
    keep();
    if (Date.now() - typedAt < TYPING_EVERY || !box.value.trim()) return;
    typedAt = Date.now();
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    fetch(form.dataset.typing, { method: "POST", body }).catch(() => {});
  });

  for (const link of form.querySelectorAll("[data-insert]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      box.setRangeText(link.dataset.insert, box.selectionStart, box.selectionEnd, "end");
      link.closest("details").open = false;
      keep();
      box.focus();
    });
  }
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".desk-quick[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  const pictures = document.querySelector("#desk-picture-form");
  pictures.elements.picture.addEventListener("change", async () => {
    if (!pictures.elements.picture.files.length) return;
    const button = document.querySelector('label[for="desk-picture"]');
    button.classList.add("btn-loading");
    if (await post(pictures)) window.deskPage.showSent();
    pictures.elements.picture.value = "";
    button.classList.remove("btn-loading");
  });

  const opener = document.querySelector("[data-dialog]"), dialog = document.querySelector("#desk-cards");
  const fill = async (url) => {
    const address = new URL(url, window.location.href);
    address.searchParams.set("fragment", "1");
    const answer = await fetch(address, { redirect: "manual" });
    if (!answer.ok) { window.location.assign(url); return; }
    dialog.innerHTML = await answer.text();
    if (!dialog.open) dialog.showModal();
  };
  opener.addEventListener("click", (event) => { event.preventDefault(); fill(opener.href); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("[data-close]")) dialog.close(); });
  dialog.addEventListener("submit", async (event) => {
    event.preventDefault();
    const target = event.target;
    if (target.method === "get") {
      fill(`${target.action}?${new URLSearchParams(new FormData(target))}`);
    } else if (await post(target)) {
      dialog.close();
      window.deskPage.showSent();
    } else { dialog.close(); }
  });
})();
