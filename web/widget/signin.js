// Signing in. The sign-in window shares nothing with this frame but
// one message: the completion handle, from a page of our own origin. Only
// this frame holds the flow's secret, in memory, so only it can redeem it.
//
// The window's `closed` is never looked at, and a null from window.open means
// "maybe": pages with COOP make both lie. The server knows whether the window
// arrived.
//
// How a page may begin is in the body's data-signin, which the server wrote.
// Whatever is sent back from there is checked again.
//
// Dispatches on document:
//   oh:signin  {state: "working" | "opening" | "waiting" | "blocked" | "code" | "failed" | "done" | "idle", message?, href?}
//   oh:session {signedIn: boolean, reason?}
//   oh:oauth-uri {oAuthUri}: the host page opens the sign-in window

/**
 * @typedef {{flow: string, secret: string, href: string, stop: AbortController, taken: boolean, asked?: boolean, quiet?: boolean, window?: Window | null}} Attempt
 * @typedef {{state: string, seen: boolean, message?: string, error?: string}} Progress
 * @typedef {{intake?: string, jwt?: boolean, shared?: boolean, implicit?: boolean, ownWindow?: boolean, redirect?: string, sso?: boolean,
 *   externalAuthId?: string, hints?: Record<string, string>, signUpUrl?: string}} Options
 */

import { ask, cookies } from "./ask.js";
import { t } from "./lang.js";

// Few need it, and the first page should load little.
const memory = () => import("./memory.js");

/** Somebody signed out in this frame, so nothing signs them in by itself. */
async function signedOutHere() {
  return Boolean((await memory()).recall("out"));
}

/** @type {Options} */
export const options = JSON.parse(String(document.body.dataset.signin ?? "") || "{}");
let keep = ""; // names what the address has brought, for the life of this page
/** @type {() => void} */
let kept = () => {};
/** Until keep is known: the page around us may ask for a sign-in before that. */
const brought = options.intake ? new Promise((resolve) => (kept = () => resolve(undefined))) : Promise.resolve();
let byJWT = Boolean(options.jwt);

const arrival = 2000; // until a window that the server has not seen counts as blocked

/** @type {Attempt | null} */
let attempt = null;

/** Starts signing in. Call it inside the click: browsers open windows for nothing less. */
export function startSignIn() {
  // Whoever has shown already who they are is about to arrive.
  if (attempt?.taken) return;
  cancelSignIn();
  const mine = begin();
  void memory().then(({ remember }) => remember("out", ""), () => {});
  if (byJWT) {
    withJWT(mine).catch((error) => fail(mine, error));
    return;
  }
  if (hostOpens()) {
    byHost(mine).catch((error) => fail(mine, error));
    return;
  }
  mine.window = window.open(mine.href, `oh-signin-${mine.flow}`, "popup,width=600,height=700");
  tell({ state: "opening", href: mine.href });
  run(mine).catch((error) => fail(mine, error));
}

/** @returns {Attempt} */
function begin() {
  const flow = random(16);
  attempt = { flow, secret: random(32), href: `/signin/window?flow=${flow}`, stop: new AbortController(), taken: false };
  return attempt;
}

/** What every start sends. @param {Attempt} mine */
const request = (mine) => ({ flow: mine.flow, secret: mine.secret, keep, redirect: options.redirect, hints: options.hints, sso: options.sso });

/** Whether the page around us opens the window: it asked to, and it may. */
function hostOpens() {
  if (!options.ownWindow) return false;
  if (window.parent !== window && (document.body.dataset.capabilities || "").split(" ").includes("signin")) return true;
  console.warn('This page may not open the sign-in window itself. The operator can allow it with the capability "signin" of the embed.');
  return false;
}

/** Everybody who opens this page is the same user. @param {Attempt} mine */
async function withJWT(mine) {
  tell({ state: "working" });
  await call("POST", "/signin", { ...request(mine), jwt: true }, mine.stop.signal);
  await arrive(mine);
}

/** @param {Attempt} mine */
async function byHost(mine) {
  tell({ state: "working" });
  await brought;
  mine.asked = true;
  const { oAuthUri } = await call("POST", "/signin", { ...request(mine), ownWindow: true }, mine.stop.signal);
  tell({ state: "waiting" });
  document.dispatchEvent(new CustomEvent("oh:oauth-uri", { detail: { oAuthUri } }));
  await follow(mine, () => {});
}

/**
 * Signs in with what the address has brought, once. Without it, or when it is
 * of no use, Sign In is there.
 */
export async function useIntake() {
  const isSignedIn = document.body.dataset.signedIn === "true";
  if (!options.intake) {
    if (byJWT && !isSignedIn && !(await signedOutHere())) startSignIn();
    return;
  }
  if (!isSignedIn) tell({ state: "working" });
  try {
    const got = await call("POST", "/signin/intake", { intake: options.intake, redirect: options.redirect, signedOut: await signedOutHere() });
    keep = got.keep;
    kept();
    byJWT ||= got.jwt;
    if (got.jwt) options.shared = true;
    warn(got.error);
    if (got.ticket && (await (await import("./ticket.js")).useTicket(got.ticket))) return;
    if (got.message) return tell({ state: "failed", message: got.message });
    if (got.signedIn && !isSignedIn) changed(true);
    else if (!isSignedIn && !attempt) tell({ state: "idle" });
  } catch (error) {
    if (!isSignedIn) tell({ state: "failed", message: sentence(error) });
  } finally {
    kept();
  }
}

/**
 * Signs in again without a page, in a hidden frame. What comes of it is a
 * new session in place of this one's, or nothing.
 */
export const renew = () => silently(20_000); // or the hour goes on to its end, which has a sentence of its own

/**
 * Signs in by the browser's own session with the platform, where that is
 * visible in a frame. Where it is not, Continue is there, for a window that
 * closes by itself. Who has signed out waits for the click.
 */
export async function trySSO() {
  if (!options.sso || document.body.dataset.signedIn === "true" || (await signedOutHere()) || attempt) return;
  tell({ state: "working" });
  await silently(8_000);
  if (document.body.dataset.signedIn !== "true" && !attempt) tell({ state: "idle" });
}

/** @param {number} patience in milliseconds */
async function silently(patience) {
  if (attempt) return;
  const mine = begin();
  mine.quiet = true;
  const over = new Promise((resolve) => mine.stop.signal.addEventListener("abort", resolve));
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = t("Signing in");
  try {
    mine.asked = true;
    await call("POST", "/signin", { ...request(mine), silent: true }, mine.stop.signal);
    frame.src = mine.href;
    document.body.append(frame);
    setTimeout(() => mine.stop.abort(), patience);
    await follow(mine, () => {});
    if (mine.taken) await over; // the session is on its way
  } catch {
    // The platform said no, or the browser did.
  } finally {
    frame.remove();
    if (attempt === mine) cancelSignIn();
  }
}

/**
 * Takes the address that a redirect page was called with: from the page
 * around us, or from the window that we have opened.
 * @param {string} callbackUri @param {boolean} host
 */
export async function takeCallback(callbackUri, host) {
  if (document.body.dataset.signedIn === "true") return;
  const mine = attempt ?? begin();
  if (mine.taken) return;
  mine.taken = true;
  tell({ state: "working" });
  try {
    await brought;
    await call("POST", "/signin/callback", { callbackUri, host, keep, flow: mine.flow, secret: mine.secret });
    await arrive(mine);
  } catch (error) {
    fail(mine, error);
  }
}

/** Gives up the attempt; its window can do nothing any more, and says so. */
export function cancelSignIn() {
  const mine = attempt;
  drop();
  // What does not reach the server now expires there.
  if (mine?.asked) call("POST", `/signin/${mine.flow}/cancel`, { secret: mine.secret }).catch(() => {});
}

/** Ends an attempt that is over at the server. */
function drop() {
  attempt?.stop.abort();
  attempt = null;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form instanceof HTMLFormElement && form.dataset.form === "code") {
    event.preventDefault();
    submitCode(String(new FormData(form).get("code")));
  }
});

/**
 * Redeems the code that the user reads in the sign-in window.
 * @param {string} code
 * @returns {Promise<void>}
 */
export async function submitCode(code) {
  const mine = attempt;
  if (!mine) {
    return;
  }
  try {
    await redeem(mine, { code: code.replace(/\D/g, "") });
  } catch (error) {
    // A wrong code may be typed again. After a conflict the flow is over, and
    // the watch says why.
    if (attempt === mine && !(error instanceof Refusal && error.status === 409)) {
      tell({ state: "code", message: sentence(error) });
    }
  }
}

/** @param {Attempt} mine */
async function run(mine) {
  await brought;
  mine.asked = true;
  await call("POST", "/signin", request(mine), mine.stop.signal);
  const blocked = setTimeout(() => {
    if (attempt === mine) {
      tell({ state: "blocked", href: mine.href });
    }
  }, arrival);
  mine.stop.signal.addEventListener("abort", () => clearTimeout(blocked));
  await follow(mine, () => clearTimeout(blocked));
}

/**
 * Draws how far the attempt is, until it is over.
 * @param {Attempt} mine @param {() => void} seen the window has reached the server
 */
async function follow(mine, seen) {
  /** @type {Progress} */
  let now = { state: "waiting", seen: false };
  while (attempt === mine) {
    const next = await watch(mine, now);
    if (next.seen) {
      seen();
    }
    if (next.state === "failed") {
      if (!mine.quiet) warn(next.error);
      throw new Error(next.message);
    }
    if (next.state === "code" && now.state !== "code" && !mine.taken) {
      tell({ state: "code" });
    } else if (next.seen && !now.seen && !mine.quiet) {
      tell({ state: "waiting", href: mine.href });
    }
    now = next;
    if (now.state === "done") {
      return;
    }
  }
}

/**
 * Waits until the flow is no longer as we know it. A server that restarts is
 * asked again.
 * @param {Attempt} mine @param {Progress} now
 * @returns {Promise<Progress>}
 */
async function watch(mine, now) {
  for (let wait = 250; ; wait = Math.min(2 * wait, 5000)) {
    try {
      return await call("GET", `/signin/${mine.flow}?state=${now.state}&seen=${now.seen}`, undefined, mine.stop.signal);
    } catch (error) {
      if (mine.stop.signal.aborted || (error instanceof Refusal && error.status < 500)) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

// A redirect page that is hosted elsewhere posts to the window that opened it.
// Where the browser blocked the window and the user follows the link, this
// click opens it, so that its messages are known as its own. Null means that
// it may not have opened: then the link itself does.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-link]") : null;
  if (!link || !attempt || !options.redirect) return;
  attempt.window = window.open(attempt.href, `oh-signin-${attempt.flow}`, "popup,width=600,height=700");
  if (attempt.window) event.preventDefault();
});

addEventListener("message", (event) => {
  const { window: opened } = attempt ?? {};
  const uri = event.data?.callbackUri;
  if (opened && event.source === opened && options.redirect && event.origin === new URL(options.redirect).origin && typeof uri === "string") {
    takeCallback(uri, false);
    opened.close();
  }
});

addEventListener("message", (event) => {
  const mine = attempt;
  if (!mine || event.origin !== location.origin || event.data?.type !== "offhook-signin-handle" || event.data.flow !== mine.flow || mine.taken) {
    return;
  }
  mine.taken = true;
  const from = /** @type {Window | null} */ (event.source);
  from?.postMessage({ type: "offhook-signin-taken", flow: mine.flow }, location.origin);
  redeem(mine, { handle: String(event.data.handle) }).catch((error) => fail(mine, error));
});

/** @param {Attempt} mine @param {{handle?: string, code?: string}} proof */
async function redeem(mine, proof) {
  await call("POST", `/signin/${mine.flow}/redeem`, { ...proof, secret: mine.secret });
  await arrive(mine);
}

/** Somebody has been signed in here. @param {Attempt} mine */
async function arrive(mine) {
  if (attempt !== mine) {
    return;
  }
  // The server cannot know whether the browser kept what it was given.
  const { signedIn } = await call("GET", "/session");
  if (!signedIn) {
    throw new Refusal(0, t("Your browser lost the sign-in on its way. Press Sign In again."));
  }
  attempt = null;
  mine.stop.abort();
  tell({ state: "done" });
  // After a renewal the same user goes on.
  if (document.body.dataset.signedIn !== "true") changed(true);
}

/** @param {Attempt} mine @param {unknown} error */
function fail(mine, error) {
  if (attempt !== mine) {
    return;
  }
  drop();
  tell({ state: "failed", message: sentence(error) });
}

/** A Refusal is the server's sentence. */
class Refusal extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} method @param {string} path @param {object} [body] @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function call(method, path, body, signal) {
  if (body && document.body.dataset.signedIn !== "true") await cookies();
  const answer = await ask(path, {
    method,
    signal,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) {
    warn(answer.headers?.get("X-OAuth-Error"));
    throw new Refusal(answer.status, (await answer.text()).trim());
  }
  return answer.json();
}

/** Tells the developer what the user need not know. @param {string | null | undefined} code of OAuth's registry */
function warn(code) {
  if (code) console.warn(`Signing in to the phone: ${code}`);
}

/** @param {unknown} error */
function sentence(error) {
  // fetch rejects with a TypeError in the browser's own words.
  return error instanceof Error && !(error instanceof TypeError) && error.message !== ""
    ? error.message
    : t("The phone's server does not answer. Check your connection and try again.");
}

/** @param {object} detail */
function tell(detail) {
  document.dispatchEvent(new CustomEvent("oh:signin", { detail }));
}

/** @param {boolean} signedIn @param {string} [reason] */
function changed(signedIn, reason) {
  document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn, reason } }));
}

/** @param {number} bytes @returns {string} base64url */
export function random(bytes) {
  const text = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes)));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
