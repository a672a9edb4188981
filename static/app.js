// What htmx alone does not do: nothing typed is lost, the focus stays where a person expects it.
// Everything works without this file.

const messages = () => document.getElementById("messages");

function tell(words) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(Object.assign(document.createElement("p"), { textContent: words }));
  messages()?.replaceChildren(toast);
  fade();
}

// Messages go after a while, but never from under somebody's pointer or focus. What they undo
// can still be undone in the trash, or where the task stands.
const STAY = 12_000; // milliseconds
let going;

function fade() {
  clearTimeout(going);
  going = setTimeout(() => {
    if (messages()?.matches(":hover, :focus-within")) fade();
    else messages()?.replaceChildren();
  }, STAY);
}

fade();
document.addEventListener("htmx:after:swap", fade);

// The add box is emptied at once, for the next line; what could not be added goes back into it.
const addBox = (event) => event.target.closest?.("#add")?.elements.text;

document.addEventListener("htmx:config:request", (event) => {
  const box = addBox(event);
  if (!box) return;
  event.detail.ctx.typed = box.value;
  box.value = "";
});

function giveBack(event) {
  const box = addBox(event);
  const typed = event.detail.ctx?.typed;
  if (!box || !typed) return;
  box.value = box.value ? `${typed} ${box.value}` : typed;
  event.detail.ctx.typed = "";
}

// On the way to the sign-in page the line waits in this tab; the same user finds it in the box.
const user = document.querySelector("[data-user]")?.dataset.user;

document.addEventListener("htmx:after:request", (event) => {
  const { hx, typed } = event.detail.ctx;
  if (hx.redirect && typed) sessionStorage.setItem("waiting", JSON.stringify({ user, typed }));
});

const waiting = user && JSON.parse(sessionStorage.getItem("waiting"));
if (waiting) {
  sessionStorage.removeItem("waiting");
  const box = document.getElementById("add-text");
  if (box && waiting.user === user) box.value = waiting.typed;
}

const TROUBLE = {
  403: "Your sign-in has changed meanwhile. Copy what you typed, then reload this page.",
  404: "This task isn't there any more: it may have been deleted elsewhere.",
};

document.addEventListener("htmx:response:error", (event) => {
  giveBack(event);
  const status = event.detail.ctx.response.status;
  if (status === 409 || status === 422) return; // the answer says what is wrong
  tell(TROUBLE[status] ?? "That didn't work, and nothing you typed is lost. Please try again.");
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx) return;
  giveBack(event);
  tell("Todosite can't be reached. Nothing you typed is lost; try again when you are online.");
});

// Morphing leaves the focused field alone. Where I had typed nothing in it, the new value counts:
// else my next save would put the old one back.
document.addEventListener("htmx:before:swap", (event) => {
  const field = document.activeElement;
  const mine = field?.form?.id === "detail-form" && field.value !== field.defaultValue;
  event.detail.ctx.untouched = mine ? null : field;
});

document.addEventListener("htmx:after:swap", (event) => {
  const field = event.detail.ctx.untouched;
  if (field?.form?.id === "detail-form") field.value = field.defaultValue;
});

// An answer that names what is wrong: go there.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.response.status < 400) return;
  document.querySelector("#detail-form [aria-invalid=true]")?.focus();
});

// What had the focus is gone: go on with its task's row, or with the one after it.
document.addEventListener("htmx:after:swap", (event) => {
  if (document.activeElement && document.activeElement !== document.body) return;
  const action = event.detail.ctx.request.action;
  const row = document.getElementById(`task-${action.match(/\/tasks\/(\d+)\//)?.[1]}`);
  const near = (step) => {
    let other = row;
    while (other?.hidden) other = other[step];
    return other?.querySelector(".check");
  };
  const next = near("nextElementSibling") ?? near("previousElementSibling");
  (next ?? document.getElementById("add-text"))?.focus();
});

// Sign-up: the browser's time zone, where the form offers it and nobody has chosen yet.
const zone = document.querySelector("form[data-guess-zone] select[name=time_zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.options].some((option) => option.value === here)) zone.value = here;

// Ctrl or Cmd + Enter saves from any field of a task; Enter alone does in the title, which is one line.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("#detail-form");
  if (!form || event.key !== "Enter" || event.isComposing) return;
  if (!event.ctrlKey && !event.metaKey && event.target.name !== "title") return;
  event.preventDefault();
  form.requestSubmit();
});
