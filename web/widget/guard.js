// Asks the page's application whether somebody may be contacted, before a text
// goes out or they are called. It fails closed: without an answer the user decides, and the server
// writes down what they decided and why they were asked. (The contract's phone
// goes on without an answer; contract/service.md 13.)
// @ts-check
import { calm } from "./foreign.js";
import { n, t } from "./lang.js";
import { current, ready, request } from "./service.js";

/** How long the page may think. */
const PATIENCE = 5_000;

/** Verdicts that the server takes. */
export const ALLOWED = "allowed";

/**
 * @typedef {{phoneNumber: string, name?: string}} Recipient
 * @typedef {{service: string, recipients: Recipient[]}} Question as the server puts it
 */

/**
 * What people are told of each way to contact somebody: {0} is who, {1} the
 * service.
 * @typedef {{
 *   action: string, silent(who: string, service: string, many: number): string, refused(who: string, service: string, many: number): string,
 *   advised(who: string, service: string, many: number): string, written: string, no: string, anyway: string, not(title: string): string,
 * }} Words
 */

/** @type {Words} */
const TEXT = {
  action: "sms",
  silent: (who, service, many) => (who ? t("{0} did not say whether you may text {1}", service, who) : n(many, "{1} did not say whether you may text this person", "{1} did not say whether you may text these {0} people", service)),
  refused: (who, service, many) => (who ? t("{0} does not let you text {1}", service, who) : n(many, "{1} does not let you text this person", "{1} does not let you text these {0} people", service)),
  advised: (who, service, many) => (who ? t("{0} asks you not to text {1}", service, who) : n(many, "{1} asks you not to text this person", "{1} asks you not to text these {0} people", service)),
  written: t("If you send anyway, your choice is written down."),
  no: t("Do not send"),
  anyway: t("Send anyway"),
  not: (title) => t("Not sent. {0}.", title),
};

/** @type {Words} */
const CALL = {
  action: "call",
  silent: (who, service) => t("{0} did not say whether you may call {1}", service, who),
  refused: (who, service) => t("{0} does not let you call {1}", service, who),
  advised: (who, service) => t("{0} asks you not to call {1}", service, who),
  written: t("If you call anyway, your choice is written down."),
  no: t("Do not call"),
  anyway: t("Call anyway"),
  not: (title) => t("Not called. {0}.", title),
};

/**
 * Resolves to the verdict that a text goes out with, or throws a sentence.
 * @param {Question} question @param {AbortSignal} ends the session, and with it the question
 */
export const mayText = (question, ends) => may(question, TEXT, ends);

/** Is aborted when somebody else is called: whoever asks for two calls means the last. */
let next = new AbortController();

/**
 * The same of a call. The user is asked about one call at a time.
 * @param {Question} question @param {AbortSignal} ends
 */
export function mayCall(question, ends) {
  next.abort();
  next = new AbortController();
  return may(question, CALL, ends, next.signal);
}

/** @param {Question} question @param {Words} words @param {AbortSignal} ends @param {AbortSignal} [replaced] */
async function may({ service, recipients }, words, ends, replaced) {
  // Who is called is one, whom the contract has asked about by themselves.
  const [{ phoneNumber, name }] = recipients;
  const who = words === CALL ? { phoneNumber, ...(name && { name }) } : { recipients };
  const response = await (isOwn() ? afar : inquire)({ ...who, actionType: words.action });
  ends.throwIfAborted();
  const { verdict, title, note, anyway } = judge(response, current()?.title ?? service, recipients, words);
  if (verdict) return verdict;
  if (await question(title, note, anyway, words, replaced ? AbortSignal.any([ends, replaced]) : ends)) return anyway;
  throw new Error(words.not(title));
}

/** Whether this is a window of the phone's own, whose address names the page that opened it. */
const isOwn = () => URL.canParse(new URLSearchParams(location.search).get("fromPopup") ?? "");

/** Asks that page. @param {object} body */
const afar = async (body) => (await import("./ownwindow.js")).question(body);

/** Asks the page around this frame, and gives its answer, null for none. @param {object} body */
export async function inquire(body) {
  await ready;
  // A server that restarted asks for a page that is only about to say where.
  if (!current()?.paths.doNotContactPath) await said();
  return request("doNotContactPath", body, { timeout: PATIENCE });
}

/** Waits until the page has said where it is asked, no longer than for an answer. @returns {Promise<void>} */
function said() {
  return new Promise((resolve) => {
    const timer = setTimeout(done, PATIENCE);
    function done() {
      clearTimeout(timer);
      document.removeEventListener("oh:service-known", look);
      resolve();
    }
    function look() {
      if (current()?.paths.doNotContactPath) done();
    }
    document.addEventListener("oh:service-known", look);
  });
}

/**
 * What an answer means: a verdict, or a question to the user. `anyway` is what
 * the user's yes stands for; without it the text cannot be sent.
 * @param {any} response @param {string} service @param {Recipient[]} recipients @param {Words} [words]
 * @returns {{verdict: string, title: string, note: string, anyway: string}}
 */
export function judge(response, service, recipients, words = TEXT) {
  const who = recipients.length === 1 ? recipients[0].name || recipients[0].phoneNumber : "";
  const many = recipients.length;
  const data = response?.data;
  if (typeof data !== "object" || data === null || !("result" in data)) {
    return { verdict: "", title: words.silent(who, service, many), note: words.written, anyway: "no answer" };
  }
  const { result, mode, message } = data;
  if (!result) return { verdict: ALLOWED, title: "", note: "", anyway: "" };
  const note = typeof message === "string" ? message.slice(0, 500) : "";
  if (mode === "restrict") return { verdict: "", title: words.refused(who, service, many), note, anyway: "" };
  return { verdict: "", title: words.advised(who, service, many), note: note || words.written, anyway: `warned: ${note || "do not contact"}` };
}

/**
 * @param {string} title @param {string} note @param {string} anyway @param {Words} words
 * @param {AbortSignal} ends means no
 * @returns {Promise<boolean>} whether to go on
 */
async function question(title, note, anyway, words, ends) {
  if (ends.aborted) return false;
  const dialog = /** @type {HTMLDialogElement} */ (document.createElement("dialog"));
  dialog.className = "ask";
  dialog.setAttribute("aria-labelledby", "guard-title");
  dialog.setAttribute("aria-describedby", "guard-note");
  const add = (/** @type {string} */ tag, /** @type {string} */ css, /** @type {string} */ text) => {
    const e = document.createElement(tag);
    e.className = css;
    e.textContent = calm(text);
    dialog.append(e);
    return e;
  };
  add("h2", "ask__title", title).id = "guard-title";
  add("p", "ask__note", note).id = "guard-note";
  return new Promise((resolve) => {
    const answer = (/** @type {boolean} */ yes) => {
      dialog.close();
      dialog.remove();
      resolve(yes);
    };
    ends.addEventListener("abort", () => answer(false), { once: true });
    const no = add("button", "button button--main button--wide", anyway ? words.no : t("Close"));
    no.addEventListener("click", () => answer(false));
    if (anyway) add("button", "button button--wide button--alarm", words.anyway).addEventListener("click", () => answer(true));
    dialog.addEventListener("cancel", () => answer(false));
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
