// Says to screen readers what happens to calls where nothing that is drawn
// does: somebody has answered, what is said is recorded, a key has muted the
// user, a call that rang here has come to nothing.
// @ts-check
import { t } from "./lang.js";
import { announce } from "./nav.js";

/** @typedef {import("./calls.js").Call} Call */

/** The calls as they were last. @type {Map<string, Call>} */
let before = new Map();

/** What is to be said of a call. @param {Call} was @param {Call} is */
export function spoken(was, is) {
  if (is.direction === "Outbound" && is.state === "connected" && ["dialing", "ringing"].includes(was.state)) return t("Connected");
  if (is.state === "ended" || Boolean(was.recording) === Boolean(is.recording)) return "";
  return is.recording ? t("The call is being recorded.") : t("The call is not recorded any more.");
}

/**
 * What is to be said of what a button of a call has done, be it by a key, by
 * the page around the phone or in another tab.
 * @param {Call} was @param {Call} is @returns {{act: "hold" | "mute", sentence: string} | null}
 */
export function switched(was, is) {
  if (is.state === "ended") return null;
  if (was.state === "held" && is.state === "connected") return { act: "hold", sentence: t("The call goes on.") };
  if (Boolean(was.muted) === Boolean(is.muted)) return null;
  return { act: "mute", sentence: is.muted ? t("Muted") : t("You are not muted any more.") };
}

/** Whether what is drawn says it: the button, which has the focus, or the page of the call, which says that its user is muted. @param {Call} is @param {string} act */
function shown({ id, muted }, act) {
  const at = document.activeElement?.closest(`[data-call-act$="${act}"]`); // unmute as mute
  const page = act === "mute" && muted ? document.querySelector("#panel [data-panel=active-call]") : null;
  return [at, page].some((e) => e?.getAttribute("data-call") === id);
}

/** Takes how the calls are from now on. @param {import("./calls.js").Snapshot} next */
export function take({ calls }) {
  for (const is of calls) {
    const was = before.get(is.id);
    if (!was) continue;
    const [sentence, done] = [spoken(was, is), switched(was, is)];
    if (sentence) announce(sentence);
    else if (done && !shown(is, done.act)) announce(done.sentence);
  }
  before = new Map(calls.map((c) => [c.id, c]));
}

/** The call whose end the bar has told. */
let told = "";
document.addEventListener("oh:calls-drawn", () => {
  const over = document.querySelector(".calls-now > .now--over");
  const id = over?.getAttribute("data-now") ?? "";
  if (!over || id === told) return;
  told = id;
  // The bar of a call that only rang is new, and what is new is not read out by itself.
  if (before.get(id)?.answered || !over.checkVisibility()) return;
  announce([".now__name", ".now__state"].map((part) => over.querySelector(part)?.textContent?.trim()).join(": "));
});
