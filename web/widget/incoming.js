// Owns the sheet of a call that waits for an answer, as this tab shows it:
// large or small, what is open in it, and where the focus goes. Half a reply to
// somebody who hangs up is kept as a text to them. Nobody who
// writes loses a letter to it: then it begins small. What it covers takes no
// key and no press until it is gone or small.
// @ts-check
import "./grouping.js";
import { ask } from "./ask.js";
import { act, find } from "./calls.js";
import { dialable, writes } from "./dialpad.js";
import { t } from "./lang.js";
import { compose, currentPath, isGone, signedIn } from "./nav.js";
import { merged } from "./rescue.js";

const box = () => /** @type {HTMLElement} */ (document.getElementById("calls-now"));
/** @returns {HTMLElement[]} */
const rings = () => [...box().querySelectorAll(":scope > [data-ring]")].filter((r) => r instanceof HTMLElement);
/** @param {HTMLElement} ring */
const title = (ring) => /** @type {HTMLElement | null} */ (ring.querySelector(".ring__name"));

/** The calls that this tab has shown. @type {Set<string>} */
let shown = new Set();
/** Where the reader was before, and on which page. @type {Element | null} */
let before = null;
let place = "";

/** What is being written to who calls, by call. @type {Map<string, {text: string, number?: string, name?: string}>} */
const words = new Map();

/** What sheets may lie over; live regions beside it go on being read out. */
const UNDER = "body > :is(.side, .panel, .bar), body > .strips :is(a, button), #banner, #calls-now > *";

// Read out at once, also to whoever goes on writing.
const voice = document.createElement("div");
voice.className = "unseen";
voice.setAttribute("role", "alert");
document.body.append(voice);

function look() {
  const all = rings();
  const ids = new Set(all.map((ring) => ring.dataset.ring ?? ""));
  const fresh = all.find((ring) => !shown.has(ring.dataset.ring ?? ""));
  const had = shown.size > 0;
  shown = ids;
  if (fresh) arrive(fresh, had);
  else if (had && !ids.size) leave();
  cover();
  tell();
  for (const [id, unsent] of words) {
    if (ids.has(id)) continue;
    words.delete(id);
    const call = find(id);
    if (unsent.text && (!call || call.outcome === "missed")) void keep(unsent);
  }
}

/**
 * Keeps what was written to somebody who has hung up meanwhile with whatever
 * else is written to nobody yet, and shows it as a text to them.
 * @param {{text: string, number?: string, name?: string}} unsent
 */
async function keep({ text, number, name }) {
  if (!signedIn() || isGone("text")) return;
  const path = "/panel/conversations/compose/draft";
  const before = await ask(path).catch(() => null);
  const kept = before?.ok && (await ask(path, { method: "POST", body: new URLSearchParams({ text: merged(await before.text(), text) }) }).catch(() => null));
  await compose({ phoneNumber: number, ...(number && { recipient: { name } }), ...(!(kept && kept.ok) && { text }) });
}

/** Has nothing of what the first sheet covers be reached; beside the page, where there is room, it covers nothing. */
function cover() {
  const [top] = box().hasAttribute("data-small") ? [] : rings();
  const covers = top && top.offsetWidth >= document.documentElement.clientWidth;
  for (const at of document.querySelectorAll(UNDER)) at.toggleAttribute("inert", Boolean(covers && at !== top));
}

/** Has the buttons say how the sheet is: what the server drew does not know. */
function tell() {
  const at = box();
  const name = at.hasAttribute("data-small") ? t("Make it large") : t("Make it small");
  for (const button of at.querySelectorAll("[data-ring-fold]")) {
    button.setAttribute("aria-label", name);
    button.setAttribute("title", name);
  }
  for (const button of at.querySelectorAll("[data-ring-show][aria-expanded]")) button.setAttribute("aria-expanded", String(button.getAttribute("data-ring-show") === at.dataset.show));
}

/** @param {HTMLElement} ring @param {boolean} had whether another was there already */
function arrive(ring, had) {
  const name = title(ring)?.textContent?.trim();
  const writing = document.hasFocus() && writes(document.activeElement);
  if (!had) {
    before = document.activeElement;
    place = currentPath();
    open("");
  }
  box().toggleAttribute("data-small", writing || (had && box().hasAttribute("data-small")));
  voice.textContent = writing ? t("{0} calls. Answer with the buttons at the top of the phone.", name) : document.hasFocus() ? "" : t("{0} is calling.", name);
  if (!writing && document.hasFocus()) title(ring)?.focus({ preventScroll: true });
}

/** Nothing waits any more: the reader is where they were. */
function leave() {
  voice.textContent = "";
  box().removeAttribute("data-small");
  open("");
  cover();
  const lost = document.hasFocus() && (!document.activeElement || document.activeElement === document.body);
  const back = before?.isConnected && before !== document.body && currentPath() === place ? before : document.querySelector("#panel h1");
  if (lost && back instanceof HTMLElement) back.focus({ preventScroll: true });
  before = null;
}

/** Opens the messages or the list to forward to, or closes them. @param {string} what */
function open(what) {
  const at = box();
  if (what) at.dataset.show = what;
  else delete at.dataset.show;
  tell();
}

/** @param {HTMLElement} ring @param {string} what */
function show(ring, what) {
  const was = box().dataset.show;
  open(what === was ? "" : what);
  if (what === "forward") {
    const field = /** @type {HTMLInputElement} */ (ring.querySelector("input[data-forward]"));
    field.dispatchEvent(new Event("dial:look"));
    field.focus({ preventScroll: true });
  } else if (what === "reply") /** @type {HTMLElement | null} */ (ring.querySelector(".ring__reply"))?.focus({ preventScroll: true });
  else /** @type {HTMLElement | null} */ (ring.querySelector(`[data-ring-show="${was}"]`))?.focus({ preventScroll: true });
}

/** @param {HTMLElement} ring @param {() => Promise<unknown>} work @param {HTMLElement} [at] */
async function run(ring, work, at) {
  if (at?.getAttribute("aria-busy") === "true") return;
  at?.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (e) {
    const error = /** @type {HTMLElement} */ (ring.querySelector("[data-call-error]"));
    error.textContent = e instanceof Error ? e.message : String(e);
    error.hidden = false;
  } finally {
    at?.removeAttribute("aria-busy");
  }
}

/** Ends the call that goes on and answers the one that waits. @param {HTMLElement} ring @param {HTMLElement} at */
const endFirst = (ring, at) => run(ring, async () => {
  await act(at.dataset.endFirst ?? "", "hangup");
  await act(at.dataset.answer ?? "", "answer");
}, at);

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-ring] :is([data-ring-fold], [data-ring-show], [data-end-first], [data-say], [data-pick])") : null;
  const ring = /** @type {HTMLElement | null} */ (at?.closest("[data-ring]") ?? null);
  if (!(at instanceof HTMLElement) || !ring) return;
  if (at.hasAttribute("data-ring-fold")) fold(ring, !box().hasAttribute("data-small"));
  else if (at.dataset.ringShow !== undefined) show(ring, at.dataset.ringShow);
  else if (at.dataset.endFirst) void endFirst(ring, at);
  else if ("say" in at.dataset) void run(ring, () => act(ring.dataset.ring ?? "", "reply", { text: at.textContent }), at);
  else void run(ring, () => act(ring.dataset.ring ?? "", "forward", { to: at.dataset.pick }), at);
});

/** @param {HTMLElement} ring @param {boolean} small */
function fold(ring, small) {
  box().toggleAttribute("data-small", small);
  cover();
  tell();
  if (small && before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus({ preventScroll: true });
  else if (!small) title(ring)?.focus({ preventScroll: true });
}

document.addEventListener("input", (e) => {
  const form = e.target instanceof HTMLInputElement && e.target.name === "text" ? e.target.closest("form") : null;
  const ring = /** @type {HTMLElement | null} */ (form?.closest("[data-ring]") ?? null);
  if (form && ring) words.set(ring.dataset.ring ?? "", { text: /** @type {HTMLInputElement} */ (e.target).value.trim(), number: form.dataset.caller, name: form.dataset.name });
});

// Before anything else has the key: Escape leaves the sheet, not what is below it.
document.addEventListener("keydown", (e) => {
  const [ring] = rings();
  if (!ring) return;
  // Whoever has read who calls answers next; the other ways are before and after.
  if (e.key === "Tab" && !e.shiftKey && e.target === title(ring)) {
    e.preventDefault();
    return /** @type {HTMLElement | null} */ (ring.querySelector(".answer--yes"))?.focus({ preventScroll: true });
  }
  if (e.key === "Enter" && e.target instanceof HTMLInputElement && e.target.dataset.forward) {
    e.preventDefault();
    const first = /** @type {HTMLElement | null} */ (ring.querySelector("[data-pick]"));
    const to = dialable(e.target.value) || first?.dataset.pick;
    if (to) void run(ring, () => act(ring.dataset.ring ?? "", "forward", { to }), e.target);
    return;
  }
  if (e.key !== "Escape" || box().hasAttribute("data-small")) return;
  e.preventDefault();
  e.stopPropagation();
  if (box().dataset.show) show(ring, "");
  else fold(ring, true);
}, true);

document.addEventListener("oh:calls-drawn", look);
// What is drawn anew, or comes under a sheet, is covered before any key is pressed.
new MutationObserver(look).observe(box(), { childList: true, subtree: true, attributeFilter: ["inert"] });
addEventListener("resize", cover);
look();
