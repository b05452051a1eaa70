// Asks the page's application whether somebody may be contacted, before a text
// goes out. It fails closed: without an answer the user decides, and the server
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
 * Resolves to the verdict that the text goes out with, or throws a sentence.
 * @param {Question} question
 */
export async function mayText({ service, recipients }) {
  await ready;
  // A server that restarted asks for a page that is only about to say where.
  if (!current()?.paths.doNotContactPath) await said();
  const response = await request("doNotContactPath", { recipients, actionType: "sms" }, { timeout: PATIENCE });
  const { verdict, title, note, anyway } = judge(response, current()?.title ?? service, recipients);
  if (verdict) return verdict;
  if (await question(title, note, anyway)) return anyway;
  throw new Error(t("Not sent. {0}.", title));
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
 * @param {any} response @param {string} service @param {Recipient[]} recipients
 * @returns {{verdict: string, title: string, note: string, anyway: string}}
 */
export function judge(response, service, recipients) {
  const who = recipients.length === 1 ? recipients[0].name || recipients[0].phoneNumber : "";
  const many = recipients.length;
  const data = response?.data;
  if (typeof data !== "object" || data === null || !("result" in data)) {
    return { verdict: "", title: who ? t("{0} did not say whether you may text {1}", service, who) : n(many, "{1} did not say whether you may text this person", "{1} did not say whether you may text these {0} people", service), note: t("If you send anyway, your choice is written down."), anyway: "no answer" };
  }
  const { result, mode, message } = data;
  if (!result) return { verdict: ALLOWED, title: "", note: "", anyway: "" };
  const note = typeof message === "string" ? message.slice(0, 500) : "";
  if (mode === "restrict") return { verdict: "", title: who ? t("{0} does not let you text {1}", service, who) : n(many, "{1} does not let you text this person", "{1} does not let you text these {0} people", service), note, anyway: "" };
  return { verdict: "", title: who ? t("{0} asks you not to text {1}", service, who) : n(many, "{1} asks you not to text this person", "{1} asks you not to text these {0} people", service), note: note || t("If you send anyway, your choice is written down."), anyway: `warned: ${note || "do not contact"}` };
}

/**
 * @param {string} title @param {string} note @param {string} anyway
 * @returns {Promise<boolean>} whether to send
 */
function question(title, note, anyway) {
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
    const no = add("button", "button button--main button--wide", anyway ? t("Do not send") : t("Close"));
    no.addEventListener("click", () => answer(false));
    if (anyway) add("button", "button button--wide button--alarm", t("Send anyway")).addEventListener("click", () => answer(true));
    dialog.addEventListener("cancel", () => answer(false));
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
