// Owns the history of calls: narrowing the list, moving in it by keys, and
// noting that missed calls have been looked at.
// @ts-check
import { ask } from "./ask.js";
import { n, t } from "./lang.js";
import { announce, currentPath } from "./nav.js";

/** @returns {HTMLElement | null} */
const list = () => document.querySelector("#panel [data-panel=history]");

/** Missed calls that are on a screen somebody looks at are no news any more. */
function see() {
  const badge = document.querySelector("[data-missed-badge]");
  if (!list() || document.hidden || !(badge instanceof HTMLElement) || badge.hidden) return;
  void ask("/panel/history/seen", { method: "POST" }).catch(() => undefined); // the next look tells again
}

/** @param {HTMLElement} chip @param {string} [shown] how many rows; the usual ones without */
function narrow(chip, shown = "") {
  const root = /** @type {HTMLElement} */ (chip.closest("[data-panel=history]"));
  for (const other of root.querySelectorAll("[data-calls]")) other.setAttribute("aria-pressed", String(other === chip));
  /** @type {HTMLInputElement} */ (root.querySelector("#calls-only")).value = chip.dataset.calls ?? "";
  draw(root, shown);
}

/** Has the list drawn anew, from its top. @param {HTMLElement} root @param {string} shown */
function draw(root, shown) {
  const rows = root.querySelector("#calls-shown");
  if (rows instanceof HTMLInputElement) rows.value = shown;
  const calls = /** @type {HTMLElement} */ (root.querySelector("#calls"));
  calls.scrollTop = 0;
  calls.dispatchEvent(new CustomEvent("oh:narrow"));
}

/** Arrows go from call to call; whoever types in the list searches. @param {KeyboardEvent} e */
function key(e) {
  const root = list();
  const at = document.activeElement;
  if (!root?.contains(at) || e.isComposing || e.altKey || e.ctrlKey || e.metaKey || !at) return;
  const search = /** @type {HTMLElement} */ (root.querySelector("#calls-search"));
  const rows = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".call-row__open")]);
  const i = rows.indexOf(/** @type {HTMLElement} */ (at));
  if (i < 0 && at !== search) return;
  const to = { ArrowDown: rows[i + 1], ArrowUp: i > 0 ? rows[i - 1] : search }[e.key];
  if (to) {
    e.preventDefault();
    return to.focus();
  }
  if (at === search) {
    if (e.key === "Enter") rows[0]?.click();
    return;
  }
  if (e.key === "Home" || e.key === "End") {
    e.preventDefault();
    return rows.at(e.key === "Home" ? 0 : -1)?.focus();
  }
  if (e.key.length === 1 && e.key !== " ") search.focus();
}

/**
 * How the list was left, so that the way back leads there: what it was
 * narrowed to, and for the way back from a call what was looked for, how much
 * was shown, and which call it was.
 */
const fresh = { only: "", query: "", shown: "", top: 0, row: "" };
let kept = { ...fresh };
/** Whether the page that is left was that of a call. */
let fromCall = false;

/** @param {HTMLElement} panel @param {string} id */
const field = (panel, id) => /** @type {HTMLInputElement | null} */ (panel.querySelector(id));

/** @param {string} path that is left */
function leave(path) {
  fromCall = path.startsWith("/history/call/");
  const panel = list();
  if (!panel || path !== "/history") return;
  const row = document.activeElement?.closest(".call-row");
  kept = {
    only: field(panel, "#calls-only")?.value ?? "", query: field(panel, "#calls-search")?.value ?? "", shown: field(panel, "#calls-shown")?.value ?? "",
    top: panel.querySelector("#calls")?.scrollTop ?? 0, row: row?.id ?? "",
  };
}

function look() {
  const panel = list();
  if (panel && currentPath() === "/history") back(panel);
  see();
}

/** @param {HTMLElement} panel */
function back(panel) {
  const { only, query, shown } = fromCall ? kept : { ...fresh, only: kept.only };
  const chip = panel.querySelector(`[data-calls="${CSS.escape(only)}"]`);
  const [search, count] = [field(panel, "#calls-search"), field(panel, "#calls-shown")];
  const other = chip instanceof HTMLElement && chip.getAttribute("aria-pressed") !== "true";
  if (search && fromCall) search.value = query;
  if (other) narrow(chip, shown);
  else if (query || (shown && shown !== count?.value)) draw(panel, shown);
  else return settle(panel);
  panel.querySelector("#calls")?.addEventListener("htmx:after:swap", () => settle(panel), { once: true });
}

/** Shows the call again that was looked at. @param {HTMLElement} panel */
function settle(panel) {
  if (!fromCall || !panel.isConnected) return;
  fromCall = false;
  const calls = panel.querySelector("#calls");
  if (calls) calls.scrollTop = kept.top;
  const row = kept.row && panel.querySelector(`#${CSS.escape(kept.row)} .call-row__open`);
  if (!(row instanceof HTMLElement)) return;
  row.dataset.focus = ""; // nav.js puts the focus there, if it is not the list's yet
  if (panel.contains(document.activeElement)) row.focus({ preventScroll: true });
}

document.addEventListener("oh:leave", (e) => leave(/** @type {CustomEvent} */ (e).detail.path));
document.addEventListener("oh:panel", look);
document.addEventListener("oh:session", () => {
  kept = { ...fresh };
  fromCall = false;
});
document.addEventListener("oh:missed", see);
document.addEventListener("visibilitychange", see);
document.addEventListener("keydown", key);
document.addEventListener("click", (e) => {
  const chip = e.target instanceof Element ? e.target.closest("[data-calls]") : null;
  if (!(chip instanceof HTMLElement)) return;
  kept.only = chip.dataset.calls ?? "";
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
/** The row that has the focus, and its place, while the list is drawn anew. @type {{row: Element, place: number} | null} */
let focused = null;
const rows = () => [...(list()?.querySelectorAll(".call-row") ?? [])];
document.addEventListener("htmx:before:swap", () => {
  const row = document.hasFocus() ? document.activeElement?.closest("#calls .call-row") : null;
  focused = row ? { row, place: rows().indexOf(row) } : null;
});
// The row of a call that has just ended becomes the one of the call's record: the focus goes on in its place.
document.addEventListener("htmx:after:swap", () => {
  const had = focused;
  focused = null;
  if (!had || document.activeElement !== document.body) return;
  const next = (had.row.isConnected ? had.row : (rows()[had.place] ?? rows().at(-1)))?.querySelector(".call-row__open") ?? list()?.querySelector("h1");
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
});
// Whoever asked for older calls learns how it went; htmx draws them.
document.addEventListener("htmx:after:swap", () => {
  const root = list();
  if (!root || before < 0) return;
  const older = root.querySelector("[data-older]");
  older?.removeAttribute("aria-busy");
  announce(count() > before ? n(count(), "{0} call is shown.", "{0} calls are shown.") : t("No older call was found."));
  if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (older ?? root.querySelector("h1"))?.focus();
  before = -1;
});
look();
