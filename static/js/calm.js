// The right row, at any speed. A row that was ticked stays in its place for a moment, and its
// circle undoes it; what would move other rows under the next press waits as long. The server
// replies with the ticked row itself, and then with the listing as it is now.

import { takeNews } from "./freshness.js";
import { byId } from "./page.js";

const CALM = 1500; // milliseconds from the last press or movement in the list
const TWICE = 500; // milliseconds in which a second press on a circle belongs to the first
const REFLOW = 300; // milliseconds in which a press was aimed at what stood there before
const TRIES = 3; // to get what is there now, before what is known is shown

const CIRCLE = ".check, .tick, .act";
const ACTION = "#messages .toast:not([hidden]) button";
const ROW = ".task, .step, .card-row";
const WAITING = ["listing", "bulk-which"]; // parts of a page

let waits; // HTML of the parts as the latest reply has them, by their ids
let isOld = false; // may they have been made before another act took effect?
let tries = 0; // to get newer ones
let isPressed = false; // is a finger or a button of the mouse down in the list?
let timer;

const isWaiting = (task) => WAITING.includes(task.target?.id);
const isInList = ({ target }) => target.closest?.("#listing");
const isAct = (ctx) => (ctx.request.method ?? "GET") !== "GET";

// What stays, and for how long.

export function holdRows(event) {
  const { ctx, tasks } = event.detail;
  const isSaid = tasks.some((task) => task.target?.id === "messages");
  if (isSaid && document.querySelector(ACTION)) saidAt = performance.now();
  const isTicked = tasks.some((task) => task.target?.matches?.(".task"));
  const held = tasks.filter(isWaiting);
  if (!isAct(ctx) || !held.length || !(isTicked || waits || isPressed)) return;
  tasks.splice(0, tasks.length, ...tasks.filter((task) => !isWaiting(task)));
  const parts = held.map(({ target, fragment }) => [target.id, htmlOf(fragment)]);
  isOld = ctx.meets;
  tries = 0;
  hold(new Map([...(waits ?? []), ...parts]));
  for (const { target, fragment } of held) if (target.id === "listing") showNumbers(fragment);
}

function htmlOf(fragment) {
  const box = document.createElement("div");
  box.append(fragment.cloneNode(true));
  return box.innerHTML;
}

function hold(parts) {
  waits = parts;
  byId("listing").dataset.waits = ""; // static/js/freshness.js leaves it alone
  waitForCalm();
}

function letGo() {
  const parts = waits;
  clearTimeout(timer);
  waits = undefined;
  delete byId("listing").dataset.waits;
  return parts;
}

function waitForCalm() {
  if (!waits) return;
  clearTimeout(timer);
  timer = setTimeout(goOn, CALM);
}

async function goOn() {
  if (!waits) return;
  // A menu stands beside its row.
  if (isPressed || document.querySelector("#menu:popover-open")) return waitForCalm();
  const parts = letGo();
  if (isOld && tries < TRIES) {
    const isTaken = await takeNews();
    if (isTaken || waits) return; // the page is new, or waits for what is newer
    tries += 1;
    return hold(parts);
  }
  const text = [...parts].map(
    ([id, html]) => `<hx-partial hx-target="#${id}" hx-swap="outerMorph">${html}</hx-partial>`,
  );
  const [request, response] = [{ action: "" }, { status: 200 }];
  const sourceElement = document.querySelector(".app");
  await htmx.swap({ text: text.join(""), sourceElement, swap: "none", request, response });
}

// Counts change at once. A heading that the reply hasn't got has no tasks any more.

const HEADING = ":is(.group-heading, summary):has(> .n)";
const wordsOf = (heading) =>
  [...heading.childNodes]
    .map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : ""))
    .join("")
    .trim();

function showNumbers(fragment) {
  const headings = [...fragment.querySelectorAll(HEADING)];
  for (const heading of document.querySelectorAll(`#listing ${HEADING}`)) {
    const number = heading.querySelector(".n");
    const now = headings.find((other) => wordsOf(other) === wordsOf(heading))?.querySelector(".n");
    if (now) number.replaceChildren(...now.cloneNode(true).childNodes);
    else number.firstChild.textContent = "0";
  }
}

// Of two acts under way at once the one that is replied to first may not know of the other.

const underWay = new Set(); // contexts of htmx

export function noteAct({ detail: { ctx } }) {
  if (!isAct(ctx)) return;
  ctx.meets = underWay.size > 0;
  for (const other of underWay) other.meets = true;
  underWay.add(ctx);
}

export function settleAct({ detail: { ctx } }) {
  underWay.delete(ctx);
}

// A press that was aimed at something else does nothing.

let circle; // that was pressed last
let circledAt = Number.NEGATIVE_INFINITY;
let pressedAt = 0;
let movedAt = Number.NEGATIVE_INFINITY; // rows
let saidAt = Number.NEGATIVE_INFINITY; // a message, with another Undo

// Returns whether this press on a circle counts: a second one soon after the first doesn't.
export function takesPress(pressed) {
  if (pressed === circle && performance.now() - circledAt < TWICE) return false;
  [circle, circledAt] = [pressed, performance.now()];
  return true;
}

const tops = () =>
  new Map([...document.querySelectorAll(ROW)].map((row) => [row, row.getBoundingClientRect().top]));

export function noteTops({ detail: { ctx } }) {
  ctx.tops = tops();
}

export function noteMoved({ detail: { ctx } }) {
  const now = tops();
  const isMoved = [...(ctx.tops ?? [])].some(([row, top]) => now.has(row) && now.get(row) !== top);
  if (isMoved) movedAt = performance.now();
}

function isLate({ target, detail: presses }) {
  if (!presses) return false; // a key presses what has the focus, wherever that is
  if (target.closest("#messages button")) return pressedAt - saidAt < REFLOW;
  return Boolean(target.closest(ROW)) && pressedAt - movedAt < REFLOW;
}

function refusePress(event) {
  if (!event.isTrusted) return; // static/js/keys.js asks itself
  const pressed = event.target.closest(CIRCLE);
  if (!isLate(event) && (!pressed || takesPress(pressed))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

addEventListener("click", refusePress, true);

// What counts as a press or a movement.

function notePress(event) {
  pressedAt = performance.now();
  isPressed = event.button === 0 && Boolean(isInList(event));
  if (isPressed) waitForCalm();
}

function noteRelease() {
  isPressed = false;
}

function noteMovement(event) {
  if (event.buttons === 0) isPressed = false; // let go where nobody said so
  if (isInList(event)) waitForCalm();
}

addEventListener("pointerdown", notePress, true);
for (const end of ["pointerup", "pointercancel", "contextmenu", "blur"])
  addEventListener(end, noteRelease, true);
for (const act of ["pointermove", "touchmove", "wheel", "keydown"])
  addEventListener(act, noteMovement, { capture: true, passive: true });

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") goOn();
});

addEventListener("pagehide", () => {
  if (waits) letGo(); // a page that comes back asks for what is new
});
