// What all modules share: how a page is read, what it tells, and what this browser keeps of it.

export const byId = (id) => document.getElementById(id);
export const user = document.querySelector("[data-user]")?.dataset.user;

// crypto.randomUUID() is missing on plain http.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What a key is, whatever alphabet its keyboard has: where it gives no Latin letter, its place
// counts, so й is the key that is q elsewhere. № stands where # does, which has no key there.
// Capitals are those of Shift, not of Caps Lock.
export function keyOf({ key, code, shiftKey }) {
  if (key === "№") return "#";
  if (key.length !== 1) return key;
  const isLetter = /\p{Script=Latin}/u.test(key);
  if (!isLetter && !code.startsWith("Key")) return key;
  const letter = isLetter ? key : code.slice(-1);
  return shiftKey ? letter.toUpperCase() : letter.toLowerCase();
}

// A field holds what is typed; its default value, what was shown.
export const isChoice = (field) => ["radio", "checkbox"].includes(field.type);
export const valueIn = (field) => (isChoice(field) ? field.checked : field.value);

export function shownIn(field) {
  if (isChoice(field)) return field.defaultChecked;
  if (!field.options) return field.defaultValue;
  const options = [...field.options];
  return (options.find((option) => option.defaultSelected) ?? options[0]).value;
}

// Of the form of a task's page the server has what it says beside each field: after a reply that
// refuses it, a field shows what was typed.
export function savedIn(field) {
  const said = field.form?.id === "detail-form" && field.form.elements[`initial-${field.name}`];
  if (!said) return shownIn(field);
  return isChoice(field) ? field.value === said.value : said.value;
}

// Tags are the same in any order, and with more blanks between them.
export const tagsIn = (text) => [
  ...new Set(
    text
      .toLowerCase()
      .split(/[\s,#]+/)
      .filter(Boolean),
  ),
];

export function isSame(field, value, other) {
  if (field.name !== "tags") return value === other;
  return tagsIn(value).sort().join() === tagsIn(other).sort().join();
}

// Half a date has no value yet.
export const isChanged = (field) =>
  field.validity.badInput || !isSame(field, valueIn(field), savedIn(field));

// What the page asks by itself: what a line is read as, and the numbers of saved searches.
const actionOf = (event) => event.detail.ctx?.request.action;
export const isRead = (event) => actionOf(event)?.endsWith("/tasks/read/");
export const isByItself = (event) =>
  isRead(event) || actionOf(event)?.includes("/searches/numbers/");

// Messages go after a while, but never from under somebody's pointer or focus. What they undo
// can still be undone in the trash, or where the task stands.
const STAY = 12_000; // milliseconds
let going;

export function fade() {
  clearTimeout(going);
  going = setTimeout(() => {
    const messages = byId("messages");
    if (messages?.matches(":hover, :focus-within")) fade();
    else for (const toast of messages?.children ?? []) toast.hidden = true; // its Undo has a key
  }, STAY);
}

export function tell(words) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(Object.assign(document.createElement("p"), { textContent: words }));
  byId("messages")?.replaceChildren(toast);
  fade();
}

// Trouble is told; the page stays as it is, with all that was typed.
export const TROUBLE = {
  400: "Todosite couldn't read this, so it isn't saved. It may be too long: copy it, then send less at a time.",
  403: "Your sign-in has changed. Copy what you typed, then reload this page.",
  404: "This no longer exists. It may have been deleted in another tab or browser.",
  503: "Todosite was busy, so this may not be saved. Send it again: it won't be saved twice.",
};

document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx.response.status;
  // The answer says what is wrong, or nobody asked.
  if (status === 409 || status === 422 || isByItself(event)) return;
  tell(TROUBLE[status] ?? "That didn't work, and nothing you typed is lost. Please try again.");
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx || isByItself(event)) return;
  tell("Todosite can't be reached. Nothing you typed is lost; try again when you are online.");
});

// What this browser keeps for its user: drafts of notes, and what is left behind with a page until
// their next one, in any tab, so that a sign-out finds it all: lists of {line, key}, "waiting"
// those of the add box and "steps" the halves.
const LEFT = ["waiting", "steps"];
export const DRAFTS = `draft ${user} `;
let keeps = !document.querySelector("[data-keeps-nothing]"); // may this browser keep what is typed?

export const mayKeep = () => keeps;

export function keepNothing() {
  keeps = false;
}

export const leftIn = (name) => JSON.parse(localStorage.getItem(`${name} ${user}`)) ?? [];

function keepLeft(name, lines) {
  if (lines.length) localStorage.setItem(`${name} ${user}`, JSON.stringify(lines));
  else localStorage.removeItem(`${name} ${user}`);
}

// Returns whether they are kept: the browser's store may be full.
export function leaveBehind(name, lines) {
  if (!keeps || !lines.length) return !lines.length;
  const keys = lines.map((line) => line.key);
  try {
    keepLeft(name, [...leftIn(name).filter((line) => !keys.includes(line.key)), ...lines]);
    return true;
  } catch {
    return false;
  }
}

export function canLeave(name, lines) {
  const before = leftIn(name);
  const isKept = leaveBehind(name, lines);
  if (isKept && lines.length) keepLeft(name, before);
  return isKept;
}

export function takeLeft(name, isWanted) {
  const lines = leftIn(name);
  keepLeft(
    name,
    lines.filter((line) => !isWanted(line)),
  );
  return lines.filter(isWanted);
}

const isMine = (key) => key.startsWith(DRAFTS) || LEFT.some((name) => key === `${name} ${user}`);

function forget(isWanted) {
  const keys = Object.keys(localStorage).filter((key) => /^(draft|waiting|steps) /.test(key));
  for (const key of keys.filter(isWanted)) localStorage.removeItem(key);
}

export function forgetOthers() {
  if (user && keeps) forget((key) => !isMine(key));
}

export function forgetMine() {
  forget(isMine);
  clearTab();
}

// The version before kept these in the tab: {user, waiting: lines}, and the half of one step.
function inTab(name) {
  return [JSON.parse(sessionStorage.getItem(name))].filter((kept) => kept?.user === user);
}

function clearTab() {
  for (const name of ["waiting", "step"]) sessionStorage.removeItem(name);
}

export function takeFromTab() {
  if (!user) return;
  const lines = inTab("waiting").flatMap((kept) => kept.waiting);
  const halves = inTab("step").map(({ action, line, key }) => {
    return { action: new URL(action).pathname, line, key };
  });
  const isKept = [leaveBehind("waiting", lines), leaveBehind("steps", halves)].every(Boolean);
  if (isKept || !keeps) clearTab();
}
