// Asks the page around the phone for people while somebody writes whom a text
// is for, and offers them below those that the phone knows. Loaded with the
// first service that can be searched.
// @ts-check
import { ask } from "./ask.js";
import { n } from "./lang.js";
import { announce } from "./nav.js";
import { answers, current, request } from "./service.js";

/** Times and bounds of contract/service.md 4.3. */
const PAUSE = 800;
const LEAST = 3;
const PATIENCE = 30_000;
const KEPT = 300_000;
const MOST = 100;

/** What the page has found, as lines of the list. @type {Map<string, {at: number, html: string}>} */
const found = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

/** The digits that tell one number from another, whichever way it is written. @param {Element} line */
const digits = (line) => (line.getAttribute("data-number") || "").replace(/\D/g, "").slice(-10);

/** @param {Element | EventTarget | null} at @returns {HTMLInputElement | null} */
const fieldOf = (at) => (at instanceof HTMLInputElement && at.id === "to" ? at : null);

/** Asked for the same again soon, the page need not be. @param {string} query */
function remembered(query) {
  const known = found.get(query);
  return known && Date.now() - known.at < KEPT ? known.html : null;
}

/** @param {HTMLInputElement} field */
async function search(field) {
  const query = field.value.trim();
  if (query.length < LEAST || !answers() || !current()?.authorized) return;
  if (remembered(query) !== null) return offer(field);
  const response = await request("contactSearchPath", { searchString: query }, { timeout: PATIENCE });
  if (!Array.isArray(response?.data)) return;
  const r = await ask("/service/search", { method: "POST", body: JSON.stringify({ query, data: response.data }) }).catch(() => null);
  if (!r?.ok) return;
  found.delete(query);
  found.set(query, { at: Date.now(), html: await r.text() });
  if (found.size > MOST) found.delete(found.keys().next().value ?? "");
  if (field.isConnected && field.value.trim() === query) offer(field);
}

/**
 * Whether somebody is listed already, by the number; who has the same name,
 * too, gets the icon of the page's application.
 * @param {Map<string, Element>} known @param {Element} line
 */
function same(known, line) {
  const there = known.get(digits(line));
  if (!there) return void known.set(digits(line), line);
  const icon = line.querySelector(".face__source");
  if (icon && there.getAttribute("data-name") === line.getAttribute("data-name") && !there.querySelector(".face__source")) there.querySelector(".person__face")?.append(icon);
  return true;
}

/** Adds to the list what was found for what is written now. @param {HTMLInputElement} field */
function offer(field) {
  const list = document.getElementById("options");
  const html = remembered(field.value.trim());
  if (!list || html === null || list.querySelector("[data-found]")) return;
  const known = new Map([...list.children].map((line) => [digits(line), line]));
  const box = document.createElement("template");
  box.innerHTML = html;
  const fresh = [...box.content.children].filter((line) => !same(known, line));
  if (!fresh.length) return;
  const first = !list.children.length;
  list.append(...fresh);
  list.parentElement?.querySelector(".options__none")?.remove();
  const title = current()?.title;
  announce(title ? n(fresh.length, "{0} found in {1}", "{0} found in {1}", title) : n(fresh.length, "{0} found in the page", "{0} found in the page"));
  // The first line is marked when there was none to mark before.
  if (first) field.dispatchEvent(new CustomEvent("htmx:after:swap"));
  field.setAttribute("aria-expanded", "true");
}

document.addEventListener("input", (e) => {
  const field = fieldOf(e.target);
  if (!field) return;
  clearTimeout(typing);
  typing = setTimeout(() => void search(field), PAUSE);
});
// The phone's own finds come again and again; the page's go below each time.
document.addEventListener("htmx:after:swap", () => {
  const field = fieldOf(document.getElementById("to"));
  if (field) offer(field);
});
document.addEventListener("oh:session", () => found.clear());
document.addEventListener("oh:service-known", () => current()?.authorized || found.clear());
