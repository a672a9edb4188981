// A page that was asked for before a deploy may miss a module after it. Then it is loaded once
// more, and what is typed by then comes along. This is no module: it runs where one is missing.

(() => {
  const NAME = "typed before a reload";
  const FIELDS = "textarea, select, input:not([type=hidden])";
  const user = document.querySelector("[data-user]")?.dataset.user;
  const at = location.href;
  const before = JSON.parse(sessionStorage.getItem(NAME)); // {user, at, typed: {name: value}}
  let isRunning = false; // are the modules of every page there?

  const isChoice = (field) => ["radio", "checkbox"].includes(field.type);
  const isSecret = (field) => ["password", "file"].includes(field.type); // not to be kept
  const isModule = ({ target }) => target.matches?.("script[type=module]:not([async])");
  const fields = () => [...document.querySelectorAll(FIELDS)];

  function nameOf(field) {
    return [field.form?.getAttribute("action"), field.name, isChoice(field) && field.value].join();
  }

  function isTyped(field) {
    if (isChoice(field)) return field.checked !== field.defaultChecked;
    if (!field.options) return field.value !== field.defaultValue;
    const options = [...field.options];
    return !(options.find((option) => option.defaultSelected) ?? options[0])?.selected;
  }

  function put(field, value) {
    if (isChoice(field)) field.checked = value;
    else field.value = value;
    // htmx, which asks what a line is read as, begins a moment after its script has run.
    const tell = () => field.dispatchEvent(new Event("input", { bubbles: true }));
    addEventListener("load", () => setTimeout(tell));
  }

  function keep(typed) {
    const values = typed.map((field) => [
      nameOf(field),
      isChoice(field) ? field.checked : field.value,
    ]);
    sessionStorage.setItem(NAME, JSON.stringify({ user, at, typed: Object.fromEntries(values) }));
  }

  function loadAgain() {
    const typed = fields().filter(isTyped);
    const keepsNothing = isRunning || document.querySelector("[data-keeps-nothing]");
    if (typed.some(isSecret) || (typed.length && keepsNothing)) return; // then it stays here
    try {
      keep(typed);
      location.reload();
    } catch {} // no room
  }

  function meetError(event) {
    if (!isModule(event)) return;
    if (!before) loadAgain();
    // htmx comes next. Every page works without script; not so with that script alone.
    if (!isRunning) document.body.setAttribute("hx-ignore", "");
  }

  sessionStorage.removeItem(NAME);
  if (before?.user === user && before?.at === at) {
    for (const field of fields()) {
      if (nameOf(field) in before.typed) put(field, before.typed[nameOf(field)]);
    }
  }
  addEventListener("error", meetError, true);
  const noteRunning = (event) => {
    isRunning ||= isModule(event);
  };
  document.addEventListener("load", noteRunning, true);
})();
