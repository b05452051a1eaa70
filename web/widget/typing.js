// Times how long somebody writes at a text, where the page around the phone
// wants to know (contract/service.md 8.3): from the first character until it
// is sent, without the time in which they are elsewhere. Each conversation has
// a clock; new texts share one. The server puts the sum beside the text.
// @ts-check
import { recall, remember } from "./memory.js";
import { currentPath } from "./nav.js";

/** What was written at one place: milliseconds, and since when they run on. @typedef {{sum: number, since: number}} Clock */

/** @type {Map<string, Clock>} */
const clocks = new Map();
/** What was taken off a clock for a text that is on its way, by its id. @type {Map<string, {place: string, sum: number}>} */
const sent = new Map();

/** Whether it is on: what the page said last counts more than the phone's address. */
export function on() {
  const said = recall("typing");
  if (said) return said === "on";
  return [location.search, location.hash.slice(1)].some((part) => Boolean(new URLSearchParams(part).get("enableTypingTimeTracking")));
}

/** @param {boolean} enabled */
export function set(enabled) {
  remember("typing", enabled ? "on" : "off");
  if (!enabled) clocks.clear();
}

/** Where a route writes: a conversation, or "" for new texts; null for nowhere. @param {string} route */
export function placeOf(route) {
  if (route === "/composeText") return "";
  const id = /^\/conversations\/([^/]+)$/.exec(route)?.[1];
  return id === undefined ? null : decodeURIComponent(id);
}

/** @param {string} place */
function run(place) {
  const clock = clocks.get(place) ?? { sum: 0, since: 0 };
  clock.since ||= Date.now();
  clocks.set(place, clock);
}

/** Stops a clock; its sum stays. @param {string} place */
function pause(place) {
  const clock = clocks.get(place);
  if (!clock?.since) return;
  clock.sum += Math.max(1, Date.now() - clock.since);
  clock.since = 0;
}

document.addEventListener("input", (e) => {
  const field = e.target;
  const place = placeOf(currentPath());
  if (!(field instanceof HTMLTextAreaElement) || field.form?.id !== "composer" || place === null || !field.value || !on()) return;
  run(place);
});

document.addEventListener("oh:leave", (e) => {
  const place = placeOf(/** @type {CustomEvent} */ (e).detail.path);
  if (place === null) return;
  const field = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("#composer textarea"));
  if (field?.value) pause(place);
  else clocks.delete(place);
});

// A text that is offered again keeps its time.
document.addEventListener("oh:offer", (e) => {
  const { path, body } = /** @type {CustomEvent<{path: string, body: URLSearchParams}>} */ (e).detail;
  const id = body.get("id") ?? "";
  const place = placeOf(path.replace(/^\/panel/, "").replace(/\/messages$/, ""));
  if (place === null || !on()) return;
  pause(place);
  const clock = clocks.get(place);
  const before = sent.get(id);
  if (clock) sent.set(id, { place, sum: (before?.sum ?? 0) + clock.sum });
  clocks.delete(place);
  const sum = sent.get(id)?.sum;
  if (sum) body.set("typed", String(Math.round(sum)));
});

document.addEventListener("oh:texting", (e) => {
  const { state, id } = /** @type {CustomEvent} */ (e).detail;
  const was = sent.get(id);
  if (!was || state === "attempt") return;
  sent.delete(id);
  if (state !== "failed") return;
  const clock = clocks.get(was.place) ?? { sum: 0, since: 0 };
  clocks.set(was.place, { ...clock, sum: clock.sum + was.sum });
});

document.addEventListener("oh:session", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.signedIn) return;
  clocks.clear();
  sent.clear();
});
