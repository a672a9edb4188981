// The page of a task: its form, the drafts of its notes, and the box for a new step.

import {
  byId,
  DRAFTS,
  isChanged,
  isChoice,
  isSame,
  leaveBehind,
  mayKeep,
  newKey,
  savedIn,
  shownIn,
  takeLeft,
  tell,
  user,
  valueIn,
} from "./page.js";

const FIELDS = "#detail-body [name]:is(input, textarea, select):not([type=hidden])";
const REFUSED = "[aria-invalid=true], .alert, .errorlist"; // typed, and not saved

export const form = () => byId("detail-form");
export const fields = () => [...document.querySelectorAll(FIELDS)];
export const isRefused = () => byId("detail-body")?.querySelector(REFUSED);
const isEdit = (event) => event.target.id === "detail-form";
const nameOf = (field) => [field.form?.id, field.name, isChoice(field) && field.value].join();

function put(field, value) {
  const isHere = document.activeElement === field; // where the next tag comes after a blank
  if (isHere ? isSame(field, valueIn(field), value) : valueIn(field) === value) return;
  field[isChoice(field) ? "checked" : "value"] = value;
}

// Without script the box for a new step is part of the form, or what is typed beside it would be
// lost with the page. Here it is a form of its own, whose button adds a step at once.
export function partSteps() {
  if (!window.htmx) return;
  for (const part of document.querySelectorAll("#step-add [form]")) part.removeAttribute("form");
  if (byId("step-title")) byId("step-title").name = "title";
}

let busy = false;
let again; // the button that was pressed meanwhile

export const isBusy = () => busy;

function noteAgain(event) {
  if (isEdit(event) && busy) again = event.submitter ?? byId("save");
}

addEventListener("submit", noteAgain, true); // before htmx, which drops it

export function noteEdit(event) {
  if (!isEdit(event) || busy) return;
  busy = true;
  const { ctx } = event.detail;
  const sent = fields().filter((field) => !ctx.saves || field.name in ctx.saves.values);
  ctx.sent = Object.fromEntries(sent.map((field) => [nameOf(field), valueIn(field)]));
}

// Morphing gives a field the new value, unless it has the focus. But what was typed since the
// form was sent stays; and where nothing was, the focused field takes the new value too: else the
// next save would put the old one back. What stands in another form was not sent: it stays.
const isBody = (task) => task.target?.id === "detail-body";
const isOfDetail = (task) => isBody(task) || task.target?.matches?.(".steps");

export function rememberTyped({ detail: { ctx, tasks } }) {
  if (!tasks.some(isOfDetail)) return;
  const typed = fields().filter((field) => {
    const sent = field.form === form() && ctx.sent?.[nameOf(field)];
    return valueIn(field) !== (sent ?? savedIn(field)) && valueIn(field) !== sent;
  });
  ctx.typed = Object.fromEntries(typed.map((field) => [nameOf(field), valueIn(field)]));
  if (tasks.some(isBody)) ctx.kept = typed.filter((field) => isUnsent(field, ctx)).map(keptOf);
}

// What was typed and not sent is still beside what the page showed, though another form of it may
// have brought what that became elsewhere: saving meets it. What is wrong with it is still wrong.
const isUnsent = (field, { sent }) => field.form === form() && !(nameOf(field) in (sent ?? {}));

function keptOf(field) {
  const fault = field.matches("[aria-invalid=true]") && byId(`${field.id}_error`);
  return { id: field.id, base: baseOf(field).value, fault };
}

const baseOf = (field) => form().elements[`initial-${field.name}`];

function keep({ id, base, fault }) {
  const field = byId(id);
  if (!field || !isChanged(field)) return;
  baseOf(field).value = base;
  if (!fault || byId(fault.id)) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", fault.id);
  field.after(fault);
}

// The replies to two acts may come in the other order.
export function dropOld({ detail: { ctx, tasks } }) {
  const versionIn = (page) => Number(page.querySelector("#detail-form [name=version]")?.value);
  const old = tasks.find((task) => isBody(task) && versionIn(task.fragment) < versionIn(document));
  if (!old) return;
  tasks.splice(tasks.indexOf(old), 1);
  if (ctx.response?.status >= 400) sayRefused(old.fragment);
}

function sayRefused(part) {
  const faults = [...part.querySelectorAll(".errorlist")].map((fault) => fault.textContent.trim());
  tell(`Not saved. ${faults.join(" ")}`);
}

export function putTypedBack({ detail: { ctx } }) {
  const { typed, response, sent, saves } = ctx;
  if (!typed) return;
  if (ctx.kept) ctx.stored = baseline().value;
  for (const field of fields()) put(field, typed[nameOf(field)] ?? shownIn(field));
  ctx.kept?.forEach(keep);
  if (saves && response.status >= 400) return sayRefused(byId("detail-body"));
  // What is wrong gets the focus, if that is still in the form.
  const wrong = byId("detail-body").querySelector("[aria-invalid=true]");
  const here = document.activeElement;
  const isHere = here === document.body || here.form === (sent ? form() : byId("step-add"));
  if (response.status >= 400 && isHere) wrong?.focus();
}

// A form that was sent again while it was busy goes once more, with what it holds by then.
export function settleEdit(event) {
  const { sent, response, saves } = event.detail.ctx;
  if (!sent || !isEdit(event)) return;
  busy = false;
  const pressed = again?.isConnected ? again : byId("save");
  const isRefused = response && response.status < 500;
  const goesOn = again && (response?.status < 400 || (saves && !isRefused));
  const isLeft = pressed?.id !== "save" || fields().some(isChanged); // to be saved
  // htmx isn't done yet.
  if (goesOn && isLeft) setTimeout(() => form()?.requestSubmit(pressed));
  again = undefined;
}

// Ctrl or Cmd + Enter saves from any field; Enter alone does in the title, which is one line.
document.addEventListener("keydown", (event) => {
  if (event.target.form?.id !== "detail-form" || event.key !== "Enter" || event.isComposing) return;
  if (!event.ctrlKey && !event.metaKey && event.target.name !== "title") return;
  event.preventDefault();
  form().requestSubmit(byId("save"));
});

// A step is taken out of its box at once, for the next one; it comes back, with its key, if it
// could not be added.
export function takeStep(event) {
  if (event.target.id !== "step-add") return;
  const { title, key } = event.target.elements;
  event.detail.ctx.step = { line: title.value, key: key.value };
  title.value = "";
  key.value = newKey();
}

export function settleStep(event) {
  const { step, response } = event.detail.ctx;
  const { title, key } = byId("step-add")?.elements ?? {};
  if (step) takeLeft("steps", (half) => half.key === step.key); // as with a line
  if (!step || !title || response?.status < 400) return;
  if (!title.value) key.value = step.key;
  title.value = [step.line, title.value].filter(Boolean).join(" ");
}

// A step that is typed by half waits for the page of its task.
const stepAction = () => byId("step-add")?.getAttribute("action");

export function halves() {
  const { title, key } = byId("step-add")?.elements ?? {};
  return title?.value ? [{ action: stepAction(), line: title.value, key: key.value }] : [];
}

export function giveBackHalves() {
  if (!user || !stepAction()) return;
  const { title, key } = byId("step-add").elements;
  for (const half of takeLeft("steps", ({ action }) => action === stepAction())) {
    if (!title.value) key.value = half.key;
    // Once, if the server gave it back.
    title.value = [...new Set([title.value, half.line])].filter(Boolean).join(" ");
  }
}

// Notes are kept in this browser while they are typed, until the server has them: for this user,
// with what they were shown with, so that saving meets what happened to them since.
const notes = () => document.querySelector("#detail-body [name=description]");
const baseline = () => baseOf(notes());
const draftKey = () => DRAFTS + form().getAttribute("action");
let saved; // the notes that the server has, as far as this page knows
let draft; // what was given back
let isMine = false; // is what is kept from this page?
let soon;

export const hasDraft = () => Boolean(draft);
export const isKeptDraft = (field) => hasDraft() && field === notes() && field.value === draft.text;

function keepNotes() {
  clearTimeout(soon);
  soon = undefined;
  const text = notes().value;
  if (text !== saved && text !== baseline().value) {
    isMine = true;
    // Key and title are for the server, if it has to keep them.
    const { key, "initial-title": title } = form().elements;
    const record = {
      text,
      base: baseline().value,
      at: Date.now(),
      key: key.value,
      title: title.value,
    };
    try {
      if (mayKeep()) localStorage.setItem(draftKey(), JSON.stringify(record));
    } catch {} // no room: whoever leaves is asked all the same
  } else if (isMine) dropDraft(text);
}

function dropDraft(text) {
  localStorage.removeItem(draftKey());
  baseline().value = text; // as if nothing had been typed since
  draft = undefined;
  isMine = false;
  sayOfDraft();
}

function sayOfDraft(words, name, act) {
  byId("draft")?.remove();
  if (!words) return notes().removeAttribute("aria-describedby");
  const line = Object.assign(document.createElement("p"), { id: "draft", className: "sub draft" });
  const button = { type: "button", className: "link", textContent: name, onclick: act };
  line.setAttribute("role", "status");
  line.append(`${words} `, Object.assign(document.createElement("button"), button));
  notes().after(line);
  notes().setAttribute("aria-describedby", "draft");
}

function giveDraftBack(kept) {
  draft = kept;
  isMine = true;
  notes().value = kept.text;
  baseline().value = kept.base;
  saySaved();
  sayOfDraft(`Draft from ${timeOf(kept.at)}, not saved yet`, "Discard draft", () => discard(kept));
}

function discard(kept) {
  dropDraft(saved);
  notes().value = saved;
  saySaved();
  sayOfDraft("Draft discarded", "Undo", () => {
    giveDraftBack(kept);
    keepNotes();
    notes().focus();
  });
  notes().focus();
}

function timeOf(at) {
  const hour12 = document.querySelector("[data-hours]").dataset.hours === "12";
  const hour = hour12 ? "numeric" : "2-digit";
  const time = new Intl.DateTimeFormat("en-GB", { hour, minute: "2-digit", hour12 }).format(at);
  const day = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  return day.format(at) === day.format() ? time : `${day.format(at)}, ${time}`;
}

export function findDraft() {
  if (!user || !form()) return;
  saved = baseline().value;
  const kept = JSON.parse(localStorage.getItem(draftKey()));
  // What the server gave back, since it could not be saved, is what was typed last.
  if (!kept || notes().value !== saved) return keepNotes();
  if (kept.text === saved) return localStorage.removeItem(draftKey());
  // What waits to be saved is offered once.
  const waits = [
    ...document.querySelectorAll(`.waiting [action="${form().getAttribute("action")}"]`),
  ];
  if (!waits.some((sent) => sent.elements.description?.value === kept.text)) giveDraftBack(kept);
}

document.addEventListener("input", ({ target }) => {
  if (target === notes()) {
    if (!draft) sayOfDraft();
    clearTimeout(soon);
    soon = setTimeout(keepNotes, 300);
  }
  saySaved();
});

addEventListener("pagehide", () => {
  if (soon) keepNotes();
  leaveBehind("steps", halves());
});

// What waits to be saved is discarded with its draft.
export function discardWaiting({ target }) {
  const sent = target.elements.waiting && target.closest(".waiting").querySelector("form");
  if (!sent) return;
  const key = DRAFTS + sent.getAttribute("action");
  const kept = JSON.parse(localStorage.getItem(key))?.text;
  if (kept === sent.elements.description?.value) localStorage.removeItem(key);
}

export function meetDraft({ detail: { ctx } }) {
  if (!ctx.kept) return;
  saved = ctx.stored;
  keepNotes();
  if (draft && notes().value === draft.text) giveDraftBack({ ...draft, base: baseline().value });
}

// "Saved" is said of what is to be seen.
export function saySaved() {
  const line = byId("saved");
  if (!line) return;
  line.dataset.words ??= line.textContent;
  const isSaved = fields().every((field) => field.form !== form() || !isChanged(field));
  line.textContent = isSaved ? line.dataset.words : "Not saved yet";
}
