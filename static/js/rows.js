// The rows of a page: several are ticked, one is dragged, and the focus goes on from where it is.

import { box } from "./add_box.js";
import { menu } from "./boxes.js";
import { byId } from "./page.js";

// Several tasks: what a choice of all means is to be seen, and how many are ticked.
export const picks = () => [...document.querySelectorAll(".pick")];
export const which = (value) => document.querySelector(`#bulk-which [value=${value}]`);

function count() {
  const ticked = picks().filter((pick) => pick.checked).length;
  if (!byId("bulk-ticked")) return;
  byId("bulk-ticked").textContent = ticked ? `${ticked} ticked` : "The ticked ones";
}

document.addEventListener("change", ({ target }) => {
  if (target.matches(".pick")) which("ticked").checked = true;
  else if (target.name === "which")
    for (const pick of picks()) pick.checked = target.value !== "ticked";
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

// Rows are dragged by their handle. The server is told the new neighbour, and answers with the
// order as it is; where it can't, the row goes back.
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function makeSortable() {
  if (!window.Sortable) return;
  for (const rows of document.querySelectorAll("[data-sortable]")) {
    if (Sortable.get(rows)) continue;
    // Under a finger the page scrolls at its ends only in the library's own way of dragging.
    const forceFallback = matchMedia("(pointer: coarse)").matches;
    const animation = isCalm() ? 0 : 140;
    Sortable.create(rows, {
      handle: ".grip",
      animation,
      scrollSensitivity: 90,
      forceFallback,
      onEnd,
    });
  }
}

function onEnd({ item, from, oldIndex, newIndex }) {
  if (oldIndex === newIndex) return;
  const { previousElementSibling: above, nextElementSibling: below } = item;
  const [kind, pk] = item.id.split("-");
  const neighbour = above ? { after: above.dataset.pk } : { before: below.dataset.pk };
  send(`/${kind}s/${pk}/move/`, neighbour, () => {
    item.remove();
    from.insertBefore(item, from.children[oldIndex] ?? null);
  });
}

// Send what no form of the page does; failed is called where it had no effect.
export function send(url, values, failed) {
  const form = Object.assign(document.createElement("form"), { hidden: true, method: "post" });
  form.setAttribute("hx-post", url);
  const next = document.querySelector("#bulk-form, #add").elements.next.value;
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
  const isTitle = here.matches("a.task-title");
  place = { row: row.id, id: here.id, heading: headingOf(row), next, isTitle };
}

function firstIn(id) {
  const wanted = place?.isTitle ? "a.task-title" : "button";
  return byId(id)?.querySelector(wanted) ?? byId(id)?.querySelector("a");
}

export function putFocusBack(event) {
  if (menu?.matches(":popover-open")) return;
  const isLost = !document.activeElement || document.activeElement === document.body;
  if (place) {
    const row = byId(place.row);
    const isThere = row && headingOf(row) === place.heading;
    if (!isThere) (place.next.map(firstIn).find(Boolean) ?? entry)?.focus();
    else if (isLost) (byId(place.id) ?? firstIn(place.row))?.focus();
  } else if (isLost && hadFocus) {
    const { action } = event.detail.ctx.request;
    const [, kind, pk] = action.match(/\/(task|step|list)s\/(\d+)\//) ?? [];
    const undone = document.querySelector("#messages [data-focus]")?.dataset.focus;
    (firstIn(undone ?? `${kind}-${pk}`) ?? entry)?.focus();
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
