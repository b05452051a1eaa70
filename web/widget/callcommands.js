// Does with calls what the page around the phone asks for, once inbound.js has
// found that it may. Calls cost money: without the capability to dial a number
// is only filled in. How many calls somebody may place is counted by the server.
// @ts-check
import { act, find, rings, routeOf, snapshot } from "./calls.js";
import { navigate } from "./nav.js";

/** @typedef {import("./host.js").HostLink} HostLink */
/** @typedef {{transferNumber?: string, forwardNumber?: string, dtmf?: string}} Options */

/** What each action of the contract is here. @type {Record<string, (o: Options) => [act: string, body?: object]>} */
const ACTIONS = {
  answer: () => ["answer"],
  reject: () => ["ignore"],
  toVoicemail: () => ["voicemail"],
  forward: ({ forwardNumber = "" }) => ["forward", { to: forwardNumber }],
  hangup: () => ["hangup"],
  hold: () => ["hold"],
  unhold: () => ["unhold"],
  mute: () => ["mute"],
  unmute: () => ["unmute"],
  transfer: ({ transferNumber = "" }) => ["transfer", { to: transferNumber }],
  startRecord: () => ["record", { on: true }],
  stopRecord: () => ["record", { on: false }],
  dtmf: ({ dtmf = "" }) => ["digits", { digits: dtmf }],
};

/** What can only be done with a call that rings. */
const RINGING = new Set(["answer", "reject", "toVoicemail", "forward"]);

/**
 * The call that a page means: by any of its ids, or without one the call that
 * rings, or the one that is heard. What is no id means no call.
 * @param {string} action @param {any} [id]
 */
export function meant(action, id = "") {
  const { calls = [], active = "" } = snapshot() ?? {};
  const open = calls.filter((c) => c.state !== "ended");
  if (id !== "") return open.find((c) => [c.id, c.telephonySessionId, c.sessionId, c.partyId].includes(id));
  if (RINGING.has(action)) return open.find(rings);
  return find(active) ?? open.at(-1);
}

/**
 * Takes rc-adapter-control-call. What cannot be done is told to the page.
 * @param {{callAction: string, callId?: any, options?: Options}} m @param {HostLink} link
 * @returns {Promise<string | void>} why it was not done
 */
export async function control({ callAction, callId, options = {} }, link) {
  const id = callId ?? "";
  const refuse = (/** @type {string} */ error, /** @type {string} */ message) => {
    link.tell({ type: "rc-control-call-error", error, message, callId: typeof id === "string" ? id : "" });
    link.once(`control ${callAction} ${error}`, `rc-adapter-control-call: ${message}`);
    return message;
  };
  const folds = callAction === "toggleRingingDialog";
  const action = Object.hasOwn(ACTIONS, callAction) ? ACTIONS[callAction] : undefined;
  if (!action && !folds) return refuse("unknownAction", "There is no such action. Nothing was done.");
  const call = meant(callAction, id);
  if (folds && (call || id === "")) return fold();
  if (!call || !action) return refuse("noCall", "There is no such call. Nothing was done.");
  const [name, body] = action(texts(options));
  try {
    await act(call.id, name, body);
  } catch (e) {
    return refuse("failed", e instanceof Error ? e.message : String(e));
  }
}

/** Makes the window of a call that rings small, or large again. */
function fold() {
  const button = document.querySelector("[data-ring] [data-ring-fold]");
  if (button instanceof HTMLElement) button.click();
}

/** Options of a page are texts, or left out. @param {any} o @returns {Options} */
const texts = (o) => Object.fromEntries(Object.entries(o ?? {}).filter(([, v]) => typeof v === "string" && v.length <= 64));

/** Shows the call that is heard, or the one that rings. */
export async function show() {
  const call = meant("");
  if (call) await navigate(routeOf(call.id), { focus: true });
}
