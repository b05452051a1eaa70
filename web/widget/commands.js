// Does what the page around the phone asks for, once inbound.js has found that
// it may. Nothing here sends a text: what a page fills in, the user sends. Calls
// are placed for pages with the capability to dial.
// @ts-check
import { ask, session } from "./ask.js";
import * as inbound from "./inbound.js";
import { alert, compose, dial, isGone, navigate, settled, showNumber, signedIn } from "./nav.js";
import { startSignIn, takeCallback } from "./signin.js";

/** @typedef {import("./inbound.js").Message} Message */
/** @typedef {import("./host.js").HostLink} HostLink */

/** @param {any} data @param {HostLink} link */
export const take = (data, link) => inbound.take(data, link, actions(link));

/**
 * What rc-adapter-new-sms asks for. Recipients may be one number or several.
 * @param {Message} m
 */
export function prefill({ phoneNumber, text, conversation, recipient, attachments }) {
  const numbers = Array.isArray(phoneNumber) ? phoneNumber.slice(0, 10).join(",") : phoneNumber;
  const name = typeof recipient?.name === "string" && recipient.name.length <= 200 ? recipient.name : "";
  return {
    ...(numbers && { phoneNumber: numbers }),
    ...(text && { text }),
    ...((typeof conversation === "string" || conversation === true) && { conversation }),
    ...(name && { recipient: { name } }),
    ...(attachments?.length && { attachments }),
  };
}

/**
 * The action of each type. Those that RCAdapter has promises for resolve to
 * the sentence that says why nothing was done.
 * @param {HostLink} link
 * @returns {any}
 */
export function actions(link) {
  const warn = (/** @type {string} */ sentence) => (link.with.warn(sentence), sentence);
  /** A phone that is minimized opens. @param {unknown} then */
  const seen = (then) => (link.tell({ type: "offhook-open-notify" }), then);
  /** @param {Message} m */
  const stands = async (m) => (await import("./standing.js")).take(m, link);
  return {
    callback: (/** @type {string} */ uri) => takeCallback(uri, true),
    service: async (/** @type {Message} */ m) => {
      const service = await import("./service.js");
      return m.type === "rc-post-message-response" ? service.answer(m) : service.take(m);
    },
    refuse: async (/** @type {unknown} */ id) => (await import("./service.js")).refuse(id),
    request: (/** @type {{path: string, body: Message}} */ { path, body }) => requests(link)[path](body),

    "rc-adapter-navigate-to": ({ path }) => seen(navigate(path)),
    "rc-adapter-new-sms": (m) => seen(text(prefill(m))),
    "rc-adapter-new-call": (m) => seen(call(/** @type {any} */ (m), link)),
    "rc-adapter-control-call": async (m) => (await import("./callcommands.js")).control(/** @type {any} */ (m), link),
    "rc-adapter-webphone-sessions-sync": async () => (await import("./callhost.js")).sync(),
    "rc-adapter-navigateToCurrentCall": async () => seen((await import("./callcommands.js")).show()),
    "rc-adapter-navigateToViewCalls": () => seen(navigate("/history")),
    "rc-adapter-auto-populate-conversation": (m) => populate(m, link),
    "rc-adapter-login": () => link.signedIn || seen(navigate("/").then(startSignIn)),
    "rc-adapter-logout": async () => link.signedIn && (await import("./leave.js")).signOutForHost(),
    async "rc-adapter-sign-in"({ ticket }) {
      link.answered();
      if (!ticket) return;
      const { useTicket } = await import("./ticket.js");
      return useTicket(ticket).then((done) => (done ? undefined : warn("The ticket is not good. Nobody is signed in.")), (/** @type {Error} */ e) => warn(`The ticket could not be used: ${e.message}`));
    },
    "rc-adapter-update-auto-log-settings": async (m) => (await import("./logger.js")).setAuto(m),
    "rc-adapter-trigger-call-logger-match": async ({ sessionIds }) => (await import("./logger.js")).rematch(sessionIds),
    "rc-adapter-update-ringtone": async (m) => (await import("./ringtones.js")).bring(m, link),
    "rc-adapter-update-sms-typing-time-tracking": async ({ enabled }) => (await import("./typing.js")).set(enabled),
    "rc-sms-settings-update": async ({ senderNumber }) => (await import("./senders.js")).choose(senderNumber, link),
    "rc-calling-settings-update": async (m) => (await import("./calling.js")).choose(m, link),
    "rc-adapter-update-features-flags": async (m) => (await import("./features.js")).set(m),
    "rc-adapter-set-presence": ({ userStatus, dndStatus }) => presence({ userStatus, dndStatus }, link),
    "rc-adapter-set-environment": async ({ appServer }) => seen((await import("./environment.js")).change(appServer, link)),
    "rc-adapter-syncClosed": stands,
    "rc-adapter-syncMinimized": stands,
    "rc-adapter-syncSize": stands,
    "rc-adapter-syncPosition": stands,
  };
}

/** A text that the page wanted before anybody was signed in. @type {ReturnType<typeof prefill> | null} */
let early = null;
document.addEventListener("oh:session", (e) => {
  const what = early;
  early = null;
  if (what && /** @type {CustomEvent} */ (e).detail?.signedIn) void text(what);
});

/**
 * Opens what a text is written in. Where the page asks for the conversation
 * with a number, only the server knows which that is, if there is one; the
 * people whom the user is choosing stay chosen.
 * @param {ReturnType<typeof prefill>} what
 */
async function text(what) {
  const { conversation, ...rest } = what;
  early = null;
  if (typeof conversation === "string") return compose({ ...rest, conversation });
  if (conversation && !signedIn()) {
    early = what;
    return compose(rest); // the sign-in first
  }
  if (!conversation || !rest.phoneNumber || document.querySelector("[data-panel=compose] #chips li")) return compose(rest);
  const answer = await ask(`/panel/with/${encodeURIComponent(rest.phoneNumber)}`).catch(() => null);
  const found = answer?.ok ? (await answer.json()).conversation : "";
  return compose({ ...rest, ...(found && { conversation: found }) });
}

/** How long a page that has just been drawn may take to know whether its user can call. */
const LINE = 5_000;

/** Whether calls can be placed here, once that is known. @returns {Promise<boolean>} */
function line() {
  const known = () => document.body.dataset.line;
  if (known() || !signedIn() || isGone("calls")) return Promise.resolve(Boolean(known()) && known() !== "none");
  return new Promise((resolve) => {
    const done = () => (clearTimeout(timer), document.removeEventListener("oh:line", done), resolve(Boolean(known()) && known() !== "none"));
    const timer = setTimeout(done, LINE);
    document.addEventListener("oh:line", done);
  });
}

/**
 * Calls a number, or fills it in for the user where the page may not call or
 * does not ask for it. Where nobody can call, the page of the number is shown.
 * @param {{phoneNumber: string, toCall?: boolean}} m @param {HostLink} link
 */
async function call({ phoneNumber, toCall }, link) {
  if (!(await line())) return showNumber(phoneNumber);
  if (toCall && !link.may("dial")) link.once("toCall", 'rc-adapter-new-call: this page may not place calls, so the number is filled in. The operator can allow it with the capability "dial" of the embed.');
  if (!toCall || !link.may("dial")) return dial(phoneNumber);
  const { place } = await import("./calls.js");
  const here = session();
  try {
    await place(phoneNumber);
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e);
    link.with.warn(`rc-adapter-new-call: ${why}`);
    if (here.aborted) return;
    // The number is at hand for another attempt, and what stands in the way is read.
    await dial(phoneNumber);
    alert(why);
  }
}

/** Who says more often how the user is, says the last of it. */
const CALM = 1000;
/** @type {Message | null} */
let wanted = null;
/** @type {Promise<void> | null} */
let saying = null;

/**
 * Says of the user what the page wants said; the platform decides whether they
 * may. It also counts how often it is asked, and a page that says so all the
 * time must not use up what the user's own texts need.
 * @param {Message} change @param {HostLink} link
 */
async function presence(change, link) {
  if (!link.signedIn) return link.once("presence", "rc-adapter-set-presence: nobody is signed in. Nothing was done.");
  wanted = change;
  if (saying) return;
  saying = say();
  setTimeout(() => {
    saying = null;
    if (wanted) presence(wanted, link).catch((e) => link.with.warn(e.message));
  }, CALM);
  return saying;
}

async function say() {
  const change = wanted;
  wanted = null;
  const answer = await ask("/panel/presence", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(change) });
  if (!answer.ok) throw new Error((await answer.text()).trim());
}

/**
 * Keeps a template of the user's own.
 * @param {Message} made @param {HostLink} link
 * @returns {Promise<string>} ok, or a sentence that says why not
 */
async function template(made, link) {
  if (!link.signedIn) return "Nobody is signed in. Nothing was done.";
  const answer = await ask("/panel/templates", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(made) });
  return answer.ok ? "ok" : (await answer.text()).trim();
}

/**
 * Reads calls of the past; the server decides whether the page may.
 * @param {string} path @param {Record<string, unknown>} query @param {HostLink} link
 */
async function calls(path, query, link) {
  if (!link.signedIn) throw new Error("Nobody is signed in.");
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const answer = await ask(`${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`);
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

/**
 * Offers a text to the open conversation; what the user wrote there stays.
 * @param {Message} what @param {HostLink} link
 */
async function populate({ text, attachments }, link) {
  await settled(); // what is asked for next may be for what was asked for before
  const offer = new CustomEvent("oh:populate", { detail: { text, attachments }, cancelable: true });
  document.dispatchEvent(offer);
  if (!offer.defaultPrevented) link.once("no conversation", "rc-adapter-auto-populate-conversation fills the open conversation, and none is open. Nothing was done.");
}

/**
 * What answers each path of rc-adapter-message-request.
 * @param {HostLink} link
 * @returns {Record<string, (body: Message) => unknown>}
 */
function requests(link) {
  return {
    "/custom-alert-message": async (body) => (await import("./alerts.js")).show(/** @type {any} */ (body), pressed),
    "/dismiss-alert-message": async ({ id }) => ((await import("./alerts.js")).dismiss(id), "ok"),
    "/check-popup-window": () => false,
    "/unlogged-calls": ({ perPage, page }) => calls("/log/calls", { perPage, page }, link),
    "/get-call-log": ({ sessionId, telephonySessionId }) => calls("/log/calls/one", { sessionId, telephonySessionId }, link),
    "/create-sms-template": ({ displayName, text }) => template({ displayName, text }, link),
  };
  /** The service hears of links that are pressed in details. @param {string} id */
  async function pressed(id) {
    if (link.may("service")) (await import("./service.js")).request("buttonEventPath", { button: { id, type: "linkInAlertDetail" } });
  }
}
