// Whoever leaves with something unsaved is asked, by the browser; the add box comes along. Before a
// sign-out it goes to the server.

import { box, linesOnTheirWay, unsentLines } from "./add_box.js";
import { hasMenuDrafts } from "./boxes.js";
import { fields, form, halves, isKeptDraft, isRefused } from "./detail.js";
import {
  byId,
  canLeave,
  DRAFTS,
  forgetMine,
  isChanged,
  isChoice,
  keepNothing,
  leftIn,
  tell,
  user,
} from "./page.js";
import { saveLeft, savesItself } from "./saving.js";

let sending; // a form by itself, where htmx isn't there to do it
let leaving = false; // for another page, as the server said: to sign in, where what was sent waits
const taken = new WeakMap(); // what the server took of a form that htmx sent

export const isLeaving = () => leaving;

export function noteSending(event) {
  sending = event.defaultPrevented ? undefined : event.target;
}

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const { form, body } = ctx.request;
  if (ctx.response.status < 400 && form && body && !body.has("look")) taken.set(form, body);
  leaving = Boolean(ctx.hx.redirect);
});

// A task's page shows by then what the server has; and what it took may be undone since.
export function forgetTaken({ detail: { ctx } }) {
  if (ctx.kept) taken.delete(form());
}

export function refuseWhileLeaving(event) {
  if (leaving) event.preventDefault();
}

function stay() {
  leaving = false;
}

for (const act of ["keydown", "pointerdown"]) addEventListener(act, stay, true);

const TEXT =
  "textarea, input:is(:not([type]), [type=text], [type=number], [type=date], [type=time])";
const isTyped = (field) =>
  field.form?.method === "post" && field.form.id !== "add" && !field.readOnly;
const typedIn = () =>
  [...document.querySelectorAll(`:is(.app, #menu, #dialog) :is(${TEXT})`)].filter(isTyped);

function isTaken(field) {
  const values = taken.get(field.form)?.getAll(field.name) ?? [];
  return (
    taken.has(field.form) && values.includes(field.value) === (!isChoice(field) || field.checked)
  );
}

function isUnsaved(field) {
  // A step by half waits for its page.
  if (leaving && field.form?.id === "step-add" && canLeave("steps", halves())) return false;
  if (!isChanged(field) || field.form === sending) return false;
  return !isTaken(field) && !isKeptDraft(field);
}

const isAskedAbout = (field) => isUnsaved(field) && !savesItself(field);

export function isAnythingUnsaved() {
  if (hasMenuDrafts() || [...typedIn(), ...fields()].some(isAskedAbout)) return true;
  return isRefused() && sending !== form();
}

addEventListener("beforeunload", (event) => {
  if (isSignedOut) return;
  const isOnItsWay = linesOnTheirWay().length && !leaving;
  if (isAnythingUnsaved() || !canLeave("waiting", unsentLines()) || isOnItsWay)
    event.preventDefault();
  else takeAlong(); // or the next page would be there before it
});

function takeAlong() {
  if (!isSignedOut && sending !== form()) saveLeft((field) => !isUnsaved(field));
}

addEventListener("pagehide", takeAlong);

// Before a sign-out all that is typed and not saved goes to the server, where it waits for its
// user, and then out of this browser, in which anybody may sit next. What can't be kept is asked
// about.
const SIGN_OUT = "form[action='/accounts/logout/'], form[data-sign-out]";
const NOT_KEPT = {
  0: "Todosite can't be reached.",
  400: "It could not be read, or is too long to save for later.",
  403: "Your session has ended, so it can't be saved for later.",
  413: "It is too long to save for later.",
  503: "Todosite can't save anything at the moment.",
};
// To the other tabs: who it was. A browser without it has none to tell.
const signOuts = window.BroadcastChannel ? new BroadcastChannel("sign-out") : { postMessage() {} };
let isSigningOut = false;
let isSignedOut = false;

const pathOf = (url) => new URL(url, location).pathname;

// What isn't saved: where it would be sent, as [name, value], and the words of it with a label.
function unsent() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(DRAFTS));
  const drafts = keys.map((key) => {
    const { text, base, title = "", key: own = "" } = JSON.parse(localStorage.getItem(key));
    const shown = {
      title,
      "initial-title": title,
      description: text,
      "initial-description": base,
      key: own,
    };
    const label = title ? `Notes of “${title}”` : "Notes";
    return { path: key.slice(DRAFTS.length), fields: Object.entries(shown), label, words: text };
  });
  const tasks = [...leftIn("waiting"), ...linesOnTheirWay()].map(({ line, key, chosen = [] }) => {
    const sent = [["text", line], ["key", key], ...chosen];
    return { path: "/tasks/add/", fields: sent, label: "Task", words: line };
  });
  const steps = leftIn("steps").map(({ action, line, key }) => {
    return {
      path: pathOf(action),
      fields: [
        ["title", line],
        ["key", key],
      ],
      label: "Step",
      words: line,
    };
  });
  const typed = typedIn().filter(isUnsaved);
  if (box?.value.trim()) typed.push(box);
  const forms = [...new Set(typed.map((field) => field.form))].map((form) => {
    const words = typed
      .filter((field) => field.form === form)
      .map((field) => field.value)
      .join("\n");
    const path = pathOf(form.getAttribute("action"));
    return { path, fields: [...new FormData(form)], label: "You typed", words };
  });
  return [...drafts, ...tasks, ...steps, ...forms].filter(({ words }) => words.trim());
}

function post(url, fields, token) {
  const body = new URLSearchParams(fields);
  return fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    body,
    redirect: "manual",
  });
}

// Returns its id on the server, or why it can't be kept.
async function putAside({ path, fields }, token) {
  try {
    const answer = await post(
      `/settings/waiting/add/?${new URLSearchParams({ path })}`,
      fields,
      token,
    );
    const said = await answer.text();
    if (answer.status === 200) return { id: said };
    return {
      why:
        answer.status === 422 ? said : (NOT_KEPT[answer.status] ?? "It can't be saved for later."),
    };
  } catch {
    return { why: NOT_KEPT[0] };
  }
}

// Whoever stays has it here. What can't be taken back is offered, too.
function takeBack(ids, token) {
  for (const id of ids) {
    post("/settings/waiting/end/", { waiting: id, quiet: "1" }, token).catch(() => {});
  }
}

async function signOut(form, { without = false } = {}) {
  const token = form.elements.csrfmiddlewaretoken.value;
  const [seen, ids, left] = [new Set(), [], []];
  const isNew = ({ path, fields }) => !seen.has(JSON.stringify([path, fields]));
  const nextNew = () => (without ? undefined : unsent().find(isNew));
  // Until nothing is new: another tab may keep more while this goes on.
  for (let one = nextNew(); one; one = nextNew()) {
    seen.add(JSON.stringify([one.path, one.fields]));
    const { id, why } = await putAside(one, token);
    if (why) left.push({ ...one, why });
    else ids.push(id);
  }
  const goBack = () => takeBack(ids, token);
  if (left.length) return askBeforeSignOut(form, left, goBack);
  const answer = await post(form.action, [], token).catch(() => undefined);
  if (answer?.type === "opaqueredirect") return leaveSignedOut();
  goBack();
  if (answer) tell("That didn't work, and you are still signed in. Please try again.");
  else tell("Todosite can't be reached, so you are still signed in.");
}

function leaveSignedOut() {
  isSignedOut = true;
  keepNothing();
  forgetMine();
  signOuts.postMessage(user);
  location.assign("/");
}

function askBeforeSignOut(form, left, goBack) {
  const dialog = byId("left");
  byId("left-why").textContent = [...new Set(left.map(({ why }) => why))].join(" ");
  byId("left-words").replaceChildren(...left.map(readOnlyField));
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue) begin(form, { without: dialog.returnValue === "without" });
    else goBack();
  };
  dialog.showModal();
}

function readOnlyField({ label, words }, number) {
  const field = Object.assign(document.createElement("div"), { className: "field" });
  const shown = { id: `left-${number}`, readOnly: true, rows: 3, value: words };
  const area = Object.assign(document.createElement("textarea"), shown);
  const name = { htmlFor: area.id, textContent: label };
  field.append(Object.assign(document.createElement("label"), name), area);
  return field;
}

async function begin(form, how) {
  if (isSigningOut) return;
  isSigningOut = true;
  await signOut(form, how).finally(() => {
    isSigningOut = false;
  });
}

export function keepBeforeSignOut(event) {
  // Where nobody is signed in, a step of the sign-in is given up.
  if (!user || !event.target.matches(SIGN_OUT)) return;
  event.preventDefault();
  begin(event.target);
}

signOuts.onmessage = ({ data }) => {
  if (data !== user || isSignedOut) return;
  keepNothing();
  tell(
    "You signed out in another tab. What you typed here isn't saved anywhere else. Copy it now.",
  );
};
