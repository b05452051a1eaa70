// Tells of what arrives, and of what failed for good, to who does not look: one
// tab of all that are open sounds, and shows a notification when none of them is in front. Whatever the
// kind, the server says who it is from, what it says and which page shows it.
// @ts-check
import { t } from "./lang.js";
import { announce, currentPath, isGone } from "./nav.js";
import { preferences } from "./preferences.js";
import { claim } from "./tabs.js";

/** @typedef {{event: string, kind: "text" | "pager" | "voicemail" | "fax" | "failed-text" | "failed-fax", title: string, text: string, place: string, route: string, quiet?: boolean}} Arrival */

const VOLUME = 60;

/** What screen readers say of it. @type {Record<Arrival["kind"], (who: string) => string>} */
const WORDS = {
  text: (who) => t("New message from {0}", who),
  pager: (who) => t("New message from {0}", who),
  voicemail: (who) => t("New voicemail from {0}", who),
  fax: (who) => t("New fax from {0}", who),
  "failed-text": (who) => t("The text to {0} was not sent.", who),
  "failed-fax": (who) => t("The fax to {0} was not sent.", who),
};

/** What a notification shows of what has no words. @type {Record<Arrival["kind"], string>} */
const TEXTS = { text: t("A picture or file"), pager: t("A picture or file"), voicemail: t("New voicemail"), fax: t("New fax"), "failed-text": "", "failed-fax": "" };

/** A sound in front of who reads it comes from where they read, also where the news gets there later; behind, it can wait. */
const AFTER_YOU = 1_000;

/** @param {Arrival} arrival */
const whoOf = ({ title }) => title || t("Unknown number");

/** Whether its page is the one that is open. @param {Arrival} arrival */
const open = ({ route }) => decodeURIComponent(currentPath()) === decodeURIComponent(route);
/** Whether somebody looks at just this. @param {Arrival} arrival */
const seen = (arrival) => !document.hidden && document.hasFocus() && open(arrival);

/** Whether the page around us has taken its kind away. @param {Arrival} arrival */
const gone = ({ kind }) => (kind === "text" || kind === "failed-text") && isGone("text");

/** @param {Arrival} arrival */
async function tell(arrival) {
  if (gone(arrival)) return;
  const failed = arrival.kind.startsWith("failed-");
  const words = WORDS[arrival.kind](whoOf(arrival));
  // A conversation that is open reads out what comes or fails in it; pages of faxes do not.
  if (!open(arrival) || arrival.kind === "failed-fax") announce(failed ? `${words} ${arrival.text}` : words);
  if (arrival.quiet) return;
  if (!(await claim(`arrival-${arrival.event}`, AFTER_YOU)) || seen(arrival)) return;
  const { sound = "chime", volume } = preferences();
  if (sound !== "none") void import("./sounds.js").then((m) => m.play(sound, volume ? Number(volume) : VOLUME));
  if (document.hidden) (await import("./notify.js")).show({ ...arrival, title: failed ? words : whoOf(arrival), text: arrival.text || TEXTS[arrival.kind] });
}

document.addEventListener("oh:arrival", (e) => void tell(/** @type {CustomEvent<Arrival>} */ (e).detail));
document.addEventListener("oh:unread", (e) => void badge(Number(/** @type {CustomEvent} */ (e).detail?.count) || 0));

/** An installed phone has a badge; frames of other sites may set none. @param {number} count */
async function badge(count) {
  if (!navigator.setAppBadge) return;
  await (count ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
}
