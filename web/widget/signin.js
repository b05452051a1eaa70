// Signing in and out. The sign-in window shares nothing with this frame but
// one message: the completion handle, from a page of our own origin. Only
// this frame holds the flow's secret, in memory, so only it can redeem it.
//
// The window's `closed` is never looked at, and a null from window.open means
// "maybe": pages with COOP make both lie. The server knows whether the window
// arrived.
//
// Dispatches on document:
//   oh:signin  {state: "opening" | "waiting" | "blocked" | "code" | "failed" | "done", message?, href?}
//   oh:session {signedIn: boolean, reason?}

/**
 * @typedef {{flow: string, secret: string, href: string, stop: AbortController, taken: boolean}} Attempt
 * @typedef {{state: string, seen: boolean, message?: string}} Progress
 */

import { ask, cookies } from "./ask.js";
import { alert } from "./nav.js";

const arrival = 2000; // until a window that the server has not seen counts as blocked

/** @type {Attempt | null} */
let attempt = null;

/** Starts signing in. Call it inside the click: browsers open windows for nothing less. */
export function startSignIn() {
  cancelSignIn();
  const flow = random(16);
  const mine = { flow, secret: random(32), href: `/signin/window?flow=${flow}`, stop: new AbortController(), taken: false };
  attempt = mine;
  window.open(mine.href, `oh-signin-${flow}`, "popup,width=600,height=700");
  tell({ state: "opening", href: mine.href });
  run(mine).catch((error) => fail(mine, error));
}

/** Gives up the attempt; its window can do nothing any more. */
export function cancelSignIn() {
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

/** Signs this browser out of this phone, or says why it cannot. */
export async function signOut() {
  cancelSignIn();
  try {
    await call("POST", "/signout", {});
  } catch (error) {
    return alert(sentence(error));
  }
  changed(false, "signed-out");
}

/** Signs this user out of this phone in every browser, or says why it cannot. */
export async function signOutEverywhere() {
  cancelSignIn();
  try {
    await call("POST", "/signout-everywhere", {});
  } catch (error) {
    return alert(sentence(error));
  }
  changed(false, "everywhere");
}

/** @param {Attempt} mine */
async function run(mine) {
  await call("POST", "/signin", { flow: mine.flow, secret: mine.secret }, mine.stop.signal);
  const blocked = setTimeout(() => {
    if (attempt === mine) {
      tell({ state: "blocked", href: mine.href });
    }
  }, arrival);
  mine.stop.signal.addEventListener("abort", () => clearTimeout(blocked));

  /** @type {Progress} */
  let now = { state: "waiting", seen: false };
  while (attempt === mine) {
    const next = await watch(mine, now);
    if (next.seen) {
      clearTimeout(blocked);
    }
    if (next.state === "failed") {
      throw new Error(next.message);
    }
    if (next.state === "code" && now.state !== "code" && !mine.taken) {
      tell({ state: "code" });
    } else if (next.seen && !now.seen) {
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
  if (attempt !== mine) {
    return;
  }
  // The server cannot know whether the browser kept what it was given.
  const { signedIn } = await call("GET", "/session");
  if (!signedIn) {
    throw new Refusal(0, "Your browser lost the sign-in on its way. Press Sign In again.");
  }
  attempt = null;
  mine.stop.abort();
  tell({ state: "done" });
  changed(true);
}

/** @param {Attempt} mine @param {unknown} error */
function fail(mine, error) {
  if (attempt !== mine) {
    return;
  }
  cancelSignIn();
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
    throw new Refusal(answer.status, (await answer.text()).trim());
  }
  return answer.json();
}

/** @param {unknown} error */
function sentence(error) {
  // fetch rejects with a TypeError in the browser's own words.
  return error instanceof Error && !(error instanceof TypeError) && error.message !== ""
    ? error.message
    : "The phone's server does not answer. Check your connection and try again.";
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
function random(bytes) {
  const text = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes)));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
