// On a task's page date, time, priority, list and tags are saved by themselves, when they are left or
// by Enter: each by an act of its own, and never a value that is typed by half. One goes at a time,
// so that the next one has the version and the values of the last reply. Title and notes are saved
// by their button.

import { fields, form, isBusy, saySaved } from "./detail.js";
import { isChanged, isSame, tagsIn, tell } from "./page.js";

const WHEN = ["due_date", "due_time"];
const PARTS = [WHEN, ["priority"], ["list"], ["tags"]]; // the names of the fields of each
const OLDEST = "1900"; // a year before it is typed by half: 0002 is on the way to 2026
const SENT = ["csrfmiddlewaretoken", "next", "version", "key"];

const partOf = (field) =>
  field?.form && field.form === form() && PARTS.find((part) => part.includes(field.name));
const fieldOf = (name) => form().elements[name]; // of radios, all of them
const initial = (name) => fieldOf(`initial-${name}`).value;
const differs = (name) => !isSame({ name }, fieldOf(name).value, initial(name));
const isSubmit = (button) => button?.type === "submit" && button.form === form();

function isHalf(name) {
  const { value, validity } = fieldOf(name);
  return Boolean(validity?.badInput) || (name === "due_date" && value !== "" && value < OLDEST);
}

// The server will refuse so much: nobody would be there to be told, and to keep the rest.
function isTooMuch({ name, value, dataset: { longest, most } }) {
  const tags = name === "tags" ? tagsIn(value) : [];
  return tags.length > most || tags.some((tag) => tag.length > longest);
}

// What there is to save of a part, {name: value}. A date that is cleared takes its time along; a
// time waits for its date.
function changesOf(part) {
  const changed = part.filter((name) => differs(name) && !isHalf(name));
  const values = Object.fromEntries(changed.map((name) => [name, fieldOf(name).value]));
  if (part !== WHEN) return values;
  if (isHalf("due_date")) return {};
  if (fieldOf("due_date").value) return values;
  return initial("due_date") ? { due_date: "", due_time: "" } : {};
}

const textOf = (part) => JSON.stringify(changesOf(part));
const hasChanges = (part) => touched.has(part) && textOf(part) !== "{}";

const touched = new Set(); // parts that somebody changed here: a reply changes others, bit by bit
const waiting = new Set(); // parts, in order
const failed = new Map(); // parts that could not be saved, with what was refused of them, or ""
let saves; // what is under way: {part, values}
let submits; // the event that sends it

// A part is left, and with it goes what could not be saved before; but nothing is refused twice.
function leave(part, next) {
  const open = PARTS.filter((one) => one === part || one !== partOf(next)).filter(hasChanges);
  const isNew = (one) => (one === part ? failed.get(one) !== textOf(one) : !failed.has(one));
  if (!open.some(isNew)) return;
  const ready = open.filter((one) => isNew(one) || !failed.get(one));
  if (ready.includes(part)) waiting.add(part);
  for (const one of ready) waiting.add(one);
  saveNext();
}

function saveNext() {
  if (!form() || !window.htmx || isBusy()) return;
  const [part] = [...waiting].filter(hasChanges);
  if (part) waiting.delete(part);
  else waiting.clear();
  if (!part) return releaseAct();
  saves = { part, values: changesOf(part) };
  // As if a button had been pressed, but what is typed by half elsewhere isn't checked: htmx would
  // send nothing then, and the browser would take the focus there.
  submits = new SubmitEvent("submit", { bubbles: true, cancelable: true });
  form().noValidate = true;
  form().dispatchEvent(submits);
  form().noValidate = false;
}

// The title that was shown goes along: by it a page says what waits for a new sign-in.
function reduce(body, values) {
  const names = [...SENT, "initial-title", ...Object.keys(values)];
  const isSent = (name) => names.includes(name) || names.includes(name.replace("initial-", ""));
  for (const name of new Set(body.keys())) if (!isSent(name)) body.delete(name);
  for (const [name, value] of Object.entries({ title: initial("title"), ...values }))
    body.set(name, value);
}

export function narrow({ detail: { ctx } }) {
  if (!saves || ctx.sourceEvent !== submits) return;
  ctx.saves = saves;
  ctx.request.keepalive = true; // also if the page is left
  reduce(ctx.request.body, saves.values);
}

export function settle({ target, detail: { ctx } }) {
  if (target !== form()) return;
  const isRefused = ctx.response?.status >= 400 && ctx.response.status < 500;
  const isFailed = !(ctx.response?.status < 400);
  for (const part of ctx.saves ? [ctx.saves.part] : PARTS) {
    failed.delete(part);
    if (!hasChanges(part)) touched.delete(part);
    else if (isFailed) failed.set(part, isRefused ? textOf(part) : "");
    if (isRefused) waiting.delete(part); // what it became is to be seen first
  }
  if (ctx.saves) saves = undefined;
  setTimeout(saveNext); // htmx isn't done yet
}

// Whoever leaves isn't asked about it.
export function savesItself(field) {
  const part = partOf(field);
  if (!part || !window.htmx || isTooMuch(field)) return false;
  if (saves?.values[field.name] === fieldOf(field.name).value) return true;
  return hasChanges(part) && field.name in changesOf(part) && !failed.has(part);
}

// What is changed and whole goes along with a page that is left. It may stay all the same, or come
// back: then that is what the server has.
let gone = {};

function takeGone() {
  for (const [name, value] of Object.entries(gone)) fieldOf(`initial-${name}`).value = value;
  gone = {};
  saySaved();
}

addEventListener("pageshow", ({ persisted }) => persisted && takeGone());

export function saveLeft(isSaved) {
  if (!form() || !window.htmx) return;
  const isGone = (part) =>
    (saves?.part === part && JSON.stringify(saves.values) === textOf(part)) ||
    fields()
      .filter((field) => partOf(field) === part && isChanged(field))
      .every(isSaved);
  const parts = PARTS.filter((part) => hasChanges(part) && !failed.get(part) && !isGone(part));
  const values = Object.assign({}, ...parts.map(changesOf));
  const isNew = JSON.stringify(values) !== JSON.stringify(gone);
  if (!Object.keys(values).length || !isNew) return;
  gone = values;
  const body = new FormData(form());
  reduce(body, values);
  if (parts.includes(saves?.part))
    // what it becomes before
    for (const [name, value] of Object.entries(saves.values)) body.set(`initial-${name}`, value);
  post(new URLSearchParams(body));
}

async function post(body) {
  const how = { method: "POST", body, keepalive: true, redirect: "manual" };
  const answer = await fetch(form().getAttribute("action"), how).catch(() => undefined);
  if (answer?.type === "opaqueredirect") takeGone();
  gone = {};
}

// A press on a button of the form takes all along, and one on the label of a field stays in it.
let pressed; // the button, or the part
const endPress = () => {
  pressed = undefined;
};

function notePress({ target }) {
  const button = target.closest?.("button");
  pressed = isSubmit(button) ? button : partOf(target.closest?.("label")?.control);
}

addEventListener("pointerdown", notePress, true);
for (const end of ["click", "keydown"]) addEventListener(end, endPress, true);

document.addEventListener("focusout", ({ target, relatedTarget: next }) => {
  if (!form() || document.activeElement === target) return; // the window is left
  const part = partOf(target);
  if (isSubmit(pressed) || isSubmit(next)) return;
  if (part && (pressed === part || target.name === next?.name)) return; // from one radio to another
  leave(part, next);
});

// A browser may choose in a field that doesn't get the focus.
document.addEventListener("change", ({ target }) => {
  const part = target.matches("select, [type=radio]") && partOf(target);
  if (part && partOf(document.activeElement) !== part) leave(part);
});

document.addEventListener("keydown", (event) => {
  const part = partOf(event.target);
  const isEnter = event.key === "Enter" && !event.isComposing && !event.ctrlKey && !event.metaKey;
  if (!part || !isEnter || !window.htmx) return;
  event.preventDefault();
  failed.delete(part);
  leave(part);
  if (event.target.reportValidity() && part.some(differs) && !hasChanges(part))
    tell("This isn't saved yet: a time needs a date, and a date needs a year.");
});

// An act on the task waits for what is being saved, and then shows the version that it has by then.
let act;

function holdAct(event) {
  if (!event.target.matches?.("#detail-body :is(.acts form, #skip-form, #end-form)")) return;
  if (!saves && !waiting.size) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  act = event.submitter;
}

addEventListener("submit", holdAct, true);

function releaseAct() {
  const held = act;
  act = undefined;
  if (held?.isConnected) held.form.requestSubmit(held);
}

// It would do nothing without another date.
export function showMove() {
  const move = form()?.elements.from_now_on;
  if (move && window.htmx) move.hidden = !differs("due_date");
}

document.addEventListener("input", ({ target }) => {
  const part = partOf(target);
  if (part) touched.add(part);
  showMove();
});
