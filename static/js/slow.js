// A page that takes a while to come is announced by the bar that an act has, too (app.css). This
// module is there before a page is shown, or it would come too late for what is below.

const root = document.documentElement;
const LONGEST = 30_000; // milliseconds: no event tells that a page was stopped by a button
// A browser says that the page is left for these, too: a file is saved, another program opens.
const STAYS = "[data-file], [href^='mailto:']";
let ends;
let stays = false;

function begin() {
  root.dataset.leaving = "";
  ends = setTimeout(end, LONGEST);
}

function end() {
  clearTimeout(ends);
  delete root.dataset.leaving;
}

addEventListener(
  "click",
  ({ target }) => {
    stays = Boolean(target.closest?.(STAYS));
  },
  true,
);

addEventListener("beforeunload", (event) => {
  if (stays) return;
  // A person who is asked may stay.
  setTimeout(() => event.defaultPrevented || begin());
});

addEventListener("pageshow", end);

addEventListener("keydown", ({ key }) => {
  if (key === "Escape") end();
});

// The picture that leads from one page to the next is given up where a third one is asked for, or
// the style sheet comes late: no fault, though a promise of the browser's breaks.
addEventListener("unhandledrejection", (event) => {
  const { reason } = event;
  if (reason instanceof DOMException && /transition/i.test(reason.message)) event.preventDefault();
});
