// Tags and lists that exist are offered where one is written: after #, @ and + in a line, and for each
// word in a field of tags. A combobox with a list, as WAI-ARIA has it; the field keeps the focus.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

const MOST = 8; // names at a time
// What is written up to the caret: the sign, a quote, and how the name begins.
const LINE = /(?:^|\s)([#+@])("?)([^\s#+@"][^#+@"]*|)$/;
const WORD = /(?:^|\s)()()([^\s]+)$/;
// Names that @ may stand before; @3pm is a time.
const AFTER_AT = /^\p{L}/u;
// Names that need no quotes.
const SIMPLE = /^[\p{L}_][\p{L}\p{N}_&\u0027’-]*$/u;

const NAMES = {
  "#": "#sidebar a.tag",
  "@": "#sidebar a.tag",
  "+": "#sidebar .nav-lists a:has(.dot) .name",
};

let list; // while it is open
let field; // that it is for
let part; // of the field's value that is replaced: {start, sign}

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const options = () => [...list.children];
const activeOption = () => list?.querySelector("[aria-selected=true]");
const takesOffers = (element) => element.matches?.("input[name=text], input[name=tags]");

function namesBeginningWith(text, sign) {
  const names = [...document.querySelectorAll(NAMES[sign])].map((one) => one.textContent.trim());
  const can = (name) => sign !== "@" || (text && AFTER_AT.test(name));
  const fits = (name) => can(name) && fold(name).startsWith(fold(text));
  return [...new Set(names)].filter(fits).slice(0, MOST);
}

function offer(target) {
  close();
  const before = target.value.slice(0, target.selectionStart);
  const [whole, said, , text] = before.match(target.name === "text" ? LINE : WORD) ?? [];
  if (whole === undefined) return;
  const sign = said || "#";
  const names = namesBeginningWith(text, sign);
  if (!names.length || names.includes(text)) return;
  field = target;
  part = { start: before.length - whole.trimStart().length, sign: said };
  open(names);
  // Where two begin alike nothing is chosen, nor before anything is typed.
  if (names.length === 1 && /\S$/.test(text)) choose(list.firstChild);
}

function open(names) {
  list = document.createElement("ul");
  Object.assign(list, { id: "offers", className: "offers", popover: "manual", role: "listbox" });
  list.setAttribute("aria-label", part.sign === "+" ? "Lists" : "Tags");
  list.append(...names.map(optionOf));
  field.parentElement.append(list); // a press in it is one in the menu or dialog that is open
  list.showPopover();
  const { left, bottom } = field.getBoundingClientRect();
  list.style.left = `${Math.max(8, Math.min(left, innerWidth - list.offsetWidth - 8))}px`;
  list.style.top = `${Math.min(bottom + 4, innerHeight - list.offsetHeight - 8)}px`;
  say({ role: "combobox", autocomplete: "list", controls: "offers", expanded: "true" });
}

function optionOf(name, number) {
  const option = Object.assign(document.createElement("li"), {
    id: `offer-${number}`,
    role: "option",
  });
  option.textContent = name;
  option.setAttribute("aria-selected", "false");
  return option;
}

function say({ role, ...states }) {
  if (role) field.setAttribute("role", role);
  for (const [name, value] of Object.entries(states)) {
    if (value) field.setAttribute(`aria-${name}`, value);
    else field.removeAttribute(`aria-${name}`);
  }
}

function choose(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  option?.scrollIntoView({ block: "nearest" });
  say({ activedescendant: option?.id });
}

function close() {
  if (!list) return;
  list.remove();
  list = undefined;
  say({ expanded: "false", activedescendant: "", controls: "" });
}

function take(option) {
  const name = option.textContent;
  const isQuoted = part.sign === "+" && !SIMPLE.test(name) && !name.includes('"');
  const written = isQuoted ? `"${name}"` : name;
  const at = field.selectionStart;
  field.setRangeText(`${part.sign}${written} `, part.start, at, "end");
  const taken = field;
  close();
  taken.dispatchEvent(new Event("input", { bubbles: true }));
}

function step(by) {
  const all = options();
  const at = all.indexOf(activeOption());
  choose(at < 0 && by < 0 ? all.at(-1) : all[(at + by + all.length) % all.length]);
}

const KEYS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Escape: close,
  Enter: () => take(activeOption()),
  Tab: () => take(activeOption()),
};

function act(event) {
  const isOther = event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey;
  if (!list || event.target !== field || isOther || !KEYS[event.key]) return;
  if (["Enter", "Tab"].includes(event.key) && !activeOption()) return close();
  event.preventDefault();
  event.stopImmediatePropagation();
  KEYS[event.key]();
}

addEventListener("keydown", act, true);
document.addEventListener("input", ({ target }) => takesOffers(target) && offer(target));
document.addEventListener("focusin", ({ target }) => {
  if (!takesOffers(target)) return;
  field = target;
  say({ role: "combobox", autocomplete: "list", expanded: "false" });
});
document.addEventListener("focusout", close);
document.addEventListener(
  "pointerdown",
  (event) => list?.contains(event.target) && event.preventDefault(),
);
document.addEventListener("click", ({ target }) => {
  if (list?.contains(target) && target.role === "option") take(target);
});
