// Follows a payment at the desk; when it is decided, the order's page says how.
const collecting = document.querySelector("[data-collect]");
const look = async () => {
  const answer = document.hidden ? null : await fetch(collecting.dataset.collect).catch(() => null);
  if (answer?.redirected) { location.reload(); return; } // the session has ended
  const news = answer?.ok ? await answer.json() : { is_open: true };
  if (news.is_open) setTimeout(look, 2500);
  else location.replace(collecting.dataset.then);
};
setTimeout(look, 2500);
