// The add box is emptied at once, for the next line. What is on its way comes back into the box if
// it fails, and after a new sign-in, to the same user alone.

import { byId, isRead, leaveBehind, newKey, takeLeft, user } from "./page.js";

export const box = byId("add-text");
const isAdd = (event) => event.target.id === "add";
const key = box?.form.elements.key; // the same key, the same line: it is added once
const waiting = []; // lines on their way, in order, each with its key
let given = ""; // what the box was given back, at its beginning

export const linesOnTheirWay = () => waiting;

// What stands in the box when the page is left comes along to the next one.
let added = false; // by the form itself, where htmx isn't there to do it

export function noteAdded(event) {
  added = isAdd(event) && !event.defaultPrevented;
}

export function unsentLines() {
  const line = !added && box?.value.trim();
  return line ? [...waiting, { line, key: key.value, chosen: choices() }] : waiting;
}

addEventListener("pagehide", () => leaveBehind("waiting", unsentLines()));

// Several lines are several tasks: a page asks. What stands in the box goes along.
box?.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (text.split(/[\r\n]+/).filter((line) => line.trim()).length < 2) return;
  event.preventDefault();
  const form = box.form.cloneNode(true);
  const lines = Object.assign(document.createElement("textarea"), { name: "text" });
  const indent = text.match(/^\s*/)[0]; // stays before the first line, as it is before the others
  const before = box.value.slice(0, box.selectionStart);
  lines.value = indent + before + text.slice(indent.length) + box.value.slice(box.selectionEnd);
  form.elements.text.replaceWith(lines);
  form.action = "/tasks/paste/";
  form.removeAttribute("hx-post");
  form.hidden = true;
  document.body.append(form);
  form.submit();
  form.remove();
});

// What the line is understood as stands below the box, with what of it is text.
const chips = byId("add-chips");
const clearChips = () => chips.replaceChildren(...chips.querySelectorAll("[role=status]"));

// An answer about a line that has changed since, or was sent, is late.
export function refuseLateReading(event) {
  const { request } = event.detail.ctx;
  if (event.target.closest(".add") !== box?.form || !isRead(event)) return;
  if (request.body.get("text") !== box.value) event.preventDefault();
}

// An empty box says nothing.
export function refuseEmptyReading(event) {
  if (event.target !== box || !isRead(event) || box.value.trim()) return;
  event.preventDefault();
  clearChips();
}

// After a press on one of them somebody types on.
document.addEventListener("click", (event) =>
  event.target.closest(".chips button")?.form.elements.text.focus(),
);

// A line to try comes into the box. Beside what is typed there already it is a page of its own.
document.addEventListener("click", (event) => {
  const line = event.target.closest("[data-line]");
  if (!line || !box || box.value.trim()) return;
  event.preventDefault();
  box.value = line.textContent;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
});

// What goes along with a line: [name, value].
function choices() {
  return [...new FormData(box.form)].filter(([name]) =>
    ["plain", "meant", "make_list"].includes(name),
  );
}

function giveBack({ line, key: sent, chosen = [] }) {
  if (!line) return;
  if (!box.value) key.value = sent;
  for (const [name, value] of chosen) {
    chips.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  if (!box.value.startsWith(given)) given = "";
  const rest = box.value.slice(given.length);
  given += `${line} `; // a space, since somebody may be typing on
  box.value = given + rest;
  // What it is read as is asked for by htmx, which begins after the page does.
  setTimeout(() => box.dispatchEvent(new Event("input", { bubbles: true })));
}

export function takeLine(event) {
  if (!isAdd(event)) return;
  event.detail.ctx.sent = { line: box.value, key: key.value, chosen: choices() };
  waiting.push(event.detail.ctx.sent);
  box.value = given = "";
  clearChips();
  key.value = newKey();
}

export function settleLine(event, isLeaving) {
  const { sent, response, hx } = event.detail.ctx;
  if (!isAdd(event) || hx?.redirect || isLeaving) return;
  waiting.splice(waiting.indexOf(sent), 1);
  takeLeft("waiting", (line) => line.key === sent.key); // by a page that was left, and came back
  if (!response || response.status >= 400) giveBack(sent);
  box.setAttribute("aria-invalid", String(Boolean(byId("add-error").textContent.trim())));
}

export function giveBackLines() {
  // A page that asks has the box's line itself.
  const asked = document.querySelector("[name=sure]")?.form.elements.key.value;
  if (user && asked) takeLeft("waiting", (line) => line.key === asked);
  if (user && box) takeLeft("waiting", () => true).forEach(giveBack);
}
