// Follows a long job: its part of the page is fetched anew until it is over. Without this file the page reloads.
const follow = async (part, pause) => {
  const answer = await fetch(part.dataset.job).catch(() => null);
  if (answer?.redirected) { location.reload(); return; } // the session has ended
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".job");
    const had = part.contains(document.activeElement);
    part.replaceWith(fresh);
    if (had) fresh.querySelector("button, a")?.focus();
    part = fresh;
  }
  if (part.dataset.job) setTimeout(follow, pause, part, Math.min(pause * 1.2, 5000));
};

for (const part of document.querySelectorAll("[data-job]")) setTimeout(follow, 700, part, 1000);
