// One key for what a button does: templates/pages/tasks/_keyboard_box.html says which. By the
// character, and by its place on a keyboard without Latin letters; never while somebody writes, a
// box is open, or the page is there to be filled in.
// Whoever has switched them off in the settings doesn't load this file.

import { box } from "./add_box.js";
import { openMenuAt } from "./boxes.js";
import { takesPress } from "./calm.js";
import { form } from "./detail.js";
import { byId, keyOf } from "./page.js";
import { picks, send, tickBetween } from "./rows.js";

const WRITING =
  "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], .popup";
const OPEN =
  "dialog[open], #menu:popover-open, :is([hx-target='#menu'], [hx-target='#dialog']).htmx-request";
const TO_FILL_IN =
  "#main :is(form.sheet, .sheet :is(textarea, select, input:not([type=hidden], [readonly])))";
const PRIORITIES = { 1: 3, 2: 2, 3: 1, 4: 0 };
const PAUSE = 1500; // milliseconds in which a second key belongs to the first
const LOADING = 3000; // milliseconds; what is typed while another page comes is for that page

const rowHere = () =>
  document.activeElement.closest(".task") ?? document.querySelector(".task[data-selected]");
const keyed = (key, part = document) => part.querySelector(`[data-key="${CSS.escape(key)}"]`);
const isSeveral = () => byId("bulk")?.open && picks().some((pick) => pick.checked);

function step(by) {
  const rows = [...document.querySelectorAll(".task")].filter((row) => row.checkVisibility());
  const at = rows.indexOf(rowHere());
  const row = at < 0 ? rows.at(by > 0 ? 0 : -1) : rows[at + by];
  row?.querySelector("a.task-title").focus();
  return row;
}

// With Shift, from where it began to where one is now.
let began;

function extend(by) {
  const from = rowHere();
  const isNew = !began?.isConnected || !from?.querySelector(".pick").checked;
  const row = step(by);
  if (!from || !row) return;
  byId("bulk").open = true;
  if (isNew) began = from;
  from.querySelector(".pick").checked = false;
  tickBetween(began.querySelector(".pick"), row.querySelector(".pick"), true);
}

function select(row) {
  byId("bulk").open = true;
  row.querySelector(".pick").click();
}

function edit(row) {
  if (row.matches("[data-selected]")) return form().elements.title.focus();
  sessionStorage.setItem("edit", "title");
  follow(row.querySelector("a.task-title"));
}

let rests = 0; // until when

function follow(link) {
  if (!link.hasAttribute("hx-get")) rests = performance.now() + LOADING;
  link.click();
}

addEventListener("pageshow", () => {
  rests = 0;
});

const menuOf = (row, part) => openMenuAt(row.querySelector("[hx-target='#menu']"), part);

// What a key does to the row that one is at.
const ROW = {
  c: (row) => row.querySelector(".check").click(),
  x: select,
  e: edit,
  t: (row) => menuOf(row, "button"),
  m: (row) => menuOf(row, "#menu-list"),
  l: (row) => menuOf(row, "#menu-tags"),
  "#": (row) =>
    send(`${urlOf(row)}delete/`, { version: row.querySelector("[name=version]").value }),
};
for (const [key, priority] of Object.entries(PRIORITIES))
  ROW[key] = (row) => send(`${urlOf(row)}edit/`, { priority });

const urlOf = (row) => new URL(row.querySelector("a.task-title").href).pathname;

// To several: the button of the bar, or what it opens.
function toSeveral(key) {
  const button = keyed(key, byId("bulk-form"));
  if (!button?.matches("summary")) return button?.click();
  button.parentElement.open = true;
  button.nextElementSibling.querySelector("button, select").focus();
}

const BACK = { u: () => send("/history/undo/"), U: () => send("/history/redo/") };
const ANYWHERE = {
  q: () =>
    box ? box.focus() : follow(Object.assign(document.createElement("a"), { href: "/tasks/add/" })),
  "/": () => (document.querySelector(".search #id_q") ? byId("id_q").select() : follow(keyed("/"))),
  j: () => step(1),
  k: () => step(-1),
  J: () => extend(1),
  K: () => extend(-1),
  ...BACK,
};

// To the task of this page, where it isn't in the list beside it.
function toTask(key) {
  if (!form()) return;
  const fields = form().elements;
  const field = { e: fields.title, t: fields.due_date, m: fields.list, l: fields.tags }[key];
  if (field) field.focus();
  else if (key in PRIORITIES) send(form().getAttribute("action"), { priority: PRIORITIES[key] });
  else keyed(key, document.querySelector(".detail"))?.click();
}

const isOfRow = (key) => key in ROW && !(key !== "x" && isSeveral());

// It is about the row that one is at when it is pressed.
function press(key) {
  const row = rowHere();
  if (key === "c" && !takesPress(circleOf(row))) return true;
  if ((key in ROW || key in BACK) && isBusy()) queue.push({ key, id: isOfRow(key) && row?.id });
  else return act(key, row);
  return true;
}

const circleOf = (row) => row?.querySelector(".check") ?? document.querySelector(".detail .act");

function act(key, row) {
  if (ANYWHERE[key]) ANYWHERE[key]();
  else if (key in ROW && !isOfRow(key)) toSeveral(key);
  else if (key in ROW && row) ROW[key](row);
  else if (key in ROW) toTask(key);
  else if (keyed(key)) follow(keyed(key));
  else return false;
  return true;
}

// An act waits for the one before it, and isn't done where its row has gone.
const queue = [];
const isBusy = () => document.querySelector(".htmx-request");

function pressNext() {
  if (!queue.length || isBusy()) return;
  const { key, id } = queue.shift();
  const row = id ? byId(id) : rowHere();
  if (id && !row) return pressNext();
  act(key, row);
}

addEventListener("htmx:finally:request", () => setTimeout(pressNext));

let first = ""; // of two keys
let forgets;

addEventListener("keydown", (event) => {
  const isSign = event.altKey && !/^[a-z\d]$/i.test(event.key); // as # is with Option or AltGr
  if (event.metaKey || ((event.ctrlKey || event.altKey) && !isSign)) return;
  if (event.isComposing || event.defaultPrevented || document.querySelector(TO_FILL_IN)) return;
  if (event.target.closest?.(WRITING) || document.querySelector(OPEN)) return;
  if (performance.now() < rests) return event.preventDefault();
  const key = keyOf(event);
  if (event.repeat && !"jkJK".includes(key)) return;
  const keys = first + key;
  clearTimeout(forgets);
  first = key === "g" && !first ? "g " : "";
  forgets = setTimeout(() => {
    first = "";
  }, PAUSE);
  if (first || press(keys)) event.preventDefault();
});

if (sessionStorage.getItem("edit") && form()) {
  const title = form().elements.title;
  title.focus();
  title.setSelectionRange(title.value.length, title.value.length);
}
sessionStorage.removeItem("edit");
