// What htmx alone does not do: nothing typed is lost, the focus stays where a person expects it.
// Everything works without script. Where several modules care for one moment, their order is here:
// so no other one listens to it on the document.

import * as addBox from "./add_box.js";
import * as boxes from "./boxes.js";
import * as calm from "./calm.js";
import * as detail from "./detail.js";
import * as freshness from "./freshness.js";
import * as leaving from "./leaving.js";
import "./midnight.js";
import "./offers.js";
import * as page from "./page.js";
import * as rows from "./rows.js";
import * as saving from "./saving.js";

// Reminders are loaded by pages that have some to tell today, or that set them up.
async function remind() {
  if (!document.querySelector("[data-due], [data-notify]")) return;
  const reminders = await import("./reminders.js");
  reminders.wait();
}

// Each is a listener of its own: where one fails, the others still act.
function on(moment, ...listeners) {
  for (const listener of listeners) document.addEventListener(moment, listener);
}

// The page is there, and so is htmx: it comes after the modules, or it would answer a press without
// them. What is kept in this browser comes back, to its user alone.
on(
  "DOMContentLoaded",
  page.takeFromTab,
  page.fade,
  addBox.giveBackLines,
  detail.partSteps,
  page.forgetOthers,
  detail.findDraft,
  detail.giveBackHalves, // into what is a form by then
  saving.showMove,
  freshness.sayOffline,
  rows.makeSortable,
  remind,
);

on(
  "submit",
  addBox.noteAdded,
  leaving.noteSending,
  detail.discardWaiting,
  leaving.keepBeforeSignOut,
);

on(
  "htmx:config:request",
  addBox.takeLine,
  saving.narrow, // so that the next one knows what is sent
  detail.noteEdit,
  detail.takeStep,
);

on(
  "htmx:before:request",
  addBox.refuseEmptyReading,
  leaving.refuseWhileLeaving,
  freshness.noteRequest,
  calm.noteAct,
  boxes.noteAsked,
);

on(
  "htmx:before:swap",
  addBox.refuseLateReading,
  boxes.refuseLateMenu,
  calm.holdRows, // so that the others know which parts are swapped
  calm.noteTops,
  detail.dropOld,
  detail.rememberTyped,
  boxes.closeMenu, // then the focus is on its row, where it is looked for next
  rows.rememberFocus,
  rows.rememberFolds,
);

on(
  "htmx:after:swap",
  page.fade,
  detail.partSteps,
  detail.putTypedBack,
  detail.meetDraft, // of what was typed since
  detail.saySaved,
  leaving.forgetTaken,
  saving.showMove,
  boxes.openFetched,
  rows.endBulk,
  rows.putFocusBack, // after all that moves it on purpose
  rows.foldAgain,
  rows.showNew,
  rows.makeSortable,
  calm.noteMoved,
  remind,
);

on(
  "htmx:finally:request",
  (event) => addBox.settleLine(event, leaving.isLeaving()),
  detail.settleEdit,
  saving.settle,
  detail.settleStep,
  calm.settleAct,
  boxes.forgetAhead,
);

// Of many lists the one of this page is in sight.
document.querySelector("#sidebar [aria-current]")?.scrollIntoView({ block: "nearest" });

// A page for paper has a button for what the browser's menu does.
on("click", ({ target }) => target.closest("[data-print]") && print());

// The tick of the sign-in goes along with a passkey, whose form is another.
on("formdata", ({ target, formData }) => {
  if (target.id !== "mfa_login") return;
  if (document.querySelector("[name=not_mine]")?.checked) formData.set("not_mine", "on");
});

// Sign-up: the browser's time zone, where the form offers it and nobody has chosen yet.
const zone = document.querySelector("form[data-guess-zone] select[name=time_zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.options].some((option) => option.value === here)) zone.value = here;
