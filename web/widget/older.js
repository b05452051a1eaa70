// What the platform has beyond what the phone reads by itself: older
// conversations at the end of the list, and searching in older messages, which
// goes on until all is read or somebody stops it.
// @ts-check
import { ask } from "./ask.js";
import { language, n, t } from "./lang.js";
import { alert, announce } from "./nav.js";

const OFFLINE = t("There is no connection right now. Try again in a moment.");
const STOP = t("Stop searching");
const ALL_SEARCHED = t("All messages were searched.");
const NONE_OLDER = t("No older conversation was found.");

/** @param {Date} back */
const searchedTo = (back) => t("Searched back to {0}. Stop", back.toLocaleDateString(language, { year: "numeric", month: "long", day: "numeric" }));

const list = () => /** @type {HTMLElement} */ (document.getElementById("conversations"));
const field = () => /** @type {HTMLInputElement | null} */ (document.getElementById("search"));
const count = () => list().querySelectorAll("[data-conversation-row]").length;

/** @param {string} path @param {AbortSignal} [signal] @returns {Promise<Response | null>} null when it did not work, which is said */
async function post(path, signal) {
  const r = await ask(path, { method: "POST", signal }).catch(() => null);
  if (signal?.aborted) return null;
  if (!r?.ok) alert(r ? (await r.text()).trim() : OFFLINE);
  return r?.ok ? r : null;
}

/** Draws the list anew. @returns {Promise<void>} when it is drawn */
function draw() {
  const box = list();
  return new Promise((drawn) => {
    box.addEventListener("htmx:finally:request", () => drawn(), { once: true });
    htmx.trigger(box, "list:look");
  });
}

let asking = false;

/** Reads older conversations. @param {HTMLElement} at its button */
export async function more(at) {
  if (asking) return;
  asking = true;
  at.setAttribute("aria-busy", "true");
  const before = list().scrollHeight;
  try {
    if (!(await post("/panel/messages/older"))) return;
    await draw();
    if (list().scrollHeight <= before && !list().querySelector("[data-more-conversations]")) announce(NONE_OLDER);
  } finally {
    asking = false;
    at.removeAttribute("aria-busy");
  }
}

/** The search that goes on. @type {AbortController | null} */
let searching = null;

/** Ends it, as another word in the field does. */
export function stop() {
  searching?.abort();
  searching = null;
}

/** @param {string} words */
function say(words) {
  const at = list()?.querySelector("[data-search-older] span");
  if (at) at.textContent = words;
}

/** Searches older messages, or stops doing so. */
export async function search() {
  if (searching) return stop(), void draw();
  const mine = (searching = new AbortController());
  const query = field()?.value;
  say(STOP);
  for (;;) {
    const r = await post("/panel/messages/search", mine.signal);
    if (!r || mine.signal.aborted) break;
    const { back, more: goesOn } = await r.json();
    const known = count();
    await draw();
    if (mine.signal.aborted || field()?.value !== query) break;
    if (count() > known) announce(n(count(), "{0} conversation found.", "{0} conversations found."));
    if (!goesOn) {
      announce(ALL_SEARCHED);
      break;
    }
    say(searchedTo(new Date(back)));
  }
  if (searching === mine) searching = null;
  if (!searching) void draw();
}

document.addEventListener("input", (e) => e.target === field() && stop());
document.addEventListener("oh:leave", stop);
document.addEventListener("oh:session", stop);
