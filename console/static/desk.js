// The desk lives without reloading: what is marked data-poll is asked for again every few seconds and replaced
// when the server says it changed. Clocks run here: data-until counts down, data-since says how long.
(() => {
  document.documentElement.classList.add("has-script");
  const NEAR = 3000, FAR = 20000, LONGEST = 60000, SHORT_SECONDS = 3600, REST_AFTER = 12 * 3600 * 1000;
  const title = document.title;
  let touchedAt = Date.now(), isAtEnd = true, lastTop = 0;
  const endsHere = (lines) => lines.scrollHeight - lines.scrollTop - lines.clientHeight < 80;
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => { touchedAt = Date.now(); });

  const two = (number) => String(number).padStart(2, "0");
  const spell = (seconds) => {
    const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  };
  const wordsOf = (clock, name) => clock.closest(`[data-${name}-words]`)?.getAttribute(`data-${name}-words`) ?? "{time}";

  const tick = () => {
    for (const clock of document.querySelectorAll("time[data-until]")) {
      const left = Math.floor((Date.parse(clock.dateTime) - Date.now()) / 1000);
      clock.textContent = wordsOf(clock, "left").replace("{time}", spell(Math.max(left, 0)));
      clock.closest(".talk-window").classList.toggle("is-short", left < SHORT_SECONDS);
      if (left < 0 && !clock.dataset.over) { clock.dataset.over = "1"; desk.refresh(); }
    }
    for (const clock of document.querySelectorAll("time[data-since]")) {
      const since = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dateTime)) / 1000));
      clock.textContent = wordsOf(clock, "since").replace("{time}", spell(since));
    }
  };

  // A voice is AMR, which few browsers play: where one does, its player shows and the hint goes.
  const showPlayers = () => {
    for (const player of document.querySelectorAll("audio[data-plays]")) {
      if (player.canPlayType(player.dataset.plays)) {
        player.hidden = false;
        player.parentElement.querySelector("[data-unplayable]")?.remove();
      }
    }
  };

  const showWaiting = () => {
    const waiting = Number(document.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
    document.title = waiting ? `(${waiting}) ${title}` : title;
    const badge = document.querySelector('[data-badge="desk"]');
    if (badge) { badge.textContent = waiting; badge.hidden = !waiting; }
  };

  const isWriting = () => Boolean(document.querySelector("#desk-form textarea")?.value.trim());

  const put = (place, html) => {
    const before = place.querySelector("[data-mode]")?.dataset.mode;
    const lines = place.querySelector(".talk-lines");
    const list = place.scrollTop;
    const wasAtEnd = !lines || isAtEnd;
    const kept = lines?.scrollTop ?? 0;
    place.innerHTML = html;
    place.scrollTop = list;
    const after = place.querySelector("[data-mode]")?.dataset.mode;
    if (before && before !== after) { window.location.reload(); return; }  // another box; the draft is kept
    const shown = place.querySelector(".talk-lines");
    lastTop = 0;
    if (shown) shown.scrollTop = wasAtEnd ? shown.scrollHeight : kept;
    tick();
    showPlayers();
    showWaiting();
  };

  const watch = (place) => {
    const state = { tag: "", pause: NEAR, timer: 0, busy: false };
    const ask = async () => {
      clearTimeout(state.timer);
      if (!state.busy && Date.now() - touchedAt < REST_AFTER) {
        state.busy = true;
        try {
          const headers = state.tag ? { "If-None-Match": `"${state.tag}"` } : {};
          const answer = await fetch(place.dataset.poll, { headers, redirect: "manual", cache: "no-store" });
          if (answer.type === "opaqueredirect" || answer.status === 401) { window.location.reload(); return; }
          if (answer.status === 200) {
            state.tag = (answer.headers.get("ETag") ?? "").replace(/^(W\/)?"|"$/g, "");
            put(place, await answer.text());
          }
          state.pause = answer.ok || answer.status === 304 ? NEAR : Math.min(state.pause * 2, LONGEST);
        } catch { state.pause = Math.min(state.pause * 2, LONGEST); }
        state.busy = false;
      }
      state.timer = setTimeout(ask, document.hidden ? Math.max(FAR, state.pause) : state.pause);
    };
    state.timer = setTimeout(ask, NEAR);
    return ask;
  };

  const asks = [...document.querySelectorAll("[data-poll]")].map(watch);
  const desk = window.deskPage = { refresh: () => asks.forEach((ask) => ask()), isWriting };
  desk.showSent = () => { isAtEnd = true; desk.refresh(); };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) desk.refresh(); });
  const live = document.querySelector("#desk-live[data-poll]");
  const goToEnd = () => { const lines = live?.querySelector(".talk-lines"); if (lines) lines.scrollTop = lines.scrollHeight; };
  live?.addEventListener("load", () => { if (isAtEnd) goToEnd(); }, true);  // a picture that has just come
  live?.addEventListener("scroll", ({ target }) => {
    isAtEnd = endsHere(target) || (isAtEnd && target.scrollTop >= lastTop);  // only a hand scrolls up
    lastTop = target.scrollTop;
  }, true);
  goToEnd();
  showPlayers();
  showWaiting();
  tick();
  setInterval(tick, 1000);
})();
