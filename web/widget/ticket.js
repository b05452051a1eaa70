// Signs in with a ticket: what the host's own server got for its user, and
// the page around the phone handed over. A ticket that is not good any more
// came out of a cached page; it changes nothing, and Sign In is there.
// @ts-check
import { ask, cookies, held, hold } from "./ask.js";

const patience = 1000; // until the end of the session before counts as lost

/** One ticket after the other: the last one given counts. @type {Promise<unknown>} */
let turn = Promise.resolve();

/**
 * @param {string} ticket
 * @returns {Promise<boolean>} whether somebody is signed in now
 */
export function useTicket(ticket) {
  const mine = turn.then(() => redeem(ticket));
  turn = mine.catch(() => {});
  return mine;
}

/** @param {string} ticket */
async function redeem(ticket) {
  await cookies();
  const before = document.body.dataset.signedIn === "true";
  const answer = await ask("/ticket", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ticket }),
  });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  const { signedIn, changed } = await answer.json();
  if (!changed) return signedIn;
  const next = held();
  if (before) await farewell();
  if (next) hold(next); // it is the new session's
  tell(true);
  return true;
}

/**
 * Waits for the socket to say that the session before has ended, so that
 * nothing of the user before is left when the next one comes.
 */
function farewell() {
  if (document.body.dataset.signedIn !== "true") return undefined;
  return new Promise((resolve) => {
    const timer = setTimeout(() => tell(false, "replaced"), patience);
    document.addEventListener("oh:session", () => resolve(clearTimeout(timer)), { once: true });
  });
}

/** @param {boolean} signedIn @param {string} [reason] */
const tell = (signedIn, reason) => document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn, reason } }));
