// Does what single keys stand for. They count only in the phone, only where
// nobody writes, and not with a modifier, so that they take nothing from the
// page around it or from a screen reader; the user can switch them off
// (WCAG 2.1.4). settings-keyboard lists them all.
// @ts-check
import { isGone, navigate, signedIn } from "./nav.js";
import { preferences } from "./preferences.js";

/** Where a key leads. @type {Record<string, string>} */
const PLACES = { "?": "/settings/keyboard", n: "/composeText", m: "/messages", d: "/dialer", h: "/history", c: "/contacts", s: "/settings" };

/** Whether somebody writes, chooses or answers a question there. @param {EventTarget | null} at */
function busy(at) {
  if (document.querySelector("dialog[open], :popover-open")) return true;
  return at instanceof Element && Boolean(at.closest("input, textarea, select, [contenteditable], [role=menu], [role=listbox], [role=slider], [role=tablist]"));
}

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

// At the window, after everything inside has had the key: lists take letters for
// their search, and move the focus there.
window.addEventListener("keydown", (e) => {
  if (!signedIn() || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || preferences().keys === "off" || busy(e.target) || busy(document.activeElement)) return;
  if (e.key === "/") {
    const field = search();
    if (!(field instanceof HTMLElement)) return;
    e.preventDefault(); // the field must not get the key as well
    return field.focus();
  }
  const place = PLACES[e.key];
  if (!place || !there(place)) return;
  e.preventDefault();
  void navigate(place, { focus: true });
});
