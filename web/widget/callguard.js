// Asks before somebody is called what is asked before they are texted, and
// before an emergency call, where help is sent to: the server answers a call
// with the question, and takes it with the verdict. A question ends with the
// session, and with the call that it is about.
// @ts-check
import { session } from "./ask.js";

/**
 * @template {object} T
 * @param {(checked: {checked?: string, guarded?: boolean, confirmed?: boolean}) => Promise<Response>} offer
 * @param {AbortSignal} [over] the call that it is about has ended
 * @returns {Promise<T | any>} what the server answers to the call
 */
export async function guarded(offer, over) {
  const ends = over ? AbortSignal.any([session(), over]) : session();
  // A server that restarted may not know any more that the page wants to be asked.
  const known = document.body.dataset.guarded ? { guarded: true } : {};
  const first = await offer(known);
  const question = first.headers?.get("X-Offhook-Guard");
  if (!question) return first.json();
  if (question === "emergency") {
    const { confirmed } = await import("./emergency.js");
    await confirmed(await first.json(), ends);
    return (await offer({ ...known, confirmed: true })).json();
  }
  const { mayCall } = await import("./guard.js");
  return (await offer({ ...known, checked: await mayCall(await first.json(), ends) })).json();
}
