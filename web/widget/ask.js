// The one door to the server: every request of the phone's pages goes through
// here and carries the proof that our own page asks. Where the browser refuses
// our cookies, the session is a handle, which is kept in this module's memory
// and nowhere else: it comes in an answer's header or over the socket, goes
// out in a header, and is forgotten with the page. No address ever holds it.
//
// A refusal ends the session of the page, for the reason that it brings: it
// may be here before the socket has said so, or while there is no socket.
// @ts-check
import { language, t } from "./lang.js";

const SESSION = "X-Offhook-Session";
const ENDED = "X-Offhook-Ended";
const BODILESS = new Set([204, 205, 304]); // what no Response may have a body with
const NONE = "none"; // cookies are refused, and there is no handle yet

/** Tells this tab from the user's others, to the server only. It is another one after a reload; where lend.js came first, it has said which. */
export const tab = document.documentElement?.dataset.tab || crypto.randomUUID();

let handle = "";
/** Counts sign-ins and sign-outs: what was asked before one says nothing of what is after it. */
let changes = 0;
/** @type {Promise<void> | null} */
let trial = null;
let ends = new AbortController();

/** Is aborted, with a sentence, when the session of the page ends: what is asked for in one is not done in the next. */
export const session = () => ends.signal;

const { timeZone: zone = "UTC", locale } = Intl.DateTimeFormat().resolvedOptions();

/** The address of something under this frame. @param {string} path */
export const frameURL = (path) => `/p/${encodeURIComponent(document.body.dataset.key || "")}${path}`;

/**
 * What every request of ours carries: the proof that our own page asks, the
 * reader's time zone, the language of their browser and that of their phone, and
 * the handle if there is one.
 * @returns {Record<string, string>}
 */
const headers = () => ({ "X-Offhook": "1", "X-Time-Zone": zone, "X-Locale": locale, "Accept-Language": language, ...(handle && { [SESSION]: handle }) });

/**
 * Asks for something under this frame.
 * @param {string} path @param {RequestInit & {headers?: Record<string, string>}} [init]
 */
export const ask = (path, init) => send(frameURL(path), init);

/**
 * Is ask for a whole address. An answer is here whole before it is given, so
 * that what cuts it off is told in one place, where there was no answer.
 * @param {string} url @param {RequestInit & {headers?: Record<string, string>}} [init]
 */
export async function send(url, init = {}) {
  const [before, sent] = [changes, handle];
  const answer = await fetch(url, { ...init, headers: { ...headers(), ...init.headers } });
  const next = answer.headers.get(SESSION);
  if (next) handle = next;
  if (answer.status === 401 && before === changes && sent === handle) over(answer.headers.get(ENDED));
  const { status, headers: head } = answer;
  return new Response(BODILESS.has(status) ? null : await answer.arrayBuffer(), { status, headers: head });
}

/** @param {string | null | undefined} reason */
function over(reason) {
  if (document.body.dataset.signedIn !== "true") return;
  document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false, reason: reason || "ended" } }));
}

/** The session's handle, or "" where a cookie does. */
export const held = () => (handle === NONE ? "" : handle);

/** Takes the handle that follows on the one in use. @param {string} next */
export function hold(next) {
  if (handle) handle = next;
}

/**
 * Finds out once whether the browser keeps our cookies, so that a sign-in that
 * follows is answered with what it can keep.
 */
export function cookies() {
  trial ??= tryCookies().catch(() => {
    trial = null; // no answer: the sign-in itself will say so
  });
  return trial;
}

async function tryCookies() {
  if (handle) return;
  // The first answer brings a cookie, the second question shows it, or not.
  for (let i = 0; i < 2; i++) {
    const answer = await ask("/session");
    const { signedIn, cookies: kept } = await answer.json();
    if (signedIn || kept) return;
  }
  handle = NONE;
}

document.addEventListener("oh:session", (e) => {
  const { signedIn, reason } = /** @type {CustomEvent} */ (e).detail ?? {};
  changes++;
  if (!signedIn) {
    ends.abort(new Error(t("You were signed out. Sign in to go on.")));
    ends = new AbortController();
  }
  // A session that was replaced has left its place to the handle's.
  if (handle && !signedIn && reason !== "replaced") handle = NONE;
});
