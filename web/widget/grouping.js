// Groups the digits of a number while somebody types it, as people of their
// country write it, and keeps the cursor between the digits where it was. Here
// are the rules of North America, where a number grows by them digit by digit;
// of other countries the server knows them, and says how a number is written
// once it is whole.
// @ts-check

/** The countries of the North American Numbering Plan, +1. */
const PLAN = new Set("AG AI AS BB BM BS CA DM DO GD GU JM KN KY LC MP MS PR SX TC TT US VC VG VI".split(" "));

/** From here on it is no extension, in digits. */
const LONG = 7;

const digits = (/** @type {string} */ text) => text.replace(/\D/g, "");

/** Whether somebody writes a number there, and not a name or a code. @param {string} text */
const isNumber = (text) => /^\s*\+?[\d\s().\-\u00a0\u2010-\u2013]*$/.test(text) && digits(text) !== "";

/** @param {string} d at most ten digits of one area */
function local(d) {
  if (d.length <= 7) return `${d.slice(0, 3)}-${d.slice(3)}`;
  return `(${d.slice(0, 3)}) ${d.slice(3, 6)}-${d.slice(6)}`.replace(/\W+$/, "");
}

/**
 * What somebody has typed so far, in groups; as it is where it is no number of
 * the plan, or too short or too long for one.
 * @param {string} text @param {string} country ISO code of the user's
 */
export function grouped(text, country) {
  const d = digits(text);
  if (!isNumber(text)) return text;
  const plus = text.trim().startsWith("+");
  const one = d.startsWith("1");
  if (plus ? !one : !PLAN.has(country)) return text;
  const own = one ? d.slice(1) : d;
  const begun = plus ? own.length > 3 : d.length >= LONG;
  if (!begun || own.length > 10) return text;
  return `${plus ? "+" : ""}${one ? "1 " : ""}${one && own.length <= 7 ? `(${own.slice(0, 3)}) ${own.slice(3)}`.replace(/\W+$/, "") : local(own)}`;
}

/** Where in a text so many digits are over. @param {string} text @param {number} count */
function after(text, count) {
  let at = 0;
  for (let seen = 0; at < text.length && seen < count; at++) if (/\d/.test(text[at])) seen++;
  return at;
}

/** Writes another text into a field with the cursor after the same digits. @param {HTMLInputElement} field @param {string} text */
function write(field, text) {
  if (field.value === text) return;
  const at = field.selectionStart ?? field.value.length;
  const end = at === field.value.length;
  const before = digits(field.value.slice(0, at)).length;
  field.value = text;
  const to = end ? text.length : after(text, before);
  if (document.activeElement === field) field.setSelectionRange(to, to);
}

/** What each field said last. @type {WeakMap<HTMLInputElement, string>} */
const last = new WeakMap();

/** @param {HTMLInputElement} field */
function fit(field) {
  const { value } = field;
  const before = last.get(field) ?? "";
  // Whoever deletes a mark between two groups means the digit before it.
  if (value.length === before.length - 1 && digits(value) === digits(before) && isNumber(value)) {
    const at = field.selectionStart ?? value.length;
    const kept = value.slice(0, at).replace(/\d\D*$/, "");
    field.value = kept + value.slice(at);
    field.setSelectionRange(kept.length, kept.length);
  }
  write(field, grouped(field.value, field.dataset.country ?? ""));
  last.set(field, field.value);
}

/** @param {EventTarget | null} at @returns {at is HTMLInputElement} */
const takesNumbers = (at) => at instanceof HTMLInputElement && at.dataset.country !== undefined;

globalThis.document?.addEventListener("input", (e) => takesNumbers(e.target) && !(/** @type {InputEvent} */ (e).isComposing) && fit(e.target), true);
// Before anybody else acts on it: the server has said how the number is written.
globalThis.document?.addEventListener("htmx:after:swap", () => {
  for (const said of document.querySelectorAll("[data-written]")) {
    const field = document.querySelector(`input[hx-target="#${CSS.escape(said.parentElement?.id ?? "")}"]`);
    if (said instanceof HTMLElement && takesNumbers(field)) take(field, said.dataset.of ?? "", said.dataset.written ?? "");
  }
});

/** Takes how the server writes what was typed, if it still stands there and nobody has grouped it. @param {HTMLInputElement} field @param {string} typed @param {string} written */
function take(field, typed, written) {
  if (field.value.trim() !== typed || /[^+\d]/.test(typed) || grouped(typed, field.dataset.country ?? "") !== typed) return;
  write(field, written);
  last.set(field, field.value);
}
