// A reminder that is due is told in a page that is open: at the time that came with the page, so
// nothing is asked for until then. Of several tabs, one tells it, and asks before: the page may be
// hours old.

import { byId, user } from "./page.js";

const LOOK = 20_000; // milliseconds. A timer of hours would stand still while a laptop sleeps.
const AGREE = 300; // milliseconds in which tabs agree on the one that tells
const OLD = 3_600_000; // milliseconds after which the tasks of the page say enough
const tabs = new BroadcastChannel(`reminders ${user}`);
const number = Math.random();
const claims = {}; // by reminder: the best of the tabs that want to tell it, as text
let timer;

const due = () => JSON.parse(byId("due-today")?.dataset.due ?? "[]");
const keyOf = ({ pk, at }) => `${pk} ${at}`;

function rank() {
  if (document.hasFocus()) return 0;
  return document.hidden ? 2 : 1;
}

function claim(key, by) {
  if (!(claims[key] <= by)) claims[key] = by;
}

tabs.onmessage = ({ data }) => claim(data.key, data.by);

export function wait() {
  clearTimeout(timer);
  const coming = due().filter((one) => !(keyOf(one) in claims));
  if (!coming.length) return;
  const next = Math.min(...coming.map((one) => one.at)) - Date.now();
  timer = setTimeout(look, Math.max(0, Math.min(next, LOOK)));
}

function look() {
  for (const one of due()) {
    const key = keyOf(one);
    const late = Date.now() - one.at;
    if (late < 0 || key in claims) continue;
    const mine = `${rank()} ${number}`;
    claim(key, mine);
    if (late > OLD) continue;
    tabs.postMessage({ key, by: mine });
    setTimeout(() => claims[key] === mine && tell(one), AGREE);
  }
  wait();
}

async function tell(one) {
  if (await isStillDue(one)) say(one);
}

async function isStillDue({ pk, at }) {
  try {
    // A redirect leads to the sign-in page: then nothing is told.
    const answer = await fetch(`/reminders/${pk}/due/?at=${at}`, { redirect: "manual" });
    return answer.ok || answer.status >= 500;
  } catch {
    return true; // offline
  }
}

function box() {
  const there = byId("reminded");
  if (there) return there;
  const made = Object.assign(document.createElement("div"), {
    id: "reminded",
    className: "toasts",
  });
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}

function button(words, attributes = {}) {
  const made = Object.assign(document.createElement("button"), {
    className: "btn",
    textContent: words,
  });
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function say({ pk, title, url }) {
  const toast = Object.assign(document.createElement("div"), { className: "toast" });
  const words = Object.assign(document.createElement("p"), { textContent: `Reminder: ${title}` });
  const open = Object.assign(document.createElement("a"), {
    className: "btn",
    href: url,
    textContent: "Open",
  });
  const later = button("In 10 minutes", {
    "hx-post": `/reminders/${pk}/snooze/`,
    "hx-vals": JSON.stringify({ until: "10m", next: location.pathname + location.search }),
  });
  const acts = document.createElement("div");
  acts.append(open, later, button("Close"));
  const bell = byId("due-today")?.querySelector("svg").cloneNode(true);
  toast.append(bell ?? "", words, acts);
  toast.addEventListener("click", ({ target }) => {
    toast.hidden = target.matches("button"); // htmx sends nothing from an element that is gone
  });
  box().append(toast);
  htmx.process(toast);
  if (!document.hasFocus()) notify(title, url, pk);
}

function notify(title, url, pk) {
  if (globalThis.Notification?.permission !== "granted") return;
  try {
    const shown = new Notification(title, { tag: `reminder ${pk}`, body: "Reminder" });
    shown.onclick = () => {
      focus();
      location.assign(url);
    };
  } catch {} // Chrome on Android has them only for service workers
}

// The settings: notifications are allowed by a press.

const STATES = {
  granted: "Notifications of this browser are on: they appear while a page of Todosite is open.",
  denied: "Notifications are blocked in this browser. Allow them for this site in its settings.",
  default: "This browser can also show notifications while a page of Todosite is open.",
};

export function sayPermission() {
  const part = document.querySelector("[data-notify]");
  if (!part || !globalThis.Notification) return;
  part.hidden = false;
  byId("notify-state").textContent = STATES[Notification.permission];
  byId("notify").hidden = Notification.permission !== "default";
  byId("notify").onclick = async () => {
    await Notification.requestPermission();
    sayPermission();
  };
}

sayPermission();
box();
