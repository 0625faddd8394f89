// Buttons with data-copy put their value on the clipboard; where that is not allowed the value is selected instead.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = words; }, 1500);
    } catch {
      const value = button.parentElement.querySelector(".copyable");
      if (value) getSelection().selectAllChildren(value);
    }
  });
}
