// What htmx alone does not do: nothing typed is lost, the focus stays where a person expects it.
// Everything works without this file.

const byId = (id) => document.getElementById(id);
const user = document.querySelector("[data-user]")?.dataset.user;

// Messages go after a while, but never from under somebody's pointer or focus. What they undo
// can still be undone in the trash, or where the task stands.
const STAY = 12_000; // milliseconds
let going;

function fade() {
  clearTimeout(going);
  going = setTimeout(() => {
    const messages = byId("messages");
    if (messages?.matches(":hover, :focus-within")) fade();
    else messages?.replaceChildren();
  }, STAY);
}

function tell(words) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(Object.assign(document.createElement("p"), { textContent: words }));
  byId("messages")?.replaceChildren(toast);
  fade();
}

fade();
document.addEventListener("htmx:after:swap", fade);

// The add box is emptied at once, for the next line. What is on its way waits in this tab, so that
// it comes back into the box if it fails, and after a new sign-in, to the same user alone.
const box = byId("add-text");
const isAdd = (event) => event.target.id === "add";
const key = box?.form.elements.key; // the same key, the same line: it is added once
// crypto.randomUUID() is missing on plain http.
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
let waiting = []; // lines on their way, in order, each with its key
let given = ""; // what the box was given back, at its beginning

function keep() {
  if (waiting.length) sessionStorage.setItem("waiting", JSON.stringify({ user, waiting }));
  else sessionStorage.removeItem("waiting");
}

function giveBack({ line, key: sent }) {
  if (!box.value) key.value = sent;
  if (!box.value.startsWith(given)) given = "";
  const rest = box.value.slice(given.length);
  given += `${line} `; // a space, since somebody may be typing on
  box.value = given + rest;
}

document.addEventListener("htmx:config:request", (event) => {
  if (!isAdd(event)) return;
  event.detail.ctx.sent = { line: box.value, key: key.value };
  waiting.push(event.detail.ctx.sent);
  keep();
  box.value = given = "";
  key.value = newKey();
});

document.addEventListener("htmx:finally:request", (event) => {
  const { sent, response, hx } = event.detail.ctx;
  if (!isAdd(event) || hx?.redirect) return;
  waiting.splice(waiting.indexOf(sent), 1);
  keep();
  if (!response || response.status >= 400) giveBack(sent);
  box.setAttribute("aria-invalid", String(Boolean(byId("add-error").textContent.trim())));
});

const left = user && JSON.parse(sessionStorage.getItem("waiting"));
if (left && left.user !== user) sessionStorage.removeItem("waiting");
else if (left && box) {
  left.waiting.forEach(giveBack);
  sessionStorage.removeItem("waiting");
}

// Trouble is told; the page stays as it is, with all that was typed.
const TROUBLE = {
  403: "Your sign-in has changed meanwhile. Copy what you typed, then reload this page.",
  404: "This task isn't there any more: it may have been deleted elsewhere.",
  503: "The database was away for a moment, so this may or may not be saved. Send it again: it won't be saved twice.",
};

document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx.response.status;
  if (status === 409 || status === 422) return; // the answer says what is wrong
  tell(TROUBLE[status] ?? "That didn't work, and nothing you typed is lost. Please try again.");
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx) return;
  tell("Todosite can't be reached. Nothing you typed is lost; try again when you are online.");
});

// The form of a task. Its fields hold what is typed; their default values, what was shown.
const form = () => byId("detail-form");
const fields = () => [...(form()?.elements ?? [])].filter((field) => field.type !== "hidden" && field.name);
const isEdit = (event) => event.target.id === "detail-form";
let busy = false;
let again = false;

document.addEventListener("submit", (event) => isEdit(event) && busy && (again = true), true);

document.addEventListener("htmx:config:request", (event) => {
  if (!isEdit(event) || busy) return;
  busy = true;
  event.detail.ctx.sent = Object.fromEntries(fields().map((field) => [field.name, field.value]));
});

// Morphing gives a field the new value, unless it has the focus. But what was typed since the
// form was sent stays; and where nothing was, the focused field takes the new value too: else the
// next save would put the old one back.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (!ctx.sent || !tasks.some((task) => task.target?.id === "detail-body")) return;
  const typed = fields().filter((field) => field.value !== ctx.sent[field.name]);
  ctx.typed = Object.fromEntries(typed.map((field) => [field.name, field.value]));
});

document.addEventListener("htmx:after:swap", (event) => {
  const { typed, response } = event.detail.ctx;
  if (!typed) return;
  for (const field of fields()) {
    const value = typed[field.name] ?? field.defaultValue;
    if (field.value !== value) field.value = value;
  }
  // What is wrong gets the focus, if that is still in the form.
  const wrong = form().querySelector("[aria-invalid=true]");
  const here = document.activeElement;
  if (response.status >= 400 && (here === document.body || form().contains(here))) wrong?.focus();
});

// A form that was sent again while it was busy goes once more, with what it holds by then.
document.addEventListener("htmx:finally:request", (event) => {
  const { sent, response } = event.detail.ctx;
  if (!sent) return;
  busy = false;
  if (again && response?.status < 400) setTimeout(() => form()?.requestSubmit()); // htmx isn't done yet
  again = false;
});

// Ctrl or Cmd + Enter saves from any field; Enter alone does in the title, which is one line.
document.addEventListener("keydown", (event) => {
  if (event.target.form?.id !== "detail-form" || event.key !== "Enter" || event.isComposing) return;
  if (!event.ctrlKey && !event.metaKey && event.target.name !== "title") return;
  event.preventDefault();
  form().requestSubmit();
});

// Whoever leaves with something unsaved is asked, by the browser.
let sending = false; // the form itself, where htmx isn't there to do it
let leaving = false; // for the sign-in page: lines on their way wait
document.addEventListener("submit", (event) => (sending = isEdit(event) && !event.defaultPrevented));
document.addEventListener("htmx:after:request", (event) => (leaving = Boolean(event.detail.ctx.hx.redirect)));
addEventListener("beforeunload", (event) => {
  const unsaved = fields().some((field) => field.value !== field.defaultValue);
  if ((unsaved && !sending) || (waiting.length && !leaving)) event.preventDefault();
});

// What had the focus is gone: go on with its task's row, or with the one after it.
document.addEventListener("htmx:after:swap", (event) => {
  if (document.activeElement && document.activeElement !== document.body) return;
  const { action } = event.detail.ctx.request;
  const row = byId(`task-${action.match(/\/tasks\/(\d+)\//)?.[1]}`);
  const near = (step) => {
    let other = row;
    while (other?.hidden) other = other[step];
    return other?.querySelector(".check");
  };
  (near("nextElementSibling") ?? near("previousElementSibling") ?? box)?.focus();
});

// The last row went: say that there is nothing left.
document.addEventListener("htmx:after:swap", () => {
  const empty = byId("empty");
  if (empty && !document.querySelector(".tasks > .task:not([hidden])")) {
    empty.replaceWith(empty.content.cloneNode(true));
  }
});

// Sign-up: the browser's time zone, where the form offers it and nobody has chosen yet.
const zone = document.querySelector("form[data-guess-zone] select[name=time_zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.options].some((option) => option.value === here)) zone.value = here;
