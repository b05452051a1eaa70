// The phone in the page while it is open in a window of its own, too: signs
// that window in, and shows a strip that brings it to the front or back.
//
// A window counts when this very page has opened it and its phone is of our
// own origin; ownwindow.js has its side and the messages. The page around us
// is only told which of its windows to show or close (popup.js). Tabs of one
// page share what they know: only the one that opened the window can reach it.
// Loaded by app.js with the first message of such a window.
// @ts-check
import { ask } from "./ask.js";
import { host } from "./host.js";
import { t } from "./lang.js";
import { announce, currentPath } from "./nav.js";

/** How often it is looked whether the window is still there. */
const LOOK = 500;
/** How long another tab may take to say that it has done what was pressed. */
const PATIENCE = 3_000;

const { body } = document;
const signedIn = () => body.dataset.signedIn === "true";
/** Names this sign-in to a window that asks for one. */
let turn = crypto.randomUUID();

/** The windows that this page has opened, by their phones. @type {Set<Window>} */
const windows = new Set();
/** Whether another tab has said that there is one. */
let elsewhere = false;
/** @type {HTMLElement | undefined} */
let strip;
/** @type {ReturnType<typeof setInterval> | undefined} */
let looking;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let unanswered;

/** Takes a message of our own origin. @param {MessageEvent} event */
export function take({ source, data }) {
  const phone = /** @type {Window} */ (source);
  if (!opened(phone)) return;
  if (data.type === "offhook-window-asks") return void handOver(phone, data);
  if (data.type === "offhook-window-question") return void consult(phone, data);
  if (data.type === "offhook-window-where") return where(phone, data);
  if (data.type !== "offhook-window-here") return;
  windows.add(phone);
  looking ??= setInterval(draw, LOOK);
  if (!data.signedIn && signedIn()) phone.postMessage({ type: "offhook-window-offer", turn }, location.origin);
  draw();
}

/** Whether a phone stands in a window that the page around us has opened. @param {Window | null} phone */
function opened(phone) {
  return window.parent !== window && !!phone && phone.parent !== phone && phone.parent === phone.top && phone.parent.opener === window.parent;
}

/**
 * Signs a window in as who is signed in here. The server knows whether it is
 * one of ours; what it answers goes to that window alone.
 * @param {Window} phone @param {{flow?: unknown, prefix?: unknown}} asked
 */
async function handOver(phone, { flow, prefix }) {
  if (typeof flow !== "string" || !/^[\w-]{22,64}$/.test(flow) || prefix !== body.dataset.prefix) return;
  const answer = signedIn() ? await ask(`/signin/${flow}/handover`, { method: "POST" }).catch(() => null) : null;
  const { handle = "" } = answer?.ok ? await answer.json() : {};
  phone.postMessage({ type: "offhook-window-answer", flow, handle }, location.origin);
}

/**
 * Asks the page around us for a window whether somebody may be contacted: there
 * is no page around it that knows.
 * @param {Window} phone @param {{id?: unknown, prefix?: unknown, body?: any}} asked
 */
async function consult(phone, { id, prefix, body: about }) {
  if (prefix !== body.dataset.prefix || !signedIn()) return;
  const { inquire } = await import("./guard.js");
  phone.postMessage({ type: "offhook-window-response", id, response: await inquire(about) }, location.origin);
}

/** Tells a window what is shown here, with which it begins. @param {Window} phone @param {{prefix?: unknown}} asked */
function where(phone, { prefix }) {
  if (prefix === body.dataset.prefix && signedIn()) phone.postMessage({ type: "offhook-window-place", path: currentPath() }, location.origin);
}

document.addEventListener("oh:session", () => {
  turn = crypto.randomUUID();
  if (signedIn()) for (const phone of windows) phone.postMessage({ type: "offhook-window-offer", turn }, location.origin);
});

/** @returns {BroadcastChannel | null} */
function channel() {
  try {
    return new BroadcastChannel(`oh-window-${body.dataset.key}`);
  } catch {
    return null; // refused with storage: each tab knows its own window
  }
}
const tabs = channel();
let told = false;
tabs?.addEventListener("message", ({ data }) => {
  if (data === "where" && windows.size) tabs.postMessage("here");
  if (data === "here" || data === "gone") {
    elsewhere = data === "here";
    draw();
  }
  if (data === "done") clearTimeout(unanswered);
  if ((data === "show" || data === "back") && windows.size) {
    act(data);
    tabs.postMessage("done");
  }
});
tabs?.postMessage("where");
addEventListener("pagehide", () => told && tabs?.postMessage("gone"));

/** Shows the strip as long as there is a window. */
function draw() {
  for (const phone of windows) if (phone.closed) windows.delete(phone);
  const mine = windows.size > 0;
  if (!mine) looking = void clearInterval(looking);
  if (mine !== told) tabs?.postMessage((told = mine) ? "here" : "gone");
  if (mine || elsewhere) strip ??= make();
  else strip = void strip?.remove();
}

/** @param {"show" | "back"} what */
function act(what) {
  draw();
  if (!windows.size) {
    tabs?.postMessage(what);
    // A tab that has crashed has told nobody that it is gone.
    clearTimeout(unanswered);
    unanswered = setTimeout(() => {
      elsewhere = false;
      draw();
    }, PATIENCE);
    return;
  }
  // Who has opened a window may always bring it to the front; we may right after a click.
  host.tell({ type: "offhook-window-notify", act: what });
  for (const phone of windows) {
    if (what === "show") phone.parent.focus();
    else phone.postMessage({ type: "offhook-window-close" }, location.origin);
  }
}

/** @returns {HTMLElement} */
function make() {
  const box = document.createElement("div");
  box.id = "own-window";
  box.className = "strip strip--own";
  box.setAttribute("role", "region");
  box.setAttribute("aria-labelledby", "own-window-says");
  const says = document.createElement("span");
  says.id = "own-window-says";
  says.dataset.text = "";
  says.textContent = says.title = t("The phone is open in its own window");
  says.tabIndex = -1; // where there is little room, all of it is said to who touches it
  const acts = document.createElement("span");
  acts.className = "strip__acts";
  /** @param {string} name @param {"show" | "back"} what */
  const button = (name, what) => {
    const b = Object.assign(document.createElement("button"), { type: "button", className: "strip__act", textContent: name });
    b.addEventListener("click", () => act(what));
    acts.append(b);
  };
  button(t("Show it"), "show");
  button(t("Bring it back"), "back");
  box.append(says, acts);
  document.querySelector(".strips")?.append(box);
  announce(says.textContent);
  return box;
}
