// The number that new texts are sent from, as the page around the phone may
// choose it: one of the user's own. It is their setting, and stands in every
// browser until they or the page choose another.
// @ts-check
import { ask } from "./ask.js";

/** @typedef {{may(capability: string): boolean, once(key: string, sentence: string): string, tell(message: object): void}} Link */

/** As the server has named them. @type {any} */
let known = null;
/** What was chosen before the server has named any. */
let early = "";

/**
 * Takes what the server says of the user's numbers. Pages hear of it when they
 * have asked to (enableSmsSettingEvent).
 * @param {any} message @param {Link} link
 */
export function know(message, link) {
  known = message;
  if (new URLSearchParams(location.search).get("enableSmsSettingEvent")) link.tell(known);
  if (early) return choose(early, link);
}

document.addEventListener("oh:session", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.signedIn) return;
  known = null;
  early = "";
});

/** @param {string} number @param {Link} link @returns {Promise<string | void>} why nothing was changed */
export async function choose(number, link) {
  if (!known) return void (early = number);
  early = "";
  if (!offered(number)) return link.once("sender", "rc-sms-settings-update: senderNumber is not one of the numbers that this user sends texts from. Nothing was changed.");
  const answer = await ask("/panel/preferences", { method: "POST", body: new URLSearchParams({ sender: number }) });
  if (!answer.ok) throw new Error((await answer.text()).trim());
}

/** @param {string} number */
const offered = (number) => known.senderNumbers.some((/** @type {any} */ n) => n.phoneNumber === number);
