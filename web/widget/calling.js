// How the user calls, as the page around the phone may know and choose it: from
// the browser, or with their own phone ringing first, and the number that
// callees see, one of the user's own or none. It is their setting, and stands in every browser until they or the page choose another.
// @ts-check
import { ask } from "./ask.js";

/** @typedef {{once(key: string, sentence: string): void, tell(message: object): void}} Link */
/** @typedef {{callWith?: string, myLocation?: string, ringoutPrompt?: boolean, fromNumber?: string}} Wish */

/** What cannot be done here, and why. @type {Record<string, string>} */
const NOT_HERE = {
  softphone: "This phone hands no calls to the RingCentral Phone app",
  jupiter: "This phone hands no calls to the RingCentral app",
};

/** As the server has named it. @type {any} */
let known = null;
/** What was chosen before the server has named anything. @type {Wish | null} */
let early = null;

/**
 * Takes what the server says. Of numbers pages hear when they have asked to
 * (enableFromNumberSetting, showMyLocationNumbers).
 * @param {any} message @param {Link} link
 */
export function know(message, link) {
  known = message;
  const { fromNumber, fromNumbers, myLocation, myLocationNumbers, ringOuts, ...rest } = message;
  const asked = new URLSearchParams(location.search);
  link.tell({
    ...rest,
    ...(asked.get("enableFromNumberSetting") && { fromNumber, fromNumbers }),
    ...(asked.get("showMyLocationNumbers") && { myLocation, myLocationNumbers }),
  });
  if (early) return choose(early, link);
}

document.addEventListener("oh:session", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.signedIn) return;
  known = early = null;
});

/**
 * Takes rc-calling-settings-update. What cannot be is left as it is, with a
 * sentence for the page's developers.
 * @param {Wish} wish @param {Link} link @returns {Promise<void>}
 */
export async function choose(wish, link) {
  if (!known) return void (early = { ...early, ...wish });
  early = null;
  const values = wanted(wish, (sentence) => link.once(`calling ${sentence}`, `rc-calling-settings-update: ${sentence}`));
  if (!Object.keys(values).length) return;
  const answer = await ask("/panel/preferences", { method: "POST", body: new URLSearchParams(values) });
  if (!answer.ok) throw new Error((await answer.text()).trim());
}

/** @param {Wish} wish @param {(sentence: string) => void} say @returns {Record<string, string>} the preferences */
function wanted({ callWith, myLocation, ringoutPrompt, fromNumber }, say) {
  /** @type {Record<string, string>} */
  const values = {};
  if (callWith && Object.hasOwn(NOT_HERE, callWith)) say(`${NOT_HERE[callWith]}. callWith was left as it is.`);
  else if (callWith === "ringout" && !known.ringOuts) say("this user has no calls that ring their own phone first. callWith was left as it is.");
  else if (callWith === "browser" || callWith === "ringout") values.callWith = callWith;
  else if (callWith) say(`there is no such callWith. It was left as it is.`);
  if (ringoutPrompt && !known.ringOuts) say("this user has no calls that ring their own phone first. ringoutPrompt was left as it is.");
  else if (ringoutPrompt !== undefined) values.ringoutPrompt = ringoutPrompt ? "on" : "";
  if (myLocation) {
    if (known.myLocationNumbers.some((/** @type {any} */ n) => n.value === myLocation)) values.myLocation = myLocation;
    else say("myLocation is not one of the numbers at which this user's own phones ring. It was left as it is: the user can choose another one in the settings.");
  }
  if (fromNumber !== undefined) {
    if (fromNumber === "anonymous" || offered(fromNumber)) values.callerId = fromNumber;
    else say("fromNumber is not one of the numbers that this user may show, nor anonymous. It was left as it is.");
  }
  return values;
}

/** @param {string} number */
const offered = (number) => known.fromNumbers.some((/** @type {any} */ n) => n.phoneNumber === number);
