// Signing out. Texts that nobody has sent yet would go with the session: those
// that the server has not taken, and those that wait there for the platform
// while no other session of the user is left to send them. Whoever signs out
// is asked first; the page around the phone waits a moment for them instead.
//
// The body's data-leaving is there while the server has not answered: the
// socket may tell of the end before.
// @ts-check
import { ask } from "./ask.js";
import { n, t } from "./lang.js";
import { recall, remember } from "./memory.js";
import { alert, announce } from "./nav.js";
import { forgetAll, pending } from "./outbox.js";
import { cancelSignIn } from "./signin.js";

/** How long the page around the phone waits for texts to go out. */
const PATIENCE = 5_000;

/** @typedef {{path: string, reason: string}} Way */

/** @type {Way} */
const HERE = { path: "/signout", reason: "signed-out" };
/** @type {Way} */
const EVERYWHERE = { path: "/signout-everywhere", reason: "everywhere" };

/** Signs this browser out, once the user has said what becomes of unsent texts. */
export const signOut = () => leave(HERE);

/** Signs this user out in every browser, likewise. */
export const signOutEverywhere = () => leave(EVERYWHERE);

/**
 * Signs out for the page around the phone, which has nobody to ask: texts get
 * a moment to go out, and the console says how many did not.
 */
export async function signOutForHost() {
  try {
    const waiting = await whenSent(HERE, AbortSignal.timeout(PATIENCE));
    if (!waiting) return;
    console.warn(`The page signed the user out while ${texts(waiting)} had not been sent yet. They are dropped.`);
    await attempt(HERE, true);
  } catch (error) {
    alert(sentence(error));
  }
}

/** @param {Way} way */
async function leave(way) {
  try {
    const waiting = await attempt(way, false);
    if (waiting) await question(way, waiting);
  } catch (error) {
    alert(sentence(error));
  }
}

/**
 * Signs out, unless texts wait and may not be dropped.
 * @param {Way} way @param {boolean} anyway
 * @returns {Promise<number>} how many wait; with none, nobody is signed in any more
 */
async function attempt({ path, reason }, anyway) {
  if (!anyway && pending()) return pending();
  cancelSignIn();
  const { body } = document;
  const before = recall("out");
  // Before anybody hears of it: a page that reloads then must not sign in by itself.
  remember("out", "1");
  body.dataset.leaving = "";
  try {
    const answer = await ask(`${path}${anyway ? "" : "?ask=1"}`, { method: "POST" });
    if (answer.status === 409) {
      remember("out", before);
      return (await answer.json()).waiting;
    }
    // Read in any case: an answer that nobody reads keeps its connection.
    const text = await answer.text();
    if (!answer.ok) throw new Error(text.trim());
    forgetAll();
    document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false, reason } }));
    return 0;
  } catch (error) {
    remember("out", before);
    throw error;
  } finally {
    delete body.dataset.leaving;
  }
}

/**
 * Signs out as soon as nothing waits any more. What has been sent, and the way
 * back to the server, are told by events.
 * @param {Way} way @param {AbortSignal} signal gives up
 * @param {(waiting: number) => void} [told]
 * @returns {Promise<number>} how many still wait
 */
async function whenSent(way, signal, told) {
  for (;;) {
    const changed = change(signal);
    const waiting = await attempt(way, false);
    if (!waiting || signal.aborted) return waiting;
    told?.(waiting);
    await changed;
    if (signal.aborted) return waiting;
  }
}

/** @param {AbortSignal} signal @returns {Promise<unknown>} something has changed, or it is over */
const change = (signal) =>
  new Promise((resolve) => {
    const heard = new AbortController();
    const end = () => resolve(heard.abort());
    const once = { signal: heard.signal };
    for (const type of ["oh:outbox", "oh:conversation", "oh:online", "oh:resync"]) document.addEventListener(type, end, once);
    signal.addEventListener("abort", end, once);
  });

/**
 * Asks what becomes of the texts, and does it.
 * @param {Way} way @param {number} waiting
 */
function question(way, waiting) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("leave"));
  if (dialog.open) return;
  const [title, note] = /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("[data-title], [data-note]"));
  const first = /** @type {HTMLButtonElement} */ (dialog.querySelector("[data-leave=wait]"));
  const stop = new AbortController();
  const { signal } = stop;
  const over = () => (stop.abort(), dialog.close());
  title.textContent = n(waiting, "{0} text has not been sent yet", "{0} texts have not been sent yet");
  note.textContent = t("Signing out now drops what has not been sent.");
  first.hidden = false;
  /** @param {unknown} error */
  const failed = (error) => (over(), alert(sentence(error)));
  const wait = () => {
    first.hidden = true;
    note.textContent = t("The phone signs out as soon as they are sent.");
    const told = (/** @type {number} */ left) => announce((title.textContent = n(left, "Sending {0} text…", "Sending {0} texts…")));
    whenSent(way, signal, told).then((left) => left || over(), failed);
  };
  dialog.addEventListener("cancel", () => stop.abort(), { signal });
  // Whichever way the session has ended, there is nothing left to ask.
  document.addEventListener("oh:session", over, { signal });
  dialog.addEventListener("click", (e) => {
    const at = e.target instanceof Element ? e.target.closest("[data-leave]") : null;
    switch (at?.getAttribute("data-leave")) {
      case "wait":
        return wait();
      case "anyway":
        over();
        return void attempt(way, true).catch(failed);
      case "cancel":
        return over();
    }
  }, { signal });
  dialog.showModal();
}

/** For the console. @param {number} count */
const texts = (count) => (count === 1 ? "1 text" : `${count} texts`);

/** @param {unknown} error */
const sentence = (error) =>
  // fetch rejects with a TypeError in the browser's own words.
  error instanceof Error && !(error instanceof TypeError) && error.message ? error.message : t("The phone's server does not answer. Check your connection and try again.");
