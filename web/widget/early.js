// Keeps the presses on buttons that come before the module that looks after
// them: they count once it has come, and once only.
// @ts-check

/** What else there is looks after a press that has waited this long. */
const LONGEST = 2_000;
/** Nobody means a press any more that has waited this long: it may be a call. */
const LATEST = 10_000;

/** The modules on their way. @type {Set<Promise<unknown>>} */
const coming = new Set();
/** @type {Set<() => void>} */
const kept = new Set();
/** Buttons that send a form whose press is kept: who presses again is impatient. @type {Set<Element>} */
const sending = new Set();
let repeated = false;

/** Waits for a module with the presses that may be meant for it. @template T @param {Promise<T>} module @returns {Promise<T>} */
export function bring(module) {
  coming.add(module);
  return module.finally(() => {
    coming.delete(module);
    if (coming.size) return;
    for (const press of kept) press();
  });
}

addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("button") : null;
  if (repeated || !coming.size || !at) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  const sends = Boolean(at.form) && at.type === "submit";
  if (sends && sending.has(at)) return;
  if (sends) sending.add(at);
  const forget = () => (sending.delete(at), kept.delete(press));
  const press = () => {
    if (!forget() || !at.isConnected) return;
    repeated = true;
    at.dispatchEvent(new MouseEvent("click", e)); // with its keys and place
    repeated = false;
  };
  kept.add(press);
  // A form that nobody looks after would have the browser load another page.
  setTimeout(at.form ? forget : press, at.form ? LATEST : LONGEST);
}, true);
