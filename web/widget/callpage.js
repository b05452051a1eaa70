// Owns what only this tab does on the page of a call: which part of it is
// open, the keys that are sent, and whom the call is passed on to. The calls
// themselves are calls.js's.
// @ts-check
import { act, place } from "./calls.js";
import "./grouping.js";
import { dial } from "./nav.js";
import { dialable, dialpad, digitOf, writes } from "./dialpad.js";

/** @returns {HTMLElement | null} */
const page = () => document.querySelector("#panel [data-panel=active-call]");
/** @param {string} selector @returns {HTMLElement | null} */
const part = (selector) => page()?.querySelector(selector) ?? null;
const id = () => page()?.dataset.call ?? "";

/** Where each part of the page is opened. @type {Record<string, string>} */
const OPENERS = { keypad: "#live-keys", transfer: "#live-pass", flip: "#live-flip-open", drop: "#live-drop-open" };

/** Opens the keypad, the transfer, the flip or the recorded messages, or closes what is open. @param {string} what */
function show(what) {
  const root = page();
  if (!root) return;
  const was = root.dataset.show ?? "";
  const now = what === was ? "" : what;
  if (now) root.dataset.show = now;
  else delete root.dataset.show;
  for (const at of root.querySelectorAll("[data-live-show][aria-expanded]")) at.setAttribute("aria-expanded", String(at.getAttribute("data-live-show") === now));
  if (now === "transfer") return begin();
  if (now === "drop") return void import("./drop.js").then((m) => m.open());
  // Whoever closes a part is where they opened it.
  (now === "flip" ? part("#live-flip [data-call-act]") : now ? part("#live-pad [data-digit]") : part(OPENERS[was] ?? OPENERS.transfer))?.focus({ preventScroll: true });
}

/** @param {string} digit */
function send(digit) {
  const typed = part("#live-typed");
  if (typed) typed.textContent += digit;
  void act(id(), "digits", { digits: digit }).catch(say);
}

/** @param {unknown} e */
function say(e) {
  const at = part("[data-call-error]");
  if (!at) return;
  at.textContent = e instanceof Error ? e.message : String(e);
  at.hidden = false;
}

/** Whom the call goes to: who was chosen in the list, or the number that is typed. */
let chosen = "";
const field = () => /** @type {HTMLInputElement | null} */ (part("#pass-to"));
const to = () => chosen || dialable(field()?.value ?? "");

/** Offers whom to pass the call on to. */
function begin() {
  chosen = "";
  const at = field();
  if (!at) return;
  at.value = "";
  at.dispatchEvent(new Event("dial:look"));
  at.focus({ preventScroll: true });
  fit();
}

function fit() {
  for (const at of page()?.querySelectorAll("[data-pass]") ?? []) /** @type {HTMLButtonElement} */ (at).disabled = !to();
  for (const at of page()?.querySelectorAll("#pass-found [data-pick]") ?? []) at.setAttribute("aria-pressed", String(at.getAttribute("data-pick") === chosen));
}

/** @param {HTMLElement} at a person of the list */
function choose(at) {
  chosen = at.dataset.pick ?? "";
  const name = at.querySelector(".option__name")?.textContent;
  const into = field();
  if (into && name) into.value = name;
  fit();
  part("#pass-now")?.focus({ preventScroll: true });
}

/** @param {HTMLElement} at */
async function pass(at) {
  const number = to();
  if (!number || at.getAttribute("aria-busy") === "true") return;
  at.setAttribute("aria-busy", "true");
  try {
    // Who is asked first is called while this call waits; then the two are connected.
    if (at.dataset.pass === "ask") await place(number);
    else await act(id(), "transfer", { to: number });
  } catch (e) {
    say(e);
  } finally {
    at.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-live-show], [data-live-done], [data-pass], [data-correct], #pass-found [data-pick]") : null;
  if (!(at instanceof HTMLElement) || !page()?.contains(at)) return;
  if (at.dataset.correct) return void dial(at.dataset.correct);
  if (at.dataset.liveShow !== undefined) show(at.dataset.liveShow);
  else if (at.dataset.liveDone !== undefined) show("");
  else if (at.dataset.pass) void pass(at);
  else choose(at);
});
document.addEventListener("input", (e) => {
  if (e.target !== field()) return;
  chosen = "";
  fit();
});
document.addEventListener("keydown", (e) => {
  const root = page();
  if (!root || e.defaultPrevented) return;
  if (e.key === "Escape" && root.dataset.show && !document.querySelector(".calls-now:not([data-small]) > .ring")) {
    e.preventDefault(); // it closes the part, not the page
    return show(root.dataset.show);
  }
  if (e.key === "Enter" && e.target === field()) {
    e.preventDefault();
    const first = part("#pass-found [data-pick]");
    if (!to() && first) choose(first);
    else part("#pass-now")?.focus();
    return;
  }
  const digit = writes(e.target) || document.querySelector("dialog[open], :popover-open") ? "" : digitOf(e);
  if (!digit || !part("#live-pad")) return;
  e.preventDefault();
  if (root.dataset.show !== "keypad") show("keypad");
  send(digit);
}, true);

let pad = new AbortController();
function look() {
  pad.abort();
  pad = new AbortController();
  const root = part("#live-pad");
  if (root) dialpad(root, { press: send, signal: pad.signal });
}
document.addEventListener("oh:panel", look);
document.addEventListener("oh:calls-drawn", () => {
  const root = page();
  if (!root) return;
  const opener = OPENERS[root.dataset.show ?? ""];
  if (opener && !part(opener)) delete root.dataset.show; // with the call
  look(); // the keys come once the call is placed, where it was rung for before
});
look();
