// The text of a product, formatted where it is written. What is pasted comes in as plain text; the server cleans
// whatever is sent. Pictures are shown by the console's address and kept under the shop's.
const box = document.querySelector("[data-rich]");
const area = box.querySelector(".rich-area");
const source = box.querySelector("textarea");
const tools = box.querySelector(".rich-tools");
const say = box.querySelector("[data-rich-say]");
const chooser = box.querySelector("[data-rich-file]");
const BLOCKS = ["h3", "p", "blockquote"];

const swap = (html, from, to) => html.replaceAll(`src="${from}`, `src="${to}`);
const keep = () => {
  source.value = swap(area.innerHTML, box.dataset.console, box.dataset.shop);
  source.dispatchEvent(new Event("input", { bubbles: true }));
};

function plainToHtml(text) {
  if (text.trimStart().startsWith("<")) return text;
  const holder = document.createElement("div");
  for (const line of text.split("\n").filter((part) => part.trim())) {
    const paragraph = document.createElement("p");
    paragraph.textContent = line.trim();
    holder.append(paragraph);
  }
  return holder.innerHTML;
}

async function insertPicture(file) {
  const body = new FormData();
  body.append("csrf_token", box.closest("form").querySelector("[name=csrf_token]").value);
  body.append("file", file);
  say.textContent = "…";
  try {
    const answer = await fetch(box.dataset.upload, { method: "POST", body });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message);
    area.focus();
    document.execCommand("insertHTML", false, `<p><img src="${told.large}" alt=""></p><p><br></p>`);
    say.textContent = "";
  } catch (error) {
    say.textContent = error.message;
  }
}

tools.addEventListener("mousedown", (event) => { if (event.target.closest("button")) event.preventDefault(); });
tools.addEventListener("click", (event) => {
  const command = event.target.closest("[data-command]")?.dataset.command;
  if (!command) return;
  if (command === "picture") { chooser.click(); return; }
  area.focus();
  if (BLOCKS.includes(command)) document.execCommand("formatBlock", false, command);
  else document.execCommand(command);
});
chooser.addEventListener("change", () => {
  if (chooser.files[0]) insertPicture(chooser.files[0]);
  chooser.value = "";
});
area.addEventListener("input", keep);
area.addEventListener("paste", (event) => {
  event.preventDefault();
  document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
});

document.execCommand("defaultParagraphSeparator", false, "p");
// The text comes from our own cleaner; the page's policy lets no script in it run in any case.
area.innerHTML = swap(plainToHtml(source.value), box.dataset.shop, box.dataset.console);
area.hidden = false;
tools.hidden = false;
source.hidden = true;
