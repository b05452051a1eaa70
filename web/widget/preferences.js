// Knows how the user likes their phone, as the server tells it to every tab:
// at the start, and whenever they choose something anew. The theme and what
// Enter does take hold here; who sounds or listens to keys asks.
// @ts-check
import { held } from "./ask.js";

/** @typedef {{theme?: string, enter?: string, language?: string, sound?: string, volume?: string, keys?: string, callWith?: string, callerId?: string, ringtone?: string, ringVolume?: string}} Preferences */

/** @type {Preferences} */
let known = {};

/** As they are now. */
export const preferences = () => known;

/** @param {Preferences} next */
function take(next) {
  known = next;
  const { documentElement: root, body } = document;
  if ((root.dataset.theme || "") !== (next.theme || "")) {
    // All at once: colours that fade each at its own pace flicker.
    root.dataset.turning = "";
    if (next.theme) root.dataset.theme = next.theme;
    else delete root.dataset.theme;
    void getComputedStyle(body).color;
    delete root.dataset.turning;
  }
  body.dataset.enter = next.enter || "send";
  document.dispatchEvent(new CustomEvent("oh:theme"));
}

/** Where nothing is lost with the page: what is written there the server keeps. */
const KEPT = /^\/(|messages|conversations\/.+|history|contacts|settings|settings\/(language|theme|about))$/;

/** Whether the page holds what nobody else has: a form half filled in, a choice, a search, a sound that plays. */
const engaged = () =>
  !KEPT.test(document.body.dataset.route || "/") || Boolean(document.querySelector("#panel [type=search]:not(:placeholder-shown)"));

/**
 * Every word of the page is in one language: in another, the page is drawn
 * anew. Once for each choice; what the server cannot draw stays as it is. Where
 * the browser refuses our cookies the session would be lost with the page: there
 * it keeps the language that it began with, as it does when somebody leaves.
 * @param {string} language
 */
function speak(language) {
  const { lang, dataset } = document.documentElement;
  if (held() || (language ? language === lang : !dataset.language)) return;
  if (history.state?.language === language) return;
  if (engaged()) return document.addEventListener("oh:route", () => speak(known.language || ""), { once: true });
  history.replaceState({ ...history.state, language }, "");
  location.reload();
}

document.addEventListener("oh:preferences", (e) => {
  const next = /** @type {CustomEvent<Preferences>} */ (e).detail;
  take(next);
  speak(next.language || "");
});
// They are the user's, and not the next one's.
document.addEventListener("oh:session", (e) => /** @type {CustomEvent} */ (e).detail?.signedIn || take({}));
