// Owns the order of the bottom bar once a host page has added tabs to it: by
// priority, and what does not fit under More (contract/service.md 10.1).
// @ts-check
import { ask } from "./ask.js";
import { currentPath, put } from "./nav.js";

/** More tabs than this do not fit; then one place is for the others. */
const ROOM = 6;
/** The phone's own tabs among them; the names are the contract's. @type {Record<string, number>} */
const OWN = { "/dialer": 10, "/messages": 20, "/history": 25, "/contacts": 30, "/settings": 70 };

/**
 * Which tabs stand in the bar and which under More.
 * @template {{priority: number}} T
 * @param {T[]} tabs
 * @returns {{bar: T[], more: T[]}}
 */
export function arrange(tabs) {
  const sorted = [...tabs].sort((a, b) => a.priority - b.priority);
  return sorted.length > ROOM ? { bar: sorted.slice(0, ROOM - 1), more: sorted.slice(ROOM - 1) } : { bar: sorted, more: [] };
}

/** @returns {HTMLElement} */
const bar = () => /** @type {HTMLElement} */ (document.querySelector(".bar"));

/** @param {HTMLElement} a */
const priority = (a) => Number(a.dataset.priority ?? OWN[a.dataset.tab ?? ""] ?? 100);

function lay() {
  const all = /** @type {HTMLElement[]} */ ([...bar().querySelectorAll("[data-tab]")]).filter((a) => !a.hidden);
  const { bar: here, more } = arrange(all.map((a) => ({ a, priority: priority(a) })));
  const menu = /** @type {HTMLElement | null} */ (bar().querySelector(".bar__more"));
  const active = document.activeElement;
  place([...here.map((t) => t.a), ...(menu ? [menu] : [])]);
  menu?.querySelector(".bar__menu")?.replaceChildren(...more.map((t) => t.a));
  if (menu) menu.hidden = !more.length;
  if (!more.length) menu?.removeAttribute("open");
  if (active instanceof HTMLElement && bar().contains(active)) active.focus(); // moving it takes the focus away
  fit();
}

/**
 * Puts tabs in an order. What stands right is not touched: whoever has a finger
 * on it would press nothing.
 * @param {HTMLElement[]} tabs
 */
function place(tabs) {
  let next = bar().firstElementChild;
  for (const tab of tabs) {
    while (next instanceof HTMLElement && next.hidden && next !== tab) next = next.nextElementSibling;
    if (tab === next) next = next.nextElementSibling;
    else bar().insertBefore(tab, next);
  }
}

/** Marks the open tab, More when it is in there, and what is new under More. */
function fit() {
  const here = currentPath();
  const menu = bar().querySelector(".bar__more");
  for (const a of /** @type {NodeListOf<HTMLElement>} */ (bar().querySelectorAll("[data-custom]"))) {
    if (a.dataset.tab === here) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  menu?.querySelector("summary")?.toggleAttribute("data-current", Boolean(menu.querySelector("[aria-current]")));
  const dot = menu?.querySelector(".bar__dot");
  if (dot instanceof HTMLElement) dot.hidden = !menu?.querySelector("[data-custom] .bar__badge");
}

/** Takes the host page's tabs away; the phone's own come back from under More. */
function clear() {
  drawn = "";
  for (const a of bar().querySelectorAll("[data-custom]")) a.remove();
  const menu = bar().querySelector(".bar__more");
  bar().append(...(menu?.querySelectorAll("[data-tab]") ?? []));
  menu?.remove();
}

let asked = 0;
/** The host page's tabs as the server told them. */
let drawn = "";
async function draw() {
  const mine = ++asked;
  const answer = await ask("/service/tabs").catch(() => null);
  const html = answer?.ok ? await answer.text() : null;
  if (html === null || mine !== asked || html === drawn) return;
  const box = document.createElement("div");
  await put(box, html);
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.tab : undefined;
  const open = Boolean(bar().querySelector(".bar__more[open]"));
  clear();
  drawn = html;
  bar().append(...box.children);
  bar().querySelector(".bar__more")?.toggleAttribute("open", open);
  lay();
  if (focused && document.activeElement === document.body) /** @type {HTMLElement | null} */ (bar().querySelector(`[data-tab="${CSS.escape(focused)}"]`))?.focus();
}

document.addEventListener("oh:service", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.what === "page") void draw();
});
document.addEventListener("oh:resync", () => void draw());
document.addEventListener("oh:session", (e) => {
  asked++;
  if (/** @type {CustomEvent} */ (e).detail?.signedIn) return void draw();
  clear();
  lay();
});
document.addEventListener("oh:tabs", () => bar().querySelector("[data-custom]") && lay());
document.addEventListener("oh:route", fit);
document.addEventListener("click", (e) => {
  const menu = bar().querySelector(".bar__more[open]");
  const target = e.target instanceof Element ? e.target : null;
  if (menu && (!target?.closest("summary") || !menu.contains(target))) menu.removeAttribute("open");
});
document.addEventListener("keydown", (e) => {
  const menu = bar().querySelector(".bar__more[open]");
  if (e.key !== "Escape" || !menu) return;
  e.preventDefault();
  menu.removeAttribute("open");
  menu.querySelector("summary")?.focus();
});

void draw();
