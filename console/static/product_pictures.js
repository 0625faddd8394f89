// Pictures of a product: sent at once with a bar each, sorted by dragging. Without this script the form sends
// them, and its arrow buttons sort them; those work with the keyboard in any case.
const pictures = document.querySelector("[data-pictures]");
const uploads = pictures.querySelector("[data-uploads]");
const input = pictures.querySelector("input[type=file]");
const shelf = () => pictures.querySelector("[data-region=pictures]");
const changed = () => pictures.dispatchEvent(new Event("input", { bubbles: true }));

function add(name) {
  const pattern = pictures.querySelector("[data-picture-pattern]");
  const item = pattern.content.firstElementChild.cloneNode(true);
  item.querySelector("input").value = name;
  item.querySelector("img").src = pictures.dataset.media + name.replace(".jpg", "-s.jpg");
  for (const button of item.querySelectorAll("button")) button.value = button.value.replace("PICTURE", name);
  shelf().append(item);
  changed();
}

function line(file) {
  const item = document.createElement("li");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  item.append(bar, file.name);
  uploads.append(item);
  return {
    move: (part) => { bar.value = part; },
    done: () => item.remove(),
    fail: (words) => { bar.remove(); item.className = "is-wrong"; item.textContent = `${file.name}：${words}`; },
  };
}

function send(file) {
  const row = line(file);
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("csrf_token", document.querySelector("form[data-editor] [name=csrf_token]").value);
  body.append("file", file);
  return new Promise((resolve) => {
    request.upload.addEventListener("progress", (event) => row.move(event.loaded / (event.total || 1)));
    request.addEventListener("loadend", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* no answer of ours */ }
      if (request.status === 200) { add(answer.name); row.done(); } else row.fail(answer.message || request.status || "…");
      resolve();
    });
    request.open("POST", pictures.dataset.upload);
    request.send(body);
  });
}

input.addEventListener("change", async () => {
  const files = [...input.files];
  input.value = "";
  for (const file of files) await send(file);
});
pictures.querySelector("[data-plain-upload]").hidden = true;

let dragged;
pictures.addEventListener("dragstart", (event) => {
  dragged = event.target.closest(".product-picture");
  dragged?.classList.add("is-dragged");
});
pictures.addEventListener("dragover", (event) => {
  const over = event.target.closest(".product-picture");
  if (!dragged) return;
  event.preventDefault();
  if (!over || over === dragged) return;
  const box = over.getBoundingClientRect();
  if (event.clientX < box.left + box.width / 2) over.before(dragged); else over.after(dragged);
});
pictures.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = undefined;
  changed();
});
