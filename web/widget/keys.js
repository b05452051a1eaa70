// Does what single keys stand for, and letters with Shift in calls. They count
// only in the phone, only where nobody writes, and not with another modifier,
// so that they take nothing from the page around it or from a screen reader;
// the user can switch them off (WCAG 2.1.4). settings-keyboard lists them all.
// @ts-check
import { isGone, signedIn, visit } from "./nav.js";
import { preferences } from "./preferences.js";

/** Where a key leads. @type {Record<string, string>} */
const PLACES = { "?": "/settings/keyboard", n: "/composeText", m: "/messages", d: "/dialer", h: "/history", c: "/contacts", s: "/settings" };

/** Where a letter is for what is there. */
const WRITTEN = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable], [role=menu], [role=listbox], [role=slider]";
/** Where somebody chooses by other keys, and does not mean to leave. */
const CHOSEN = "input, [role=tablist]";

/** How soon after one press another is meant for the same call, in milliseconds. */
const TWICE = 500;

/** Whether an answer is waited for before anything else. */
const asked = () => Boolean(document.querySelector("dialog[open], :popover-open"));

/** @param {string} what @param {KeyboardEvent} e */
const within = (what, e) => [e.target, document.activeElement].some((at) => at instanceof Element && at.closest(what));

/** Whether keys may count at all. @param {KeyboardEvent} e */
const counts = (e) => signedIn() && !e.defaultPrevented && !e.ctrlKey && !e.metaKey && !e.altKey && !e.isComposing && preferences().keys !== "off" && !within(WRITTEN, e);

/** Whether the place is there for this user on this page. @param {string} place */
function there(place) {
  const tab = document.querySelector(`[data-tab="${place}"]`);
  if (tab instanceof HTMLElement && (tab.hidden || getComputedStyle(tab).display === "none")) return false;
  return place !== "/composeText" || !isGone("text");
}

/** The search of the list that is open. */
function search() {
  const fields = [...document.querySelectorAll("#panel input[type=search], #side input[type=search]")];
  return fields.find((f) => f instanceof HTMLElement && f.offsetParent);
}

/** What was pressed last by a key. */
let last = { key: "", call: "", at: -TWICE };

/**
 * Presses the button of a call that names this key, where anybody could press
 * it. Who presses twice means one call, and not the one that takes its place.
 * @param {KeyboardEvent} e @param {string} [where] only there
 */
function press(e, where = "body") {
  const named = `Shift+${e.key.toUpperCase()}`;
  const button = e.shiftKey && [...document.querySelectorAll(`${where} [aria-keyshortcuts]`)].find((b) => b.getAttribute("aria-keyshortcuts") === named && b.checkVisibility() && !b.matches(":disabled, [inert] *"));
  if (!(button instanceof HTMLElement)) return false;
  e.preventDefault();
  const { call = "" } = button.dataset;
  const stray = e.repeat || (last.key === named && last.call !== call && e.timeStamp - last.at < TWICE);
  if (!stray) button.click();
  if (!e.repeat) last = { key: named, call: stray ? last.call : call, at: e.timeStamp };
  return true;
}

// A call that rings comes first: lists take letters for their search, and the
// sheet may have come over a menu that is still open.
window.addEventListener("keydown", (e) => {
  const free = !asked() || within("[data-ring]", e);
  if (counts(e) && free && press(e, "[data-ring]")) e.stopPropagation();
}, true);

// All else at the window, after everything inside has had the key: who looks
// somebody up in a call begins their name with a capital.
window.addEventListener("keydown", (e) => {
  if (!counts(e) || asked() || press(e) || within(CHOSEN, e)) return;
  if (e.key === "/") {
    const field = search();
    if (!(field instanceof HTMLElement)) return;
    e.preventDefault(); // the field must not get the key as well
    return field.focus();
  }
  const place = PLACES[e.key];
  if (!place || !there(place)) return;
  e.preventDefault();
  void visit(place, { focus: true });
});
