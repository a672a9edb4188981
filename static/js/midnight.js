// A page that is left open over midnight takes the new day over. Before that it asks nothing: the
// server has said when the day of its user ends.

import { closeUntouchedMenu } from "./boxes.js";
import { isIdle, mayAsk, takeNews } from "./freshness.js";

const LOOK = 30_000; // milliseconds. A timer of hours would stand still while a laptop sleeps.
const MOST = 10; // tries: a device's clock may be ahead, or nobody signed in any more
const app = document.querySelector(".app");
let tries = 0;

async function look() {
  const { dayEnds } = app.dataset;
  if (Date.now() < dayEnds || !mayAsk()) return;
  // A part that is being worked on stays as it was, until it is left.
  if (tries === MOST || (tries > 0 && !isIdle())) return;
  tries += 1;
  await takeNews();
  if (app.dataset.dayEnds === dayEnds) return;
  tries = 0;
  closeUntouchedMenu();
}

if (app) setInterval(look, LOOK);
