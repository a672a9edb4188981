// The rows of a page: several are ticked, one is dragged, and the focus goes on from where it is.

import { box } from "./add_box.js";
import { menu } from "./boxes.js";
import { byId } from "./page.js";

// Several tasks: what a choice of all means is to be seen, and how many are selected.
export const picks = () => [...document.querySelectorAll(".pick")];
export const which = (value) => document.querySelector(`#bulk-which [value=${value}]`);

function count() {
  const ticked = picks().filter((pick) => pick.checked).length;
  if (!byId("bulk-ticked")) return;
  byId("bulk-ticked").textContent = ticked ? `${ticked} selected` : "Selected tasks";
}

// All from one to another; with Shift, a press is for those between the last one and this.
export function tickBetween(one, other, checked) {
  const all = picks();
  const [first, last] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  for (const pick of all.slice(first, last + 1)) pick.checked = checked;
  which("ticked").checked = true;
  count();
}

let lastPicked;

document.addEventListener("click", ({ target, shiftKey }) => {
  if (!target.matches?.(".pick")) return;
  if (shiftKey && lastPicked?.isConnected) tickBetween(lastPicked, target, target.checked);
  lastPicked = target;
});

document.addEventListener("change", ({ target }) => {
  if (target.matches(".pick")) which("ticked").checked = true;
  else if (target.name === "which")
    for (const pick of picks())
      pick.checked = target.value !== "ticked" && !pick.closest("[data-apart]");
  else return;
  count();
});

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.id !== "bulk" || target.open) return;
    byId("bulk-form").reset();
    count();
  },
  true,
);

export function endBulk({ detail: { ctx } }) {
  const { sourceElement, response } = ctx;
  if (sourceElement?.id === "bulk-form" && response.status < 400) {
    sourceElement.reset();
    for (const popup of sourceElement.querySelectorAll("details[open]")) {
      if (popup.contains(document.activeElement)) popup.querySelector("summary").focus();
      popup.open = false;
    }
    // Where no task is left there is no bar.
    const isHere = sourceElement.contains(document.activeElement);
    if (isHere && !sourceElement.checkVisibility()) box?.focus();
  }
  count();
}

// Enter in a field of a popup is the button beside it. Without script it is none (_bulk.html).
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.(".popup input")) return;
  event.preventDefault();
  event.target.closest(".popup").querySelector(".btn").click();
});

// Rows are dragged by their handle. The server is told the new neighbor, and answers with the
// order as it is; where it can't, the row goes back. A task that is dropped on a list, on Today or
// on a day goes there; dropped anywhere else, or after Escape, it stays where it was.
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const DROP = "[data-drop]"; // the fields of a task that is dropped there, as a query
const NEAR = 24; // pixels around the rows that still belong to them
let isGivenUp = false; // by Escape

export function makeSortable() {
  if (!window.Sortable) return;
  for (const rows of document.querySelectorAll("[data-sortable], [data-drags]")) {
    if (Sortable.get(rows)) continue;
    Sortable.create(rows, {
      handle: ".grip",
      animation: isCalm() ? 0 : 140,
      sort: rows.matches("[data-sortable]"),
      scrollSensitivity: 90,
      // The browser's own way hears no Escape, and scrolls under a finger at its ends alone.
      forceFallback: true,
      fallbackOnBody: true,
      fallbackTolerance: 3,
      onStart,
      onEnd,
    });
  }
}

function onStart() {
  isGivenUp = false;
  document.addEventListener("keydown", giveUp, true);
  for (const move of ["pointermove", "touchmove"]) document.addEventListener(move, showDrop);
}

function giveUp(event) {
  if (event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  isGivenUp = true;
  for (const end of ["pointerup", "mouseup"]) document.dispatchEvent(new MouseEvent(end));
}

function under(event) {
  const { clientX, clientY } = event.changedTouches?.[0] ?? event;
  return { x: clientX, y: clientY, there: document.elementFromPoint(clientX, clientY) };
}

function showDrop(event) {
  const drop = event && under(event).there?.closest(DROP);
  for (const other of document.querySelectorAll("[data-over]")) delete other.dataset.over;
  if (drop) drop.dataset.over = "";
}

function isNear(rows, { x, y }) {
  const { left, right, top, bottom } = rows.getBoundingClientRect();
  return x > left - NEAR && x < right + NEAR && y > top - NEAR && y < bottom + NEAR;
}

function onEnd({ item, from, oldIndex, newIndex, originalEvent }) {
  document.removeEventListener("keydown", giveUp, true);
  for (const move of ["pointermove", "touchmove"]) document.removeEventListener(move, showDrop);
  showDrop();
  const goBack = () => {
    item.remove();
    from.insertBefore(item, from.children[oldIndex] ?? null);
  };
  const [kind, pk] = item.id.split("-");
  const at = under(originalEvent);
  const drop = kind === "task" && at.there?.closest(DROP);
  if (isGivenUp || !(drop || isNear(from, at))) return goBack();
  if (drop && !drop.contains(from)) {
    goBack();
    return send(`/tasks/${pk}/edit/`, Object.fromEntries(new URLSearchParams(drop.dataset.drop)));
  }
  if (oldIndex === newIndex) return;
  const { previousElementSibling: above, nextElementSibling: below } = item;
  const neighbor = above ? { after: above.dataset.pk } : { before: below.dataset.pk };
  send(`/${kind}s/${pk}/move/`, neighbor, goBack);
}

// Send what no form of the page does, also if the page is left; failed is called where it had no
// effect. Returns the form that was sent.
export function send(url, values, failed) {
  const form = Object.assign(document.createElement("form"), { hidden: true, method: "post" });
  form.setAttribute("hx-post", url);
  form.setAttribute("hx-config", '{"keepalive": true}');
  const next = document.querySelector("#bulk-form [name=next], #add [name=next]")?.value ?? "";
  for (const [name, value] of Object.entries({ next, ...values })) {
    form.append(Object.assign(document.createElement("input"), { name, value }));
  }
  document.body.append(form);
  htmx.process(form);
  form.addEventListener("htmx:finally:request", (event) => {
    form.remove();
    if (!(event.detail.ctx.response?.status < 400)) failed?.();
  });
  form.requestSubmit();
  return form;
}

// Where the focus is, so that it goes on from there: to the same place in its row, or to the row
// after it where the row went somewhere else.
const ROWS = ".task, .step, .card-row";
const headingOf = (row) => row?.closest(".group")?.firstElementChild.firstChild.textContent;
let place;

const entry = box ?? byId("id_q"); // where a person goes on if nothing else is left
let hadFocus = false; // was it anywhere?

export function rememberFocus() {
  const here = document.activeElement;
  const row = here?.closest(ROWS);
  hadFocus = ![null, document.body].includes(here);
  place = undefined;
  if (!row) return;
  const rows = [...document.querySelectorAll(`.${row.classList[0]}`)].map((other) => other.id);
  const at = rows.indexOf(row.id);
  const next = [...rows.slice(at + 1), ...rows.slice(0, at).reverse()];
  place = { row: row.id, id: here.id, heading: headingOf(row), next };
}

// A row's title, or another link: never a button, or a second Enter would act on that row.
function titleIn(id) {
  return byId(id)?.querySelector("a.task-title, a.name") ?? byId(id)?.querySelector("a");
}

export function putFocusBack(event) {
  if (menu?.matches(":popover-open")) return;
  const isLost = !document.activeElement || document.activeElement === document.body;
  if (place) {
    const row = byId(place.row);
    const isThere = row && headingOf(row) === place.heading;
    if (!isThere) (place.next.map(titleIn).find(Boolean) ?? entry)?.focus();
    else if (isLost) (byId(place.id) ?? titleIn(place.row))?.focus();
  } else if (isLost && hadFocus) {
    const { action } = event.detail.ctx.request;
    const [, kind, pk] = action.match(/\/(task|step|list)s\/(\d+)\//) ?? [];
    const undone = document.querySelector("#messages [data-focus]")?.dataset.focus;
    (titleIn(undone ?? `${kind}-${pk}`) ?? entry)?.focus();
  }
}

// What somebody has folded or unfolded stays so.
const folds = () => [...document.querySelectorAll("details[id]")];

export function rememberFolds(event) {
  event.detail.ctx.folds = new Map(folds().map((fold) => [fold.id, fold.open]));
}

export function foldAgain(event) {
  for (const fold of folds()) fold.open = event.detail.ctx.folds?.get(fold.id) ?? fold.open;
}

// A task that was added here is shown and marked for a moment. A person who types on isn't led away.
const MARKED = 2500; // milliseconds

export function showNew() {
  const row = document.querySelector(".task[data-new]");
  if (!row) return;
  if (!box?.value) row.scrollIntoView({ block: "nearest", behavior: isCalm() ? "auto" : "smooth" });
  setTimeout(() => row.removeAttribute("data-new"), MARKED);
}
