// Says which provinces and cities are ticked in a line of a freight template; the server does not rely on it.
for (const zone of document.querySelectorAll("[data-zone]")) {
  const told = zone.querySelector("[data-picked]");
  const before = told.textContent;
  const boxes = [...zone.querySelectorAll("[data-name]")];
  zone.addEventListener("change", () => {
    const names = boxes.filter((box) => box.checked).map((box) => box.dataset.name);
    told.textContent = names.length ? names.join("、") : before;
  });
}
