// A form marked data-once is sent once: its button rests until the answer is there. The server does not
// rely on it. A page taken from the browser's memory by the back button wakes its buttons up again.
const buttonsOf = (form) => form.querySelectorAll("button[type=submit]");

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of buttonsOf(form)) {
      button.classList.add("btn-loading");
      setTimeout(() => { button.disabled = true; });
    }
  });
}

// On a low screen the place where one is may lie below the fold of the navigation.
document.querySelector(".navbar-vertical .nav-item.active")?.scrollIntoView({ block: "nearest" });
// On a narrow one the tab where one is may lie beyond the edge.
for (const tab of document.querySelectorAll(".tabs .nav-link.active")) {
  const row = tab.closest(".tabs");
  row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-once]")) {
    for (const button of buttonsOf(form)) {
      button.classList.remove("btn-loading");
      button.disabled = false;
    }
  }
});
