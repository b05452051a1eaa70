// Reads and writes the controls of a form by the types of their values.
// @ts-check
import { same } from "./values.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

/** @param {string | undefined} text @returns {any} */
export function json(text) {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Element} el @returns {(string | number)[]} */
export const pathOf = (el) => json(el.getAttribute("data-path") ?? "") ?? [];

/** @param {Element} el @param {string} selector */
const inputs = (el, selector) => /** @type {HTMLInputElement[]} */ ([...el.querySelectorAll(selector)]);

/**
 * What a control says; undefined for nothing, which removes the value.
 * @param {HTMLElement} el @param {any} before the value that it had
 * @returns {any}
 */
export function read(el, before) {
  const control = /** @type {Control} */ (el);
  switch (el.dataset.type) {
    case "boolean":
      return /** @type {HTMLInputElement} */ (el).checked;
    case "number":
    case "integer":
      return control.value === "" || Number.isNaN(Number(control.value)) ? json(el.dataset.empty) : Number(control.value);
    case "json":
      return el.tagName === "SELECT" ? json(control.value) : json(inputs(el, "input:checked")[0]?.value);
    case "set":
      return set(el, before);
    case "time":
      return control.value ? (control.value.length === 5 ? `${control.value}:00` : control.value) : json(el.dataset.empty);
    case "duration":
      return duration(el);
    case "combo":
      return combo(el);
    case "list":
      return json(el.dataset.value);
    case "file":
      return before; // files are kept by the form itself
  }
  if (control.type === "datetime-local") return control.value ? new Date(control.value).toISOString() : json(el.dataset.empty);
  return control.value === "" ? json(el.dataset.empty) : control.value;
}

/** What is checked, in the order of the choices; what is no choice stays. @param {HTMLElement} el @param {any} before */
function set(el, before) {
  const all = inputs(el, "input");
  const choices = all.map((i) => json(i.value));
  const strangers = Array.isArray(before) ? before.filter((v) => !choices.some((c) => same(c, v))) : [];
  const picked = choices.filter((_, i) => all[i].checked);
  return picked.length || strangers.length || before !== undefined ? [...picked, ...strangers] : undefined;
}

/** @param {HTMLElement} el */
function duration(el) {
  const [h, m] = inputs(el, "[data-part]").map((i) => Math.max(0, Math.floor(Number(i.value))) || 0);
  if (inputs(el, "[data-part]").every((i) => i.value === "")) return undefined;
  return `PT${h || !m ? `${h}H` : ""}${m ? `${m}M` : ""}`;
}

/** What was picked, or what is typed: free words count. @param {HTMLElement} el */
function combo(el) {
  if (el.hasAttribute("data-multiple")) return inputs(el, ".chip").map((c) => json(c.dataset.value));
  const field = /** @type {HTMLInputElement} */ (el.querySelector("input"));
  if (!field.value.trim()) return undefined;
  const option = inputs(el, "[role=option]").find((o) => o.dataset.label === field.value.trim());
  return option ? json(option.dataset.value) : field.value;
}

/**
 * Makes a control say a value, unless it says it already: what somebody is
 * typing, such as "1." for 1, is not rewritten.
 * @param {HTMLElement} el @param {any} value
 */
export function write(el, value) {
  if (el.dataset.type === "file" || same(read(el, value), value)) return;
  const control = /** @type {Control} */ (el);
  switch (el.dataset.type) {
    case "boolean":
      /** @type {HTMLInputElement} */ (el).checked = value === true;
      return;
    case "json":
      if (el.tagName === "SELECT") control.value = optionOf(/** @type {HTMLSelectElement} */ (el), value);
      else for (const i of inputs(el, "input")) i.checked = same(json(i.value), value);
      return;
    case "set":
      for (const i of inputs(el, "input")) i.checked = Array.isArray(value) && value.some((v) => same(v, json(i.value)));
      return;
    case "list":
      return mark(el, value);
    case "combo": {
      const field = /** @type {HTMLInputElement} */ (el.querySelector("input"));
      if (!el.hasAttribute("data-multiple")) type(field, labelOf(el, value));
      return;
    }
    case "duration": {
      const [h, m] = inputs(el, "[data-part]");
      type(h, parts(value)[0]);
      return type(m, parts(value)[1]);
    }
    case "time":
      return type(control, String(value ?? "").replace(/:00$/, ""));
  }
  if (control.type === "datetime-local") return type(control, local(value));
  type(control, value === undefined || value === null ? "" : String(value));
}

/** Sets the text of a control and keeps the caret where it was. @param {Control} control @param {string} text */
function type(control, text) {
  if (control.value === text) return;
  const caret = control === document.activeElement && "selectionStart" in control ? control.selectionStart : null;
  control.value = text;
  if (caret !== null) /** @type {HTMLInputElement} */ (control).setSelectionRange(caret, caret);
}

/** @param {HTMLSelectElement} el @param {any} value */
const optionOf = (el, value) => (value === undefined ? "" : ([...el.options].find((o) => o.value && same(json(o.value), value))?.value ?? ""));

/** @param {HTMLElement} el @param {any} value */
function labelOf(el, value) {
  if (value === undefined || value === null) return "";
  return inputs(el, "[role=option]").find((o) => same(json(o.dataset.value), value))?.dataset.label ?? String(value);
}

/** Shows which entry of a list is picked. @param {HTMLElement} el @param {any} value */
export function mark(el, value) {
  el.dataset.value = value === undefined ? "" : JSON.stringify(value);
  for (const b of inputs(el, "[data-pick]")) {
    const picked = value !== undefined && same(json(b.dataset.pick), value);
    b.closest(".item")?.classList.toggle("item--picked", picked);
    if (picked) b.setAttribute("aria-current", "true");
    else b.removeAttribute("aria-current");
  }
}

/** Hours and minutes of a duration; days are hours. @param {any} value @returns {[string, string]} */
export function parts(value) {
  const m = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?.*)?$/.exec(String(value ?? ""));
  if (!m) return ["", ""];
  return [String(24 * Number(m[1] ?? 0) + Number(m[2] ?? 0)), String(Number(m[3] ?? 0))];
}

/** A moment as a field for local time takes it. @param {any} value */
export function local(value) {
  const when = new Date(value ?? NaN);
  if (Number.isNaN(when.getTime())) return "";
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
