// What opens over a page: a row's menu, the box that goes anywhere, the list of all keys. Without
// script each is a page.

import { byId } from "./page.js";

// What a row is open for, in a box beside its button.
export const menu = byId("menu");
let opener;
let part; // of the menu that gets the focus, where it isn't the first

export function openMenuAt(button, wanted) {
  button.focus();
  part = wanted;
  button.click();
}

function openMenu(button) {
  // Whoever went on to type something else meanwhile is left alone.
  if (![button, document.body].includes(document.activeElement)) return;
  opener = button;
  menu.showPopover({ source: button }); // Tab goes on from the button
  const at = button.getBoundingClientRect();
  const top = Math.min(at.bottom + 4, innerHeight - menu.offsetHeight - 8);
  menu.style.top = `${Math.max(top, 8)}px`;
  menu.style.left = `${Math.max(at.right - menu.offsetWidth, 8)}px`;
  for (const field of texts()) field.value = drafts.get(field.form.action) ?? field.value;
  menu.querySelector(part ?? "button, input:not([type=hidden]), select, a")?.focus();
  part = undefined;
}

// A text that is typed there and not sent waits until it is opened again.
const drafts = new Map();
const texts = () => menu.querySelectorAll("input[type=text]");

export const hasMenuDrafts = () => drafts.size > 0;

menu?.addEventListener("beforetoggle", ({ newState }) => {
  if (newState === "open") return;
  for (const field of texts()) {
    if (field.value !== field.defaultValue) drafts.set(field.form.action, field.value);
    else drafts.delete(field.form.action);
  }
});

// It closes when the focus leaves it, or the page is scrolled under it.
menu?.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget && !menu.contains(relatedTarget)) menu.hidePopover();
});

function closeByScroll() {
  if (matchMedia("(width >= 40rem)").matches) menu?.hidePopover();
}

addEventListener("scroll", closeByScroll, { passive: true });

// An act closes it before the page changes, so that the focus is on the row again.
export function closeMenu({ detail: { ctx } }) {
  if (!ctx.sourceElement?.closest?.("#menu") || ctx.response.status >= 400) return;
  const isHere = document.activeElement === document.body || menu.contains(document.activeElement);
  menu.hidePopover();
  drafts.delete(ctx.sourceElement.action);
  if (isHere) opener?.focus();
}

// So does the box that sorts a page.
function closeArrange({ type, key, target }) {
  for (const arrange of document.querySelectorAll(".arrange[open]")) {
    if (type === "keydown" ? key !== "Escape" : arrange.contains(target)) continue;
    arrange.open = false;
    if (type === "keydown") arrange.querySelector("summary").focus();
  }
}

document.addEventListener("pointerdown", closeArrange);
document.addEventListener("keydown", closeArrange);

// What goes anywhere opens at once, so that nothing is typed past it.
const goBox = byId("go-box");
const goQ = byId("go-q");
let goes = false; // is what is found next to be gone to?

function openGo() {
  goQ.value = "";
  goes = false;
  goBox.showModal();
  htmx.trigger(goQ, "open");
}

function goToFirst() {
  goes = byId("go-found").dataset.q.trim() !== goQ.value.trim(); // then it is on its way
  if (!goes) byId("go-found").querySelector("a")?.click();
}

function stay() {
  goes = false;
}

for (const event of ["close", "input"]) goBox?.addEventListener(event, stay);

goBox?.addEventListener("keydown", (event) => {
  const stops = [goQ, ...goBox.querySelectorAll(".go-place")];
  const at = stops.indexOf(document.activeElement);
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const isEnter = event.key === "Enter" && !event.isComposing && at === 0;
  if (at < 0 || !(by || isEnter)) return;
  event.preventDefault();
  if (isEnter) goToFirst();
  else stops[at + by]?.focus();
});

byId("go-to")?.addEventListener("click", (event) => {
  if (!goBox || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openGo();
});

document.addEventListener("keydown", (event) => {
  if (!goQ || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  if (event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  if (!goBox)
    goQ.focus(); // the page of it
  else if (goBox.open) goBox.close();
  else openGo();
});

// What was fetched for one of them is there. The list of all keys is fetched like a menu.
export function openFetched({ detail: { ctx } }) {
  const isFor = (box) =>
    ctx.sourceElement?.matches(`[hx-target='${box}']`) && ctx.response.status < 400;
  if (isFor("#menu")) openMenu(ctx.sourceElement);
  if (ctx.sourceElement === goQ && goes) goToFirst();
  if (isFor("#dialog")) byId("dialog").showModal();
}
