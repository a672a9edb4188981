// What htmx alone does not do: nothing typed is lost, the focus stays where a person expects it.
// Everything works without this file.

const byId = (id) => document.getElementById(id);
const user = document.querySelector("[data-user]")?.dataset.user;
let keeps = !document.querySelector("[data-keeps-nothing]"); // may this browser keep what is typed?

// What is left behind with a page waits in this browser for its user's next one, in any tab, so that
// a sign-out finds it all: lists of {line, key}, "waiting" those of the add box and "steps" the halves.
const LEFT = ["waiting", "steps"];
const leftIn = (name) => JSON.parse(localStorage.getItem(`${name} ${user}`)) ?? [];

function keepLeft(name, lines) {
  if (lines.length) localStorage.setItem(`${name} ${user}`, JSON.stringify(lines));
  else localStorage.removeItem(`${name} ${user}`);
}

// Returns whether they are kept: the browser's store may be full.
function leaveBehind(name, lines) {
  if (!keeps || !lines.length) return !lines.length;
  const keys = lines.map((line) => line.key);
  try {
    keepLeft(name, [...leftIn(name).filter((line) => !keys.includes(line.key)), ...lines]);
    return true;
  } catch {
    return false;
  }
}

function canLeave(name, lines) {
  const before = leftIn(name);
  const isKept = leaveBehind(name, lines);
  if (isKept && lines.length) keepLeft(name, before);
  return isKept;
}

function takeLeft(name, isWanted) {
  const lines = leftIn(name);
  keepLeft(name, lines.filter((line) => !isWanted(line)));
  return lines.filter(isWanted);
}

// The version before kept these in the tab: {user, waiting: lines}, and the half of one step.
const inTab = (name) => [JSON.parse(sessionStorage.getItem(name))].filter((kept) => kept?.user === user);
const clearTab = () => ["waiting", "step"].forEach((name) => sessionStorage.removeItem(name));

if (user) {
  const lines = inTab("waiting").flatMap((kept) => kept.waiting);
  const halves = inTab("step").map(({ action, line, key }) => ({ action: new URL(action).pathname, line, key }));
  const isKept = [leaveBehind("waiting", lines), leaveBehind("steps", halves)].every(Boolean);
  if (isKept || !keeps) clearTab();
}

// Messages go after a while, but never from under somebody's pointer or focus. What they undo
// can still be undone in the trash, or where the task stands.
const STAY = 12_000; // milliseconds
let going;

function fade() {
  clearTimeout(going);
  going = setTimeout(() => {
    const messages = byId("messages");
    if (messages?.matches(":hover, :focus-within")) fade();
    else for (const toast of messages?.children ?? []) toast.hidden = true; // its Undo has a key
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

// The add box is emptied at once, for the next line. What is on its way comes back into the box if
// it fails, and after a new sign-in, to the same user alone.
const box = byId("add-text");
const isAdd = (event) => event.target.id === "add";
const key = box?.form.elements.key; // the same key, the same line: it is added once
// crypto.randomUUID() is missing on plain http.
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
let waiting = []; // lines on their way, in order, each with its key
let given = ""; // what the box was given back, at its beginning

// What stands in the box when the page is left comes along to the next one.
let added = false; // by the form itself, where htmx isn't there to do it
document.addEventListener("submit", (event) => (added = isAdd(event) && !event.defaultPrevented));
function unsentLines() {
  const line = !added && box?.value.trim();
  return line ? [...waiting, { line, key: key.value, chosen: choices() }] : waiting;
}
addEventListener("pagehide", () => leaveBehind("waiting", unsentLines()));

// Several lines are several tasks: a page asks. What stands in the box goes along.
box?.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (text.split(/[\r\n]+/).filter((line) => line.trim()).length < 2) return;
  event.preventDefault();
  const form = box.form.cloneNode(true);
  const lines = Object.assign(document.createElement("textarea"), { name: "text" });
  const indent = text.match(/^\s*/)[0]; // stays before the first line, as it is before the others
  const before = box.value.slice(0, box.selectionStart);
  lines.value = indent + before + text.slice(indent.length) + box.value.slice(box.selectionEnd);
  form.elements.text.replaceWith(lines);
  form.action = "/tasks/paste/";
  form.removeAttribute("hx-post");
  form.hidden = true;
  document.body.append(form);
  form.submit();
  form.remove();
});

// What the line is understood as stands below the box, with what of it is text.
const chips = byId("add-chips");
const clearChips = () => chips.replaceChildren(...chips.querySelectorAll("[role=status]"));
const isRead = (event) => event.detail.ctx?.request.action.endsWith("/tasks/read/");
// The numbers of saved searches, which the page asks for by itself.
const isNumbers = (event) => event.detail.ctx?.request.action.includes("/searches/numbers/");
const isByItself = (event) => isRead(event) || isNumbers(event);
const hidden = (name, value) => Object.assign(document.createElement("input"), { type: "hidden", name, value });

// An answer about a line that has changed since, or was sent, is late.
document.addEventListener("htmx:before:swap", (event) => {
  const { request } = event.detail.ctx;
  if (event.target.closest(".add") !== box?.form || !isRead(event)) return;
  if (request.body.get("text") !== box.value) event.preventDefault();
});

// An empty box says nothing.
document.addEventListener("htmx:before:request", (event) => {
  if (event.target !== box || !isRead(event) || box.value.trim()) return;
  event.preventDefault();
  clearChips();
});

// After a press on one of them somebody types on.
document.addEventListener("click", (event) => event.target.closest(".chips button")?.form.elements.text.focus());

// What goes along with a line: [name, value].
const choices = () => [...new FormData(box.form)].filter(([name]) => ["plain", "make_list"].includes(name));

function giveBack({ line, key: sent, chosen = [] }) {
  if (!line) return;
  if (!box.value) key.value = sent;
  chips.append(...chosen.map((choice) => hidden(...choice)));
  if (!box.value.startsWith(given)) given = "";
  const rest = box.value.slice(given.length);
  given += `${line} `; // a space, since somebody may be typing on
  box.value = given + rest;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("htmx:config:request", (event) => {
  if (!isAdd(event)) return;
  event.detail.ctx.sent = { line: box.value, key: key.value, chosen: choices() };
  waiting.push(event.detail.ctx.sent);
  box.value = given = "";
  clearChips();
  key.value = newKey();
});

document.addEventListener("htmx:finally:request", (event) => {
  const { sent, response, hx } = event.detail.ctx;
  if (!isAdd(event) || hx?.redirect || leaving) return;
  waiting.splice(waiting.indexOf(sent), 1);
  takeLeft("waiting", (line) => line.key === sent.key); // by a page that was left, and came back
  if (!response || response.status >= 400) giveBack(sent);
  box.setAttribute("aria-invalid", String(Boolean(byId("add-error").textContent.trim())));
});

const asked = document.querySelector("[name=sure]")?.form.elements.key.value; // has the box's line
if (user && asked) takeLeft("waiting", (line) => line.key === asked);
if (user && box) takeLeft("waiting", () => true).forEach(giveBack);

// Trouble is told; the page stays as it is, with all that was typed.
const TROUBLE = {
  400: "Todosite couldn't read this, so it isn't saved: it may be too long. Copy it, then try less at a time.",
  403: "Your sign-in has changed meanwhile. Copy what you typed, then reload this page.",
  404: "This isn't there any more: it may have been deleted elsewhere.",
  503: "Todosite was too busy for a moment, so this may or may not be saved. Send it again: it won't be saved twice.",
};

document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx.response.status;
  if (status === 409 || status === 422 || isByItself(event)) return; // the answer says what is wrong, or nobody asked
  tell(TROUBLE[status] ?? "That didn't work, and nothing you typed is lost. Please try again.");
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx || isByItself(event)) return;
  tell("Todosite can't be reached. Nothing you typed is lost; try again when you are online.");
});

// The page of a task. Its fields hold what is typed; their default values, what was shown.
const form = () => byId("detail-form");
const fields = () => [...document.querySelectorAll("#detail-body [name]:is(input, textarea, select):not([type=hidden])")];
const isEdit = (event) => event.target.id === "detail-form";
const isChoice = (field) => ["radio", "checkbox"].includes(field.type);
const nameOf = (field) => [field.form?.id, field.name, isChoice(field) && field.value].join();
const valueOf = (field) => (isChoice(field) ? field.checked : field.value);

function shownIn(field) {
  if (isChoice(field)) return field.defaultChecked;
  if (field.options) return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]).value;
  return field.defaultValue;
}

function put(field, value) {
  if (valueOf(field) !== value) field[isChoice(field) ? "checked" : "value"] = value;
}

// Without script the box for a new step is part of the form, or what is typed beside it would be
// lost with the page. Here it is a form of its own, whose button adds a step at once.
function partSteps() {
  for (const part of document.querySelectorAll("#step-add [form]")) part.removeAttribute("form");
  if (byId("step-title")) byId("step-title").name = "title";
}

if (window.htmx) partSteps();
document.addEventListener("htmx:after:swap", partSteps);

let busy = false;
let again; // the button that was pressed meanwhile

document.addEventListener("submit", (event) => isEdit(event) && busy && (again = event.submitter ?? byId("save")), true);

document.addEventListener("htmx:config:request", (event) => {
  if (!isEdit(event) || busy) return;
  busy = true;
  event.detail.ctx.sent = Object.fromEntries(fields().map((field) => [nameOf(field), valueOf(field)]));
});

// Morphing gives a field the new value, unless it has the focus. But what was typed since the
// form was sent stays; and where nothing was, the focused field takes the new value too: else the
// next save would put the old one back. What stands in another form was not sent: it stays.
const isOfDetail = (task) => task.target?.id === "detail-body" || task.target?.matches?.(".steps");

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (!tasks.some(isOfDetail)) return;
  const typed = fields().filter((field) => {
    const sent = field.form === form() && ctx.sent?.[nameOf(field)];
    return valueOf(field) !== (sent ?? shownIn(field)) && valueOf(field) !== sent;
  });
  ctx.typed = Object.fromEntries(typed.map((field) => [nameOf(field), valueOf(field)]));
});

document.addEventListener("htmx:after:swap", (event) => {
  const { typed, response, sent } = event.detail.ctx;
  if (!typed) return;
  for (const field of fields()) put(field, typed[nameOf(field)] ?? shownIn(field));
  // What is wrong gets the focus, if that is still in the form.
  const wrong = byId("detail-body").querySelector("[aria-invalid=true]");
  const here = document.activeElement;
  if (response.status >= 400 && (here === document.body || here.form === (sent ? form() : byId("step-add")))) wrong?.focus();
});

// A form that was sent again while it was busy goes once more, with what it holds by then.
document.addEventListener("htmx:finally:request", (event) => {
  const { sent, response } = event.detail.ctx;
  if (!sent || !isEdit(event)) return;
  busy = false;
  const pressed = again?.isConnected ? again : byId("save");
  if (again && response?.status < 400) setTimeout(() => form()?.requestSubmit(pressed)); // htmx isn't done yet
  again = undefined;
});

// A step is taken out of its box at once, for the next one; it comes back, with its key, if it
// could not be added.
document.addEventListener("htmx:config:request", (event) => {
  if (event.target.id !== "step-add") return;
  const { title, key } = event.target.elements;
  event.detail.ctx.step = { line: title.value, key: key.value };
  title.value = "";
  key.value = newKey();
});

document.addEventListener("htmx:finally:request", (event) => {
  const { step, response } = event.detail.ctx;
  const { title, key } = byId("step-add")?.elements ?? {};
  if (step) takeLeft("steps", (half) => half.key === step.key); // as with a line
  if (!step || !title || response?.status < 400) return;
  if (!title.value) key.value = step.key;
  title.value = [step.line, title.value].filter(Boolean).join(" ");
});

// Ctrl or Cmd + Enter saves from any field; Enter alone does in the title, which is one line.
document.addEventListener("keydown", (event) => {
  if (event.target.form?.id !== "detail-form" || event.key !== "Enter" || event.isComposing) return;
  if (!event.ctrlKey && !event.metaKey && event.target.name !== "title") return;
  event.preventDefault();
  form().requestSubmit(byId("save"));
});

// Whoever leaves with something unsaved is asked, by the browser. The add box comes along.
let sending; // a form by itself, where htmx isn't there to do it
let leaving = false; // for another page, as the server said: to sign in, where what was sent waits
document.addEventListener("submit", (event) => (sending = event.defaultPrevented ? undefined : event.target));
const taken = new WeakMap(); // what the server took of a form that htmx sent
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const { form, body } = ctx.request;
  if (ctx.response.status < 400 && form && body && !body.has("look")) taken.set(form, body);
  leaving = Boolean(ctx.hx.redirect);
});
document.addEventListener("htmx:before:request", (event) => leaving && event.preventDefault());
for (const act of ["keydown", "pointerdown"]) addEventListener(act, () => (leaving = false), true); // stayed

const isTyped = (field) => field.form?.method === "post" && field.form.id !== "add" && !field.readOnly;
const TEXTS = ":is(.app, #menu) :is(textarea, input:is(:not([type]), [type=text], [type=number], [type=date], [type=time]))";
const typedIn = () => [...document.querySelectorAll(TEXTS)].filter(isTyped);

function isTaken(field) {
  const values = taken.get(field.form)?.getAll(field.name) ?? [];
  return taken.has(field.form) && values.includes(field.value) === (!isChoice(field) || field.checked);
}

function isUnsaved(field) {
  if (leaving && field.form?.id === "step-add" && canLeave("steps", halves())) return false; // it waits for its page
  return valueOf(field) !== shownIn(field) && field.form !== sending && !isTaken(field) && !isKeptDraft(field);
}

const isAnythingUnsaved = () => drafts.size || [...typedIn(), ...fields()].some(isUnsaved) || (byId("detail-body")?.querySelector(REFUSED) && sending !== form());

addEventListener("beforeunload", (event) => {
  if (isSignedOut) return;
  if (isAnythingUnsaved() || !canLeave("waiting", unsentLines()) || (waiting.length && !leaving)) event.preventDefault();
});

// Notes are kept in this browser while they are typed, until the server has them: for this user,
// with what they were shown with, so that saving meets what happened to them since.
const notes = () => document.querySelector("#detail-body [name=description]");
const baseline = () => form().elements["initial-description"];
const DRAFTS = `draft ${user} `;
const draftKey = () => DRAFTS + form().getAttribute("action");
let saved; // the notes that the server has, as far as this page knows
let draft; // what was given back
let isMine = false; // is what is kept from this page?
let soon;

const isKeptDraft = (field) => Boolean(draft) && field === notes() && field.value === draft.text;

function keepNotes() {
  clearTimeout(soon);
  soon = undefined;
  const text = notes().value;
  if (text !== saved && text !== baseline().value) {
    isMine = true;
    const { key, "initial-title": title } = form().elements; // for the server, if it has to keep them
    const record = { text, base: baseline().value, at: Date.now(), key: key.value, title: title.value };
    try {
      if (keeps) localStorage.setItem(draftKey(), JSON.stringify(record));
    } catch {} // no room: whoever leaves is asked all the same
  } else if (isMine) dropDraft(text);
}

function dropDraft(text) {
  localStorage.removeItem(draftKey());
  baseline().value = text; // as if nothing had been typed since
  draft = undefined;
  isMine = false;
  sayOfDraft();
}

function sayOfDraft(words, button, act) {
  byId("draft")?.remove();
  if (!words) return notes().removeAttribute("aria-describedby");
  const line = Object.assign(document.createElement("p"), { id: "draft", className: "sub draft" });
  line.setAttribute("role", "status");
  line.append(`${words} `, Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: button, onclick: act }));
  notes().after(line);
  notes().setAttribute("aria-describedby", "draft");
}

function giveDraftBack(kept) {
  draft = kept;
  isMine = true;
  notes().value = kept.text;
  baseline().value = kept.base;
  saySaved();
  sayOfDraft(`Draft from ${timeOf(kept.at)}, not saved yet`, "Discard draft", () => {
    dropDraft(saved);
    notes().value = saved;
    saySaved();
    sayOfDraft("Draft discarded", "Undo", () => (giveDraftBack(kept), keepNotes(), notes().focus()));
    notes().focus();
  });
}

function timeOf(at) {
  const hour12 = document.querySelector("[data-hours]").dataset.hours === "12";
  const time = new Intl.DateTimeFormat("en-GB", { hour: hour12 ? "numeric" : "2-digit", minute: "2-digit", hour12 }).format(at);
  const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
  return day.format(at) === day.format() ? time : `${day.format(at)}, ${time}`;
}

function findDraft() {
  saved = baseline().value;
  const kept = JSON.parse(localStorage.getItem(draftKey()));
  // What the server gave back, since it could not be saved, is what was typed last.
  if (!kept || notes().value !== saved) return keepNotes();
  if (kept.text === saved) return localStorage.removeItem(draftKey());
  // What waits to be saved is offered once.
  const waits = [...document.querySelectorAll(`.waiting [action="${form().getAttribute("action")}"]`)];
  if (!waits.some((sent) => sent.elements.description?.value === kept.text)) giveDraftBack(kept);
}

const isMineIn = (key) => key.startsWith(DRAFTS) || LEFT.some((name) => key === `${name} ${user}`);
const keptKeys = () => Object.keys(localStorage).filter((key) => /^(draft|waiting|steps) /.test(key));
if (user && keeps) keptKeys().filter((key) => !isMineIn(key)).forEach((key) => localStorage.removeItem(key));
if (user && form()) findDraft();

document.addEventListener("input", ({ target }) => {
  if (target !== notes()) return;
  if (!draft) sayOfDraft();
  clearTimeout(soon);
  soon = setTimeout(keepNotes, 300);
});
addEventListener("pagehide", () => soon && keepNotes());

// What waits to be saved is discarded with its draft.
document.addEventListener("submit", ({ target }) => {
  const sent = target.elements.waiting && target.closest(".waiting").querySelector("form");
  if (!sent) return;
  const key = DRAFTS + sent.getAttribute("action");
  if (JSON.parse(localStorage.getItem(key))?.text === sent.elements.description?.value) localStorage.removeItem(key);
});

document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (tasks.some((task) => task.target?.id === "detail-body")) ctx.base = baseline().value;
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.base === undefined) return;
  saved = baseline().value;
  // Another form of the page doesn't show what the notes became elsewhere: saving them will.
  if (!ctx.sent && notes().value !== saved) baseline().value = ctx.base;
  keepNotes();
  if (draft && notes().value === draft.text) giveDraftBack({ ...draft, base: baseline().value });
});

// "Saved" is said of what is to be seen.
function saySaved() {
  const line = byId("saved");
  if (!line) return;
  line.dataset.words ??= line.textContent;
  const isSaved = fields().every((field) => field.form !== form() || valueOf(field) === shownIn(field));
  line.textContent = isSaved ? line.dataset.words : "Not saved yet";
}

for (const event of ["input", "htmx:after:swap"]) document.addEventListener(event, saySaved);

// A step that is typed by half waits for the page of its task.
const stepAction = () => byId("step-add")?.getAttribute("action");
function halves() {
  const { title, key } = byId("step-add")?.elements ?? {};
  return title?.value ? [{ action: stepAction(), line: title.value, key: key.value }] : [];
}
addEventListener("pagehide", () => leaveBehind("steps", halves()));

if (user && stepAction()) {
  const { title, key } = byId("step-add").elements;
  for (const half of takeLeft("steps", ({ action }) => action === stepAction())) {
    if (!title.value) key.value = half.key;
    title.value = [...new Set([title.value, half.line])].filter(Boolean).join(" "); // once, if the server gave it back
  }
}

// Before a sign-out all that is typed and not saved goes to the server, where it waits for its user,
// and then out of this browser, in which anybody may sit next. What can't be kept is asked about.
const SIGN_OUT = "form[action='/accounts/logout/'], form[data-sign-out]";
const NOT_KEPT = {
  0: "Todosite can't be reached.",
  400: "It could not be read, or is too long to be kept.",
  403: "Your session has ended, so nothing can be kept for you.",
  413: "It is too long to be kept.",
  503: "Todosite can't save anything at the moment.",
};
// To the other tabs: who it was. A browser without it has none to tell.
const signOuts = window.BroadcastChannel ? new BroadcastChannel("sign-out") : { postMessage() {} };
let isSigningOut = false;
let isSignedOut = false;

const draftKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(DRAFTS));
const pathOf = (url) => new URL(url, location).pathname;

// What isn't saved: where it would be sent, as [name, value], and the words of it with a label.
function unsent() {
  const drafts = draftKeys().map((key) => {
    const { text, base, title = "", key: own = "" } = JSON.parse(localStorage.getItem(key));
    const fields = { title, "initial-title": title, description: text, "initial-description": base, key: own };
    return { path: key.slice(DRAFTS.length), fields: Object.entries(fields), label: title ? `Notes of “${title}”` : "Notes", words: text };
  });
  const tasks = [...leftIn("waiting"), ...waiting].map(({ line, key, chosen = [] }) => ({ path: "/tasks/add/", fields: [["text", line], ["key", key], ...chosen], label: "Task", words: line }));
  const steps = leftIn("steps").map(({ action, line, key }) => ({ path: pathOf(action), fields: [["title", line], ["key", key]], label: "Step", words: line }));
  const typed = typedIn().filter(isUnsaved);
  if (box?.value.trim()) typed.push(box);
  const forms = [...new Set(typed.map((field) => field.form))].map((form) => {
    const words = typed.filter((field) => field.form === form).map((field) => field.value).join("\n");
    return { path: pathOf(form.getAttribute("action")), fields: [...new FormData(form)], label: "You typed", words };
  });
  return [...drafts, ...tasks, ...steps, ...forms].filter(({ words }) => words.trim());
}

const post = (url, fields, token) => fetch(url, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams(fields), redirect: "manual" });

// Returns its id on the server, or why it can't be kept.
async function putAside({ path, fields }, token) {
  try {
    const answer = await post(`/settings/waiting/add/?${new URLSearchParams({ path })}`, fields, token);
    const said = await answer.text();
    if (answer.status === 200) return { id: said };
    return { why: answer.status === 422 ? said : (NOT_KEPT[answer.status] ?? "It can't be kept for later.") };
  } catch {
    return { why: NOT_KEPT[0] };
  }
}

// Whoever stays has it here.
function takeBack(ids, token) {
  for (const id of ids) post("/settings/waiting/end/", { waiting: id, quiet: "1" }, token).catch(() => {}); // then it is offered, too
}

async function signOut(form, { without = false } = {}) {
  const token = form.elements.csrfmiddlewaretoken.value;
  const [seen, ids, left] = [new Set(), [], []];
  const isNew = ({ path, fields }) => !seen.has(JSON.stringify([path, fields]));
  // Until nothing is new: another tab may keep more while this goes on.
  for (let one; !without && (one = unsent().find(isNew)); ) {
    seen.add(JSON.stringify([one.path, one.fields]));
    const { id, why } = await putAside(one, token);
    if (why) left.push({ ...one, why });
    else ids.push(id);
  }
  const stay = () => takeBack(ids, token);
  if (left.length) return askBeforeSignOut(form, left, stay);
  const answer = await post(form.action, [], token).catch(() => undefined);
  if (answer?.type === "opaqueredirect") return leaveSignedOut();
  stay();
  tell(answer ? "That didn't work, and you are still signed in. Please try again." : "Todosite can't be reached, so you are still signed in.");
}

function leaveSignedOut() {
  isSignedOut = true;
  keeps = false;
  for (const key of keptKeys().filter(isMineIn)) localStorage.removeItem(key);
  clearTab();
  signOuts.postMessage(user);
  location.assign("/");
}

function askBeforeSignOut(form, left, stay) {
  const dialog = byId("left");
  byId("left-why").textContent = [...new Set(left.map(({ why }) => why))].join(" ");
  byId("left-words").replaceChildren(...left.map(({ label, words }, number) => {
    const field = Object.assign(document.createElement("div"), { className: "field" });
    const area = Object.assign(document.createElement("textarea"), { id: `left-${number}`, readOnly: true, rows: 3, value: words });
    field.append(Object.assign(document.createElement("label"), { htmlFor: area.id, textContent: label }), area);
    return field;
  }));
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue) begin(form, { without: dialog.returnValue === "without" });
    else stay();
  };
  dialog.showModal();
}

async function begin(form, how) {
  if (isSigningOut) return;
  isSigningOut = true;
  await signOut(form, how).finally(() => (isSigningOut = false));
}

document.addEventListener("submit", (event) => {
  if (!user || !event.target.matches(SIGN_OUT)) return; // nobody is signed in: a step of the sign-in is given up
  event.preventDefault();
  begin(event.target);
});

signOuts.onmessage = ({ data }) => {
  if (data !== user || isSignedOut) return;
  keeps = false;
  tell("You signed out in another tab. What you typed here and didn't save is on this page alone: copy it.");
};

// The tick of the sign-in goes along with a passkey, whose form is another.
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.id === "mfa_login" && document.querySelector("[name=not_mine]")?.checked) formData.set("not_mine", "on");
});

// What a row is open for, in a box beside its button. Without script it is a page.
const menu = byId("menu");
const isMenu = (event) => event.detail.ctx.sourceElement?.closest?.("#menu");
let opener;
let menuPart; // of the menu that gets the focus, where it isn't the first

function openMenu(button) {
  // Whoever went on to type something else meanwhile is left alone.
  if (![button, document.body].includes(document.activeElement)) return;
  opener = button;
  menu.showPopover({ source: button }); // Tab goes on from the button
  const at = button.getBoundingClientRect();
  const top = Math.min(at.bottom + 4, innerHeight - menu.offsetHeight - 8);
  menu.style.top = `${Math.max(top, 8)}px`;
  menu.style.left = `${Math.max(at.right - menu.offsetWidth, 8)}px`;
  for (const field of texts()) field.value = drafts.get(field.form.action) ?? field.value;
  menu.querySelector(menuPart ?? "button, input:not([type=hidden]), select, a")?.focus();
  menuPart = undefined;
}

// A text that is typed there and not sent waits until it is opened again.
const drafts = new Map();
const texts = () => menu.querySelectorAll("input[type=text]");

menu?.addEventListener("beforetoggle", ({ newState }) => {
  if (newState === "open") return;
  for (const field of texts()) {
    if (field.value !== field.defaultValue) drafts.set(field.form.action, field.value);
    else drafts.delete(field.form.action);
  }
});

document.addEventListener("htmx:after:swap", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement?.matches("[hx-target='#menu']") && response.status < 400) openMenu(sourceElement);
});

// It closes when the focus leaves it, or the page is scrolled under it.
menu?.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !menu.contains(relatedTarget) && menu.hidePopover());
addEventListener("scroll", () => matchMedia("(width >= 40rem)").matches && menu?.hidePopover(), { passive: true });

// So does the box that sorts a page.
function closeArrange({ type, key, target }) {
  for (const arrange of document.querySelectorAll(".arrange[open]")) {
    if (type === "keydown" ? key !== "Escape" : arrange.contains(target)) continue;
    arrange.open = false;
    if (type === "keydown") arrange.querySelector("summary").focus();
  }
}

document.addEventListener("pointerdown", closeArrange);
document.addEventListener("keydown", closeArrange);

// An act closes it before the page changes, so that the focus is on the row again.
document.addEventListener("htmx:before:swap", (event) => {
  if (!isMenu(event) || event.detail.ctx.response.status >= 400) return;
  const isHere = document.activeElement === document.body || menu.contains(document.activeElement);
  menu.hidePopover();
  drafts.delete(event.detail.ctx.sourceElement.action);
  if (isHere) opener?.focus();
});

// What goes anywhere, in a box over the page, which opens at once, so that nothing is typed past it.
// Without script it is a page.
const goBox = byId("go-box");
const goQ = byId("go-q");
let goes = false; // is what is found next to be gone to?

function openGo() {
  goQ.value = "";
  goes = false;
  goBox.showModal();
  htmx.trigger(goQ, "open");
}

function goToFirst() {
  goes = byId("go-found").dataset.q.trim() !== goQ.value.trim(); // then it is on its way
  if (!goes) byId("go-found").querySelector("a")?.click();
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => ctx.sourceElement === goQ && goes && goToFirst());

for (const event of ["close", "input"]) goBox?.addEventListener(event, () => (goes = false));

goBox?.addEventListener("keydown", (event) => {
  const stops = [goQ, ...goBox.querySelectorAll(".go-place")];
  const at = stops.indexOf(document.activeElement);
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const isEnter = event.key === "Enter" && !event.isComposing && at === 0;
  if (at < 0 || !(by || isEnter)) return;
  event.preventDefault();
  if (isEnter) goToFirst();
  else stops[at + by]?.focus();
});

byId("go-to")?.addEventListener("click", (event) => {
  if (!goBox || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openGo();
});

document.addEventListener("keydown", (event) => {
  if (!goQ || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  if (!goBox) goQ.focus(); // the page of it
  else if (goBox.open) goBox.close();
  else openGo();
});

// So is the list of all keys, but that it is fetched.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement?.matches("[hx-target='#dialog']") && ctx.response.status < 400) byId("dialog").showModal();
});

// Several tasks: what a choice of all means is to be seen, and how many are ticked.
const picks = () => [...document.querySelectorAll(".pick")];
const which = (value) => document.querySelector(`#bulk-which [value=${value}]`);

function count() {
  const ticked = picks().filter((pick) => pick.checked).length;
  if (byId("bulk-ticked")) byId("bulk-ticked").textContent = ticked ? `${ticked} ticked` : "The ticked ones";
}

document.addEventListener("change", ({ target }) => {
  if (target.matches(".pick")) which("ticked").checked = true;
  else if (target.name === "which") for (const pick of picks()) pick.checked = target.value !== "ticked";
  else return;
  count();
});

document.addEventListener("toggle", ({ target }) => {
  if (target.id !== "bulk" || target.open) return;
  byId("bulk-form").reset();
  count();
}, true);

document.addEventListener("htmx:after:swap", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (sourceElement?.id === "bulk-form" && response.status < 400) {
    sourceElement.reset();
    for (const menu of sourceElement.querySelectorAll("details[open]")) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    }
    // Where no task is left there is no bar.
    if (sourceElement.contains(document.activeElement) && !sourceElement.checkVisibility()) box?.focus();
  }
  count();
});

// Enter in a field of a popup is the button beside it. Without script it is none (_bulk.html).
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.(".popup input")) return;
  event.preventDefault();
  event.target.closest(".popup").querySelector(".btn").click();
});

// Where the focus is, so that it goes on from there: to the same place in its row, or to the row
// after it where the row went somewhere else.
const ROWS = ".task, .step, .card-row";
const headingOf = (row) => row?.closest(".group")?.firstElementChild.firstChild.textContent;
let place;

const entry = box ?? byId("id_q"); // where a person goes on if nothing else is left
let hadFocus = false; // was it anywhere?

document.addEventListener("htmx:before:swap", () => {
  const row = document.activeElement?.closest(ROWS);
  hadFocus = ![null, document.body].includes(document.activeElement);
  place = undefined;
  if (!row) return;
  const rows = [...document.querySelectorAll(`.${row.classList[0]}`)].map((other) => other.id);
  const here = rows.indexOf(row.id);
  const next = [...rows.slice(here + 1), ...rows.slice(0, here).reverse()];
  const isTitle = document.activeElement.matches("a.task-title");
  place = { row: row.id, id: document.activeElement.id, heading: headingOf(row), next, isTitle };
});

document.addEventListener("htmx:after:swap", (event) => {
  if (menu?.matches(":popover-open")) return;
  const isLost = !document.activeElement || document.activeElement === document.body;
  const first = (id) => byId(id)?.querySelector(place?.isTitle ? "a.task-title" : "button") ?? byId(id)?.querySelector("a");
  if (place) {
    const row = byId(place.row);
    if (row && headingOf(row) === place.heading) isLost && (byId(place.id) ?? first(place.row))?.focus();
    else (place.next.map(first).find(Boolean) ?? entry)?.focus();
  } else if (isLost && hadFocus) {
    const [, kind, pk] = event.detail.ctx.request.action.match(/\/(task|step|list)s\/(\d+)\//) ?? [];
    const undone = document.querySelector("#messages [data-focus]")?.dataset.focus;
    (first(undone ?? `${kind}-${pk}`) ?? entry)?.focus();
  }
});

// What somebody has folded or unfolded stays so.
const folds = () => [...document.querySelectorAll("details[id]")];

document.addEventListener("htmx:before:swap", (event) => {
  event.detail.ctx.folds = new Map(folds().map((fold) => [fold.id, fold.open]));
});

document.addEventListener("htmx:after:swap", (event) => {
  for (const fold of folds()) fold.open = event.detail.ctx.folds?.get(fold.id) ?? fold.open;
});

// A page that comes back into view asks whether something changed: on a phone, in another tab, by
// midnight. What did is morphed, as after an act; what is being worked on is left alone.
const PARTS = ["head", "progress", "listing", "bulk-which", "bulk-dates", "bulk-list", "part", "detail-body", "sidebar"];
const REFUSED = "[aria-invalid=true], .alert, .errorlist"; // typed, and not saved
const app = document.querySelector(".app");
const AGAIN = 1000; // milliseconds, at the soonest
let askedAt = 0;
let latest; // of all that was asked, here or by an act: an answer to what came before is old

document.addEventListener("htmx:before:request", (event) => {
  if (isByItself(event)) return; // neither is a part of the page's state
  const { ctx } = event.detail;
  latest = ctx;
  // What the page shows is about to be another thing than what its state says.
  if (app && ctx.request.method !== "GET") app.dataset.etag = "changed";
});

const IS_BUSY = {
  "head": (part) => part.querySelector("details[open]"),
  "listing": (part) => part.querySelector("details.arrange[open]"),
  "bulk-which": () => byId("bulk").open && !which("ticked").checked,
  "bulk-dates": (part) => part.parentElement.open,
  "bulk-list": (part) => part.closest("details").open,
  "detail-body": (part) => drafts.size || draft || part.querySelector(REFUSED) || fields().some((field) => valueOf(field) !== shownIn(field)),
};

const assets = (page) => [...page.querySelectorAll("script[src], link[rel=stylesheet]")].map((asset) => asset.outerHTML).join();

async function askForNews() {
  const headers = { "If-None-Match": `"${app.dataset.etag}"` };
  try {
    const response = await fetch(location.href, { headers, redirect: "manual", cache: "no-store" });
    if (response.status === 404) tell(TROUBLE[404]);
    return response.status === 200 && { response, page: new DOMParser().parseFromString(await response.text(), "text/html") };
  } catch {} // offline
}

async function freshen({ type, target, persisted }) {
  if ((type === "focus" && target !== window) || (type === "pageshow" && !persisted)) return;
  if (document.visibilityState !== "visible" || !app?.dataset.etag) return;
  if (performance.now() - askedAt < AGAIN || document.querySelector(".htmx-request:not([name=text], .chip, [hx-trigger=revealed])")) return;
  askedAt = performance.now();
  const mine = (latest = {});
  const news = await askForNews();
  if (news && latest === mine) await take(news);
}

async function take({ response, page }) {
  const fresh = page.querySelector(".app");
  if (fresh?.dataset.user !== user) return tell(TROUBLE[403]);
  // Another version of Todosite is there: all of it, or later.
  if (assets(page) !== assets(document)) return isAnythingUnsaved() || box?.value ? undefined : location.reload();
  // Parsing takes the first line end of a text away, twice by now.
  for (const area of page.querySelectorAll("textarea")) area.textContent = `\n${area.textContent}`;
  const parts = PARTS.filter((id) => byId(id) && page.getElementById(id));
  const idle = parts.filter((id) => !IS_BUSY[id]?.(byId(id)));
  const text = idle.map((id) => `<hx-partial hx-target="#${id}" hx-swap="outerMorph">${page.getElementById(id).outerHTML}</hx-partial>`);
  await htmx.swap({ text: text.join(""), sourceElement: app, swap: "none", request: { action: "" }, response });
  document.title = page.title;
  app.dataset.etag = idle.length === parts.length ? fresh.dataset.etag : "changed";
}

for (const event of ["visibilitychange", "focus", "pageshow", "online"]) addEventListener(event, freshen, true);

// A device that is offline says so.
function sayOffline() {
  if (byId("offline")) byId("offline").textContent = navigator.onLine ? "" : "You are offline. What you type stays here.";
}

for (const event of ["offline", "online"]) addEventListener(event, sayOffline);
sayOffline();

// Rows are dragged by their handle. The server is told the new neighbour, and answers with the
// order as it is; where it can't, the row goes back.
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function sortable() {
  if (!window.Sortable) return;
  for (const rows of document.querySelectorAll("[data-sortable]")) {
    if (Sortable.get(rows)) continue;
    // Under a finger the page scrolls at its ends only in the library's own way of dragging.
    const forceFallback = matchMedia("(pointer: coarse)").matches;
    Sortable.create(rows, { handle: ".grip", animation: isCalm() ? 0 : 140, scrollSensitivity: 90, forceFallback, onEnd });
  }
}

function onEnd({ item, from, oldIndex, newIndex }) {
  if (oldIndex === newIndex) return;
  const { previousElementSibling: above, nextElementSibling: below } = item;
  const [kind, pk] = item.id.split("-");
  send(`/${kind}s/${pk}/move/`, above ? { after: above.dataset.pk } : { before: below.dataset.pk }, () => {
    item.remove();
    from.insertBefore(item, from.children[oldIndex] ?? null);
  });
}

// Send what no form of the page does; failed is called where it had no effect.
function send(url, values, failed) {
  const form = Object.assign(document.createElement("form"), { hidden: true, method: "post" });
  form.setAttribute("hx-post", url);
  const next = document.querySelector("#bulk-form, #add").elements.next.value;
  for (const [name, value] of Object.entries({ next, ...values })) form.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(form);
  htmx.process(form);
  form.addEventListener("htmx:finally:request", (event) => {
    form.remove();
    if (!(event.detail.ctx.response?.status < 400)) failed?.();
  });
  form.requestSubmit();
}

addEventListener("DOMContentLoaded", sortable);
document.addEventListener("htmx:after:swap", sortable);

// Of many lists the one of this page is in sight.
document.querySelector("#sidebar [aria-current]")?.scrollIntoView({ block: "nearest" });

// Sign-up: the browser's time zone, where the form offers it and nobody has chosen yet.
const zone = document.querySelector("form[data-guess-zone] select[name=time_zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.options].some((option) => option.value === here)) zone.value = here;
