// Owns the history of calls: narrowing the list, moving in it by keys, and
// noting that missed calls have been looked at.
// @ts-check
import { ask } from "./ask.js";
import { announce, currentPath } from "./nav.js";

/** @returns {HTMLElement | null} */
const list = () => document.querySelector("#panel [data-panel=history]");

/** Missed calls that are on a screen somebody looks at are no news any more. */
function see() {
  const badge = document.querySelector("[data-missed-badge]");
  if (!list() || document.hidden || !(badge instanceof HTMLElement) || badge.hidden) return;
  void ask("/panel/history/seen", { method: "POST" }).catch(() => undefined); // the next look tells again
}

/** @param {HTMLElement} chip */
function narrow(chip) {
  const root = /** @type {HTMLElement} */ (chip.closest("[data-panel=history]"));
  for (const other of root.querySelectorAll("[data-calls]")) other.setAttribute("aria-pressed", String(other === chip));
  /** @type {HTMLInputElement} */ (root.querySelector("#calls-only")).value = chip.dataset.calls ?? "";
  const shown = root.querySelector("#calls-shown");
  if (shown instanceof HTMLInputElement) shown.value = "";
  const calls = /** @type {HTMLElement} */ (root.querySelector("#calls"));
  calls.scrollTop = 0;
  calls.dispatchEvent(new CustomEvent("oh:narrow"));
}

/** Arrows go from call to call; whoever types in the list searches. @param {KeyboardEvent} e */
function key(e) {
  const root = list();
  const at = document.activeElement;
  if (!root?.contains(at) || e.isComposing || e.altKey || e.ctrlKey || e.metaKey || !at) return;
  const field = /** @type {HTMLElement} */ (root.querySelector("#calls-search"));
  const rows = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".call-row__open")]);
  const i = rows.indexOf(/** @type {HTMLElement} */ (at));
  if (i < 0 && at !== field) return;
  const to = { ArrowDown: rows[i + 1], ArrowUp: i > 0 ? rows[i - 1] : field }[e.key];
  if (to) {
    e.preventDefault();
    return to.focus();
  }
  if (at === field) {
    if (e.key === "Enter") rows[0]?.click();
    return;
  }
  if (e.key === "Home" || e.key === "End") {
    e.preventDefault();
    return rows.at(e.key === "Home" ? 0 : -1)?.focus();
  }
  if (e.key.length === 1 && e.key !== " ") field.focus();
}

/** What was narrowed, so that the way back leads there. */
let kept = "";

function look() {
  const panel = list();
  const chip = panel && currentPath() === "/history" && panel.querySelector(`[data-calls="${CSS.escape(kept)}"]`);
  if (chip instanceof HTMLElement && chip.getAttribute("aria-pressed") !== "true") narrow(chip);
  see();
}

document.addEventListener("oh:panel", look);
document.addEventListener("oh:session", () => (kept = ""));
document.addEventListener("oh:missed", see);
document.addEventListener("visibilitychange", see);
document.addEventListener("keydown", key);
document.addEventListener("click", (e) => {
  const chip = e.target instanceof Element ? e.target.closest("[data-calls]") : null;
  if (!(chip instanceof HTMLElement)) return;
  kept = chip.dataset.calls ?? "";
  narrow(chip);
});
/** How many calls were there when older ones were asked for; below zero when nobody asked. */
let before = -1;
const count = () => list()?.querySelectorAll(".call-row").length ?? 0;
document.addEventListener("click", (e) => {
  const older = e.target instanceof Element ? e.target.closest("[data-older]") : null;
  if (!(older instanceof HTMLElement)) return;
  before = count();
  older.setAttribute("aria-busy", "true");
});
// Whoever asked for older calls learns how it went; htmx draws them.
document.addEventListener("htmx:after:swap", () => {
  const root = list();
  if (!root || before < 0) return;
  const older = root.querySelector("[data-older]");
  older?.removeAttribute("aria-busy");
  announce(count() > before ? `${count()} calls are shown.` : "No older call was found.");
  if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (older ?? root.querySelector("h1"))?.focus();
  before = -1;
});
look();
