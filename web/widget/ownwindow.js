// The phone in a window of its own: it is signed in by the phone in the page
// that opened the window, and says there that it is open.
//
// The two have the same origin and different cookie jars. The page's frame is
// found among the frames of the window's opener; every message names our own
// origin, so that the page around it reads none, and counts only when it comes
// from one of those frames and from our origin. The secret that the server
// wants beside the handle never leaves this module. internal/widget/signin has
// the drawing. Loaded by app.js where an adapter has said fromPopup.
//
// To the page: offhook-window-asks {flow, prefix}, offhook-window-here {signedIn}, offhook-window-question {id, prefix, body}, offhook-window-where {prefix}.
// From it: offhook-window-answer {flow, handle?}, offhook-window-offer {turn}, offhook-window-close, offhook-window-response {id, response}, offhook-window-place {path}.
// @ts-check
import { ask, cookies, held } from "./ask.js";
import { navigate } from "./nav.js";
import { random } from "./signin.js";

/** How long the page's frame may take: it asks the server first. */
const PATIENCE = 5_000;
/** How long it may take whose page has to think (guard.js). */
const THINKING = 11_000;
/** How long it may take that only has to say where it is. */
const AT_ONCE = 1_000;
/** How often the page is told, since it may have been loaded anew. */
const HERE = 2_000;

const { body } = document;
const signedIn = () => body.dataset.signedIn === "true";

/** The windows of our own origin may be among the frames of the page that opened this window. @returns {Window[]} */
function frames() {
  const from = window.parent.opener;
  const all = [];
  for (let i = 0; from && i < Math.min(from.length, 50); i++) all.push(from[i]);
  return all;
}

/** @param {object} message */
function post(message) {
  for (const frame of frames()) frame.postMessage(message, location.origin);
}

/** @param {MessageEvent} event */
const ours = ({ origin, source }) => origin === location.origin && frames().includes(/** @type {Window} */ (source));

/** @param {string} path @param {object} data */
const send = (path, data) => ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) });

/** @type {Promise<boolean> | null} */
let asking = null;

/** Has the page's frame sign this window in. @returns {Promise<boolean>} whether it has */
export const signIn = () => (asking ??= begin().catch(() => false).finally(() => (asking = null)));

async function begin() {
  if (signedIn() || !frames().length) return false;
  say("working");
  try {
    const flow = random(16);
    const secret = random(32);
    await cookies();
    const waiting = await send("/signin/window", { flow, secret });
    const handle = waiting.ok && (await answer(flow));
    if (!handle) return false;
    const done = await send(`/signin/${flow}/redeem`, { handle, secret });
    if (!done.ok) {
      say("failed", (await done.text()).trim());
      return false;
    }
    if (!held()) {
      // The document is drawn for whoever is signed in, with the call that goes on.
      location.reload();
      await new Promise(() => {});
    }
    const path = await place();
    if (path) await navigate(path); // it is gone to with the sign-in
    document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: true } }));
    return true;
  } finally {
    if (!signedIn() && progress === "working") say("idle");
  }
}

let progress = "";
/** @param {string} state @param {string} [message] */
function say(state, message) {
  progress = state;
  document.dispatchEvent(new CustomEvent("oh:signin", { detail: { state, message } }));
}

/** @param {string} flow @returns {Promise<string>} the handle, "" when nobody has one */
async function answer(flow) {
  const told = await reply({ type: "offhook-window-asks", flow }, (data) => data?.type === "offhook-window-answer" && data.flow === flow, PATIENCE);
  return String(told?.handle ?? "");
}

/** The route that the phone in the page shows, "" where nobody says. @returns {Promise<string>} */
export async function place() {
  const told = await reply({ type: "offhook-window-where" }, (data) => data?.type === "offhook-window-place", AT_ONCE);
  return typeof told?.path === "string" && told.path.startsWith("/") ? told.path : "";
}

/**
 * Has the page be asked whether somebody may be contacted.
 * @param {object} about @returns {Promise<any>} what it answers, null for nothing
 */
export async function question(about) {
  const id = crypto.randomUUID();
  const told = await reply({ type: "offhook-window-question", id, body: about }, (data) => data?.type === "offhook-window-response" && data.id === id, THINKING);
  return told?.response ?? null;
}

/**
 * Asks the page's frames, and waits for the first that answers.
 * @param {object} message @param {(data: any) => boolean} fits @param {number} patience @returns {Promise<any>} null for none
 */
function reply(message, fits, patience) {
  if (!frames().length) return Promise.resolve(null);
  return new Promise((resolve) => {
    const heard = new AbortController();
    /** @param {any} data */
    const over = (data) => (heard.abort(), resolve(data));
    setTimeout(over, patience, null);
    addEventListener("message", (event) => void (ours(event) && fits(event.data) && over(event.data)), { signal: heard.signal });
    post({ ...message, prefix: body.dataset.prefix });
  });
}

/** Says to the page, from now on, that this window is open. */
export function tell() {
  const here = () => post({ type: "offhook-window-here", signedIn: signedIn() });
  here();
  setInterval(here, HERE);
  document.addEventListener("oh:session", here);
  let turn = "";
  addEventListener("message", (event) => {
    if (!ours(event)) return;
    switch (event.data?.type) {
      case "offhook-window-close":
        return window.parent.close();
      case "offhook-window-offer":
        // Once for each sign-in there, and not into somebody's own attempt here.
        if (signedIn() || event.data.turn === turn || !["", "idle"].includes(document.querySelector("[data-panel=signin]")?.getAttribute("data-state") ?? "")) return;
        turn = event.data.turn;
        return void signIn();
    }
  });
}
