// The clock of WeChat's window on an order's page: how long one may still write to its buyer.
for (const clock of document.querySelectorAll("time[data-until]")) {
  const two = (number) => String(number).padStart(2, "0");
  const tick = () => {
    const left = Math.floor((Date.parse(clock.dateTime) - Date.now()) / 1000);
    const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60, seconds = left % 60;
    const spelled = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
    clock.textContent = left < 0 ? clock.dataset.over : clock.dataset.words.replace("{time}", spelled);
    clock.closest(".talk-clock").classList.toggle("is-short", left < 3600);
  };
  tick();
  setInterval(tick, 1000);
}
