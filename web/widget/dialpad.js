// What the keys of a telephone type: by a press, by holding one, by the
// keyboard, and out of what somebody has copied.
// @ts-check

/** How long a key is held until it means something else, in milliseconds. */
const HELD = 500;

/** The letters of the keys (ITU-T E.161), from 2 on. */
const LETTERS = ["abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"];

/** @param {string} letter */
const keyOf = (letter) => {
  const i = LETTERS.findIndex((on) => on.includes(letter.toLowerCase()));
  return i < 0 ? "" : String(i + 2);
};

/**
 * What calls the number that somebody has written: its digits, and those of its
 * letters where it begins as a number does. Empty for what is no number.
 * @param {string} text
 */
export function dialable(text) {
  const clean = text.trim();
  if (!/^[+(*#\d]/.test(clean)) return "";
  const keys = clean.replace(/\p{L}/gu, keyOf).replace(/[^\d+*#]/g, "");
  return (keys.startsWith("+") ? "+" : "") + keys.replaceAll("+", "");
}

/**
 * The number in what somebody has copied, as it is written there: the one with
 * the most digits. Empty where there is none.
 * @param {string} text
 */
export function numberIn(text) {
  const all = text.match(/\+?\(?\d[\d\s().\-\u2010-\u2015/\u00a0]*\d|\d/g) ?? [];
  const digits = (/** @type {string} */ n) => n.replace(/\D/g, "").length;
  const best = all.reduce((a, b) => (digits(b) > digits(a) ? b : a), "");
  return digits(best) > 2 ? best.trim() : "";
}

/**
 * Has the keys in a place type. A key that is held types what it has for that;
 * the focus stays where it is, so that a field keeps its place.
 * @param {HTMLElement} root
 * @param {{press(digit: string): void, hold?(text: string): void, signal?: AbortSignal}} to
 */
export function dialpad(root, { press, hold, signal }) {
  let held = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const key = (/** @type {Event} */ e) => /** @type {HTMLElement | null} */ (e.target instanceof Element ? e.target.closest("[data-digit]") : null);
  const stop = () => clearTimeout(timer);
  root.addEventListener("mousedown", (e) => key(e) && e.preventDefault(), { signal });
  root.addEventListener("pointerdown", (e) => {
    held = false;
    const long = key(e)?.dataset.long;
    stop();
    if (!long || !hold || e.button) return;
    timer = setTimeout(() => {
      held = true;
      hold(long);
    }, HELD);
  }, { signal });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) root.addEventListener(end, stop, { signal });
  // A key that is held on a touch screen would open the browser's menu.
  root.addEventListener("contextmenu", (e) => key(e)?.dataset.long && e.preventDefault(), { signal });
  root.addEventListener("click", (e) => {
    const at = key(e);
    if (at && !held) press(at.dataset.digit ?? "");
    held = false;
  }, { signal });
}

/** Whether somebody writes or chooses there, and wants the keys for that. @param {EventTarget | null} at */
export const writes = (at) => at instanceof Element && Boolean(at.closest("input, textarea, select, [contenteditable]"));

/** The key of a telephone that a key of the keyboard is, or "". @param {KeyboardEvent} e */
export const digitOf = (e) => (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || !/^[\d*#]$/.test(e.key) ? "" : e.key);
