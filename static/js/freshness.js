// A page that comes back into view asks whether something changed: on a phone, in another tab, by
// midnight (see midnight.js). What did is morphed, as after an act; what is being worked on is left
// alone.

import { box } from "./add_box.js";
import { hasMenuDrafts } from "./boxes.js";
import { fields, hasDraft, isRefused } from "./detail.js";
import { isAnythingUnsaved } from "./leaving.js";
import { byId, isByItself, isChanged, TROUBLE, tell, user } from "./page.js";
import { which } from "./rows.js";

const PARTS = [
  "head",
  "progress",
  "listing",
  "bulk-which",
  "bulk-dates",
  "bulk-list",
  "part",
  "detail-body",
  "sidebar",
];
const app = document.querySelector(".app");
const AGAIN = 1000; // milliseconds, at the soonest
const ASKING = ".htmx-request:not([name=text], .chip, [hx-trigger=revealed])";
let askedAt = 0;
let latest; // of all that was asked, here or by an act: an answer to what came before is old

export function noteRequest(event) {
  if (isByItself(event)) return; // neither is a part of the page's state
  const { ctx } = event.detail;
  latest = ctx;
  // What the page shows is about to be another thing than what its state says.
  if (app && ctx.request.method !== "GET") app.dataset.etag = "changed";
}

const isChoosingAll = () => byId("bulk").open && !which("ticked").checked;
const IS_BUSY = {
  head: (part) => part.querySelector("details[open]"),
  listing: (part) => "waits" in part.dataset || part.querySelector("details.arrange[open]"),
  "bulk-which": () => byId("listing").matches("[data-waits]") || isChoosingAll(),
  "bulk-dates": (part) => part.parentElement.open,
  "bulk-list": (part) => part.closest("details").open,
  "detail-body": () => hasMenuDrafts() || hasDraft() || isRefused() || fields().some(isChanged),
};

function assets(page) {
  const found = [...page.querySelectorAll("script[src], link[rel=stylesheet]")];
  return found.map((asset) => asset.outerHTML).join();
}

async function askForNews() {
  const headers = { "If-None-Match": `"${app.dataset.etag}"` };
  try {
    const response = await fetch(location.href, { headers, redirect: "manual", cache: "no-store" });
    if (response.status === 404) tell(TROUBLE[404]);
    if (response.status !== 200) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return { response, page };
  } catch {} // offline
}

// Not while an act is under way: what it changes isn't there yet.
export const mayAsk = () =>
  document.visibilityState === "visible" && app?.dataset.etag && !document.querySelector(ASKING);

async function freshen({ type, target, persisted }) {
  if ((type === "focus" && target !== window) || (type === "pageshow" && !persisted)) return;
  if (performance.now() - askedAt < AGAIN || !mayAsk()) return;
  await takeNews();
}

// Returns whether the listing was taken over.
export async function takeNews() {
  askedAt = performance.now();
  const mine = {};
  latest = mine;
  const news = await askForNews();
  if (!news || latest !== mine) return false;
  return take(news);
}

export const isIdle = () => PARTS.every((id) => !byId(id) || !IS_BUSY[id]?.(byId(id)));

async function take({ response, page }) {
  const fresh = page.querySelector(".app");
  if (fresh?.dataset.user !== user) {
    tell(TROUBLE[403]);
    return false;
  }
  // Another version of Todosite is there: all of it, or later.
  if (assets(page) !== assets(document)) {
    if (!isAnythingUnsaved() && !box?.value) location.reload();
    return false;
  }
  // Parsing takes the first line end of a text away, twice by now.
  for (const area of page.querySelectorAll("textarea")) area.textContent = `\n${area.textContent}`;
  const parts = PARTS.filter((id) => byId(id) && page.getElementById(id));
  const idle = parts.filter((id) => !IS_BUSY[id]?.(byId(id)));
  const text = idle.map((id) => {
    const html = page.getElementById(id).outerHTML;
    return `<hx-partial hx-target="#${id}" hx-swap="outerMorph">${html}</hx-partial>`;
  });
  const request = { action: "" };
  await htmx.swap({ text: text.join(""), sourceElement: app, swap: "none", request, response });
  document.title = page.title;
  const isWhole = idle.length === parts.length;
  app.dataset.etag = isWhole ? fresh.dataset.etag : "changed";
  if (isWhole) app.dataset.dayEnds = fresh.dataset.dayEnds;
  return idle.includes("listing");
}

for (const event of ["visibilitychange", "focus", "pageshow", "online"]) {
  addEventListener(event, freshen, true);
}

// A device that is offline says so.
export function sayOffline() {
  if (!byId("offline")) return;
  byId("offline").textContent = navigator.onLine
    ? ""
    : "You are offline. What you type stays here.";
}

for (const event of ["offline", "online"]) addEventListener(event, sayOffline);
