// Watches a run of the doctor; when it is done the page is shown anew.
const run = document.querySelector("[data-doctor]");
const WAIT_MS = 700;

async function look() {
  try {
    const answer = await fetch(run.dataset.doctor);
    if (!answer.ok) throw new Error("no answer");
    const progress = await answer.json();
    if (!progress.is_running) { location.reload(); return; }
    run.querySelector("[data-doctor-bar]").value = progress.done;
    run.querySelector("[data-doctor-done]").textContent = progress.done;
  } catch {
    // the next look may succeed
  }
  setTimeout(look, WAIT_MS);
}

if (run) look();
