// What opens over a page: a row's menu, the box that goes anywhere, the list of all keys. Without
// script each is a page.

import { byId, keyOf } from "./page.js";

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
  putDraftsBack(menu);
  menu.querySelector(part ?? "button, input:not([type=hidden]), select, a")?.focus();
  part = undefined;
  typeIn(menu);
}

// A text that is typed there or in the dialog, and not sent, waits until it is opened again.
const dialog = byId("dialog");
const drafts = new Map();
const textsIn = (opened) => opened.querySelectorAll("input[type=text]");
const isTyped = (field) => field.value !== field.defaultValue;

export const hasMenuDrafts = () => drafts.size > 0;

function putDraftsBack(opened) {
  for (const field of textsIn(opened)) field.value = drafts.get(nameOf(field)) ?? field.value;
}

const nameOf = (field) => `${field.form.action} ${field.name}`;

function keepDrafts({ target, newState }) {
  if (newState === "open") return;
  for (const field of textsIn(target)) {
    if (isTyped(field)) drafts.set(nameOf(field), field.value);
    else drafts.delete(nameOf(field));
  }
}

for (const opened of [menu, dialog]) opened?.addEventListener("beforetoggle", keepDrafts);

// What is typed while one of them is fetched is for it: "t", "14 dec" and Enter, at any speed.
const FETCHED = ":is([hx-target='#menu'], [hx-target='#dialog']).htmx-request";
const KEYS = { Enter: "\n", Tab: "\t" };
let ahead = "";

function typeAhead(event) {
  if (!document.querySelector(FETCHED) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.("input, textarea, select") || event.isComposing) return;
  const character = KEYS[event.key] ?? event.key;
  if (character.length !== 1) return;
  event.preventDefault();
  ahead += character;
}

addEventListener("keydown", typeAhead, true);

function typeIn(opened) {
  const typed = ahead;
  ahead = "";
  for (const character of typed) {
    const here = document.activeElement;
    if (character === "\t") stopAfter(here, opened)?.focus();
    else if (character === "\n") pressEnter(here);
    else typeOne(character, here.matches("button[name=due_date]") ? byId("menu-when") : here);
  }
}

function stopAfter(here, opened) {
  const stops = [...opened.querySelectorAll("button, input:not([type=hidden]), select, a")];
  return stops[stops.indexOf(here) + 1];
}

function pressEnter(here) {
  if (here.matches("button, a")) here.click();
  else here.form?.requestSubmit();
}

function typeOne(character, field) {
  field.focus();
  if (field.options) return chooseBy(character, field);
  if (!field.matches("input[type=text]")) return;
  field.setRangeText(character, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function chooseBy(character, field) {
  const begins = (option) => option.text.toLowerCase().startsWith(character.toLowerCase());
  field.value = [...field.options].find(begins)?.value ?? field.value;
}

export function forgetAhead({ detail: { ctx } }) {
  if (ctx.sourceElement?.matches?.("[hx-target='#menu'], [hx-target='#dialog']")) ahead = "";
}

// Its days are of yesterday. What is typed on in a menu that had closed would be keys for a row.
export function closeUntouchedMenu() {
  if (![...textsIn(menu)].some(isTyped)) menu.hidePopover();
}

// Of two menus that are asked for the later one is meant.
let asked;
const isForMenu = (ctx) => ctx.sourceElement?.matches?.("[hx-target='#menu']");

export function noteAsked({ detail: { ctx } }) {
  if (isForMenu(ctx)) asked = ctx;
}

export function refuseLateMenu(event) {
  const { ctx } = event.detail;
  if (isForMenu(ctx) && ctx !== asked) event.preventDefault();
}

// What is typed where the days are is a date in words.
menu?.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
  const isLetter = /^[\p{L}\d]$/u.test(key) && !(ctrlKey || metaKey || altKey);
  if (isLetter && target.matches("button[name=due_date]")) byId("menu-when").focus();
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
  for (const field of textsIn(menu)) drafts.delete(nameOf(field));
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
  if (keyOf(event).toLowerCase() !== "k") return;
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
  if (isFor("#menu") && ctx === asked) openMenu(ctx.sourceElement);
  if (ctx.sourceElement === goQ && goes) goToFirst();
  if (isFor("#dialog") && !dialog.open) {
    putDraftsBack(dialog);
    dialog.showModal();
    typeIn(dialog);
  }
}
