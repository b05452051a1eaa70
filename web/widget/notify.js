// Shows notifications of the browser's own, where it lets this page: in a
// frame of another site it never does, and the page around the phone shows
// them (adapter.js with the parameter notification). One belongs to what it is
// of: it goes when that is read, wherever that happens.
// @ts-check
import { t } from "./lang.js";
import { recall, remember } from "./memory.js";
import { navigate } from "./nav.js";

/** @typedef {import("./arrivals.js").Arrival} Arrival */
/** @typedef {"on" | "off" | "ask" | "denied" | "frame" | "none"} State */

/** What stands in the list of the settings. @type {Record<State, string>} */
const LINES = {
  on: t("On in this browser"),
  off: t("Off in this browser"),
  ask: t("Not turned on in this browser"),
  denied: t("Forbidden by this browser"),
  frame: t("Shown by the page around the phone"),
  none: t("This browser has no notifications"),
};

/** @type {Map<string, Set<Notification>>} */
const shown = new Map();

/** How it stands with notifications here. @returns {State} */
export function state() {
  if (!("Notification" in window)) return "none";
  if (Notification.permission === "granted") return recall("notify") === "off" ? "off" : "on";
  // A frame of another site is refused without a question, whatever the user wants.
  if (window.parent !== window && foreign()) return "frame";
  return Notification.permission === "denied" ? "denied" : "ask";
}

function foreign() {
  try {
    return window.top?.location.origin !== location.origin;
  } catch {
    return true;
  }
}

export const line = () => LINES[state()];

/** Turns them on; must be called by a click, which is what browsers ask for. */
export async function turnOn() {
  remember("notify", "");
  if (Notification.permission === "default") await Notification.requestPermission();
  return state();
}

export function turnOff() {
  remember("notify", "off");
  for (const place of [...shown.keys()]) close(place);
}

/** Shows one, where that is allowed. @param {Pick<Arrival, "event" | "title" | "text" | "place" | "route">} arrival */
export function show({ event, title, text, place, route }) {
  if (state() !== "on") return false;
  try {
    const n = new Notification(title, { body: text, tag: `oh-${event}` });
    n.onclick = () => {
      window.focus();
      close(place);
      void navigate(route, { focus: true });
    };
    const all = shown.get(place) ?? new Set();
    shown.set(place, all.add(n));
    n.onclose = () => all.delete(n);
    return true;
  } catch {
    return false; // telephones show them by a service worker only
  }
}

/** @param {string} place */
function close(place) {
  for (const n of shown.get(place) ?? []) n.close();
  shown.delete(place);
}

document.addEventListener("oh:read", (e) => close(/** @type {CustomEvent} */ (e).detail?.place));
document.addEventListener("oh:unread", (e) => {
  if (!(/** @type {CustomEvent} */ (e).detail?.count)) for (const place of [...shown.keys()]) close(place);
});
document.addEventListener("oh:session", (e) => {
  if (!(/** @type {CustomEvent} */ (e).detail?.signedIn)) for (const place of [...shown.keys()]) close(place);
});
