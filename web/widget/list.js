// Owns the list of conversations beyond its rows: which it shows, selecting
// several, and drawing what somebody looks at of a long one while it keeps its
// place when something arrives.
// @ts-check
import { ask } from "./ask.js";
import { n, t } from "./lang.js";
import { alert, announce, currentPath } from "./nav.js";
import { aim } from "./conversation.js";
import { mark, remove } from "./tidy.js";

const OFFLINE = t("There is no connection right now. Try again in a moment.");
/** So near to the beginning, what arrives is to be seen. */
const TOP = 8;

const list = () => document.getElementById("conversations");

/** @param {number} count */
const countOf = (count) => n(count, "{0} selected", "{0} selected");

// Which conversations.

/** @param {string} show */
async function filter(show) {
  const r = await ask("/panel/messages/filter", { method: "POST", body: new URLSearchParams({ show }) }).catch(() => null);
  if (!r?.ok) return alert(r ? (await r.text()).trim() : OFFLINE);
  place(0);
  const at = list();
  if (at) at.scrollTop = 0;
  look();
}

/** Asks for the rows that are looked at. */
function look() {
  const at = list();
  if (at) htmx.trigger(at, "list:look");
}

// The windows that are drawn.

/** @param {number} row the first that is seen */
function place(row) {
  const field = document.getElementById("list-at");
  if (field instanceof HTMLInputElement) field.value = String(row);
}

/** The conversation that is open stays in the list while it is. */
function opened() {
  const field = document.getElementById("list-open");
  const [, id = ""] = /^\/conversations\/([^/]+)/.exec(currentPath()) || [];
  if (field instanceof HTMLInputElement) field.value = decodeURIComponent(id);
}

/** @type {IntersectionObserver | null} */
let far = null;

/** Watches what is not drawn: whoever comes near has it drawn. */
function watch() {
  far?.disconnect();
  const box = list();
  if (!box) return;
  far = new IntersectionObserver((entries) => {
    if (!entries.some((e) => e.isIntersecting)) return;
    place(seen(box)?.at ?? 0);
    look();
  }, { root: box, rootMargin: "600px 0px" });
  for (const w of box.querySelectorAll(".rows--far")) far.observe(w);
  const end = box.querySelector("[data-more-conversations]");
  if (end instanceof HTMLElement) ending.observe(end);
}

// Whoever scrolls to the end goes on to what is older; a short list waits for a press.
const ending = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting && (list()?.scrollTop ?? 0) > TOP) void older().then((m) => m.more(/** @type {HTMLElement} */ (target)));
  }
});
const older = () => import("./older.js");

/** The window that the view begins in, and the place of its first row that is seen. @param {HTMLElement} box */
function seen(box) {
  const top = box.getBoundingClientRect().top;
  const w = /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[data-at]")]).find((o) => o.getBoundingClientRect().bottom > top);
  return w && { at: Number(w.dataset.at) };
}

/** What is seen first, and how far it is from the top. @type {{id: string, top: number} | null} */
let held = null;

function hold() {
  const box = list();
  held = null;
  if (!box || box.scrollTop < TOP) return;
  const top = box.getBoundingClientRect().top;
  const row = [...box.querySelectorAll("[data-conversation-row]")].find((o) => o.getBoundingClientRect().bottom > top);
  if (row) held = { id: row.id, top: row.getBoundingClientRect().top };
}

function keep() {
  const box = list();
  const row = held && document.getElementById(held.id);
  if (box && row && held) box.scrollTop += row.getBoundingClientRect().top - held.top;
  held = null;
}

// Selecting.

/** @type {Set<string> | null} */
let selected = null;

/** @param {string | null} first */
function select(first) {
  selected = first === null ? null : new Set(first ? [first] : []);
  draw();
  if (selected) picks().find((p) => p.dataset.pick === first)?.focus();
}

const picks = () => /** @type {HTMLInputElement[]} */ ([...(list()?.querySelectorAll("[data-pick]") ?? [])]);

function draw() {
  const bar = document.getElementById("selecting");
  const root = bar?.closest("[data-panel=messages]");
  if (!bar || !root) return;
  root.toggleAttribute("data-selecting", Boolean(selected));
  bar.hidden = !selected;
  for (const p of picks()) p.checked = Boolean(selected?.has(p.dataset.pick || ""));
  if (!selected) return;
  /** @type {HTMLElement} */ (bar.querySelector("[data-text]")).textContent = countOf(selected.size);
  for (const b of bar.querySelectorAll("[data-selection]:not([data-selection=end])")) /** @type {HTMLButtonElement} */ (b).disabled = !selected.size;
}

/** @param {string} what */
async function act(what) {
  const ids = [...(selected ?? [])];
  select(null);
  if (what === "end" || !ids.length) return;
  if (what === "delete") return remove({ conversations: ids });
  await mark(ids, what === "read" ? "read" : "unread");
  announce(what === "read" ? t("Marked as read.") : t("Marked as unread."));
}

/** @param {string} id */
function pick(id) {
  if (!selected) return;
  if (!selected.delete(id)) selected.add(id);
  draw();
}

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-filter], [data-select], [data-selection], [data-pick], [data-more-conversations], [data-search-older], a.row[data-hit]") : null;
  if (!(at instanceof HTMLElement)) return;
  if (at.dataset.filter) void filter(at.dataset.filter);
  else if (at.dataset.select) select(at.dataset.select);
  else if (at.dataset.selection) void act(at.dataset.selection);
  else if (at.dataset.pick) pick(at.dataset.pick);
  else if (at.dataset.hit) aim(at.dataset.hit);
  else if ("moreConversations" in at.dataset) void older().then((m) => m.more(at));
  else if ("searchOlder" in at.dataset) void older().then((m) => m.search());
});

// While somebody selects, a press on a row selects it.
document.addEventListener(
  "click",
  (e) => {
    const row = selected && e.target instanceof Element ? e.target.closest("#conversations a.row") : null;
    if (!row) return;
    e.preventDefault();
    e.stopPropagation();
    pick(/** @type {HTMLElement} */ (row.closest("[data-conversation-row]")).dataset.conversationRow || "");
  },
  true,
);

document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape" || !selected || document.querySelector("[data-row-menu][open]")) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  select(null);
}, true);

/** @param {Event} e */
const mine = (e) => e.target instanceof Element && Boolean(e.target.closest("#conversations, #search"));
document.addEventListener("htmx:before:swap", (e) => mine(e) && hold());
document.addEventListener("htmx:after:swap", (e) => {
  if (!mine(e)) return;
  keep();
  draw();
  watch();
});
document.addEventListener("oh:route", opened);
document.addEventListener("oh:panel", () => (opened(), draw(), watch()));
opened();
draw();
watch();
