// What few pages need of RCAdapter, loaded by adapter.js at the first use:
// requests and their answers, tickets, links to numbers, notifications.
// Everything it hears and does ends with the phone it belongs to.
// @ts-check

/** How long the phone may think about a request, and how long it may take to come up. */
const PATIENCE = 5_000;
const START = 20_000;

/**
 * @typedef {{
 *   api: any, key: string, signal: AbortSignal, begun: Promise<any>,
 *   send(type: string, fields?: object): void, show(): void,
 *   hear(fn: (data: any) => void): void, last(): any,
 * }} Page what adapter.js lends: `begun` settles when the phone has come up or
 *   was taken off the page, `last` is the last notice of the frame.
 */

/** @param {Page} page */
export default function more(page) {
  const { api, send, signal } = page;
  const request = requests(page);
  /** A command, which waits for the phone and takes as long as its user thinks. @param {string} type @param {object} fields @returns {Promise<void>} */
  const command = async (type, fields) => void (await request(type, fields, { start: 0, patience: 0 }));
  let popups;
  /** What opens the phone in a window of its own. @param {string} [uri] the page's own for it */
  const windows = (uri) => (popups ??= import(new URL("popup.js", import.meta.url).href).then((m) => m.default(page, uri)));
  return {
    /** Resolves with RCAdapter once the phone takes commands. */
    ready: () => within(START, page.begun, "The phone has not come up. What stands in its place on the page says why.", signal),
    /** Resolves when nobody is signed in any more: what comes right after it may take the phone away. */
    logoutUser: async () => {
      const { signal, hear, last } = page;
      const out = new Promise((resolve) => hear((data) => data.type === "offhook-frame-notify" && data.signedIn === false && resolve(undefined)));
      send("rc-adapter-logout");
      if (last()?.signedIn) await within(2 * PATIENCE, out, "The phone has not signed the user out within ten seconds.", signal);
    },
    /** @param {{ticket?: string}} [how] */
    signIn: ({ ticket } = {}) => command("rc-adapter-sign-in", { ticket }),
    setTicketProvider: tickets(page),
    /** @param {string} callAction @param {string} [callId] @param {object} [options] */
    controlCall: (callAction, callId, options) => command("rc-adapter-control-call", { callAction, callId, options }),
    /** @param {object} alert @returns {Promise<string>} the alert's id */
    alertMessage: (alert) => request("/custom-alert-message", alert),
    /** @param {string} [id] without it, all */
    dismissMessage: (id) => request("/dismiss-alert-message", { id }),
    /** @param {string} displayName @param {string} text */
    createSMSTemplate: (displayName, text) => request("/create-sms-template", { displayName, text }),
    /** @param {number} [perPage] @param {number} [page] */
    getUnloggedCalls: (perPage, page) => request("/unlogged-calls", { perPage, page }),
    /** @param {{sessionId?: string, telephonySessionId?: string}} which */
    getCallLog: ({ sessionId, telephonySessionId } = {}) => request("/get-call-log", { sessionId, telephonySessionId }),
    /** @param {{alert?: boolean}} [how] alert brings the window to the front */
    isWindowPoppedUp: async (how) => (await windows()).there(how?.alert),
    /** @param {{appServer?: string}} [which] without it, the user chooses */
    setEnvironment: async (which) => {
      page.show();
      await command("rc-adapter-set-environment", { ...which });
    },
    /** @param {{call?: boolean, message?: boolean}} what */
    setAutoLog: ({ call, message } = {}) => command("rc-adapter-update-auto-log-settings", { call, message }),
    /** @param {{name?: string, uri?: string, volume?: number}} ringtone */
    updateRingtone: ({ name, uri, volume } = {}) => command("rc-adapter-update-ringtone", { name, uri, volume }),
    /** @param {{callWith?: string, myLocation?: string, ringoutPrompt?: boolean, fromNumber?: string}} settings */
    updateCallingSetting: ({ callWith, myLocation, ringoutPrompt, fromNumber } = {}) => command("rc-calling-settings-update", { callWith, myLocation, ringoutPrompt, fromNumber }),
    /** @param {{senderNumber?: string}} [settings] */
    updateSmsSetting: ({ senderNumber } = {}) => command("rc-sms-settings-update", { senderNumber }),

    /** Does what a link to a number says. @param {string} href */
    async open(href) {
      let [to, query] = href.slice(4).split(/[?&;](.*)/s);
      try {
        to = decodeURIComponent(to);
      } catch {
        // badly escaped: as it stands
      }
      if (/^tel/i.test(href)) return api.clickToCall(to, true);
      const body = new URLSearchParams(query);
      api.clickToSMS(to, body.get("body") ?? body.get("text"));
    },
    notify: () => notify(page),

    /** The looks that few pages ask for. @param {[own: boolean, dock: string, popup: string, popupPageUri: string]} looks */
    look: async ([own, dock, popup, uri]) => {
      const looks = await import(new URL("looks.js", import.meta.url).href);
      if (own) return looks.fill(page);
      if (dock) looks.dock(page);
      if (popup) (await windows(uri)).header();
    },
    /** Opens the phone in a window of its own. @returns {Promise<boolean>} whether there is one now */
    popupWindow: async () => (await windows()).open(),
  };
}

/**
 * The promise, or a refusal with a sentence: when it takes too long, or when
 * the phone is taken off the page.
 * @template T
 * @param {number} ms 0 for as long as it takes @param {Promise<T>} promise @param {string} late @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
function within(ms, promise, late, signal) {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error("The phone was taken off the page."));
    const timer = ms ? setTimeout(() => reject(new Error(late)), ms) : undefined;
    if (signal.aborted) gone();
    signal.addEventListener("abort", gone);
    promise.then(resolve, gone).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", gone);
    });
  });
}

/**
 * Requests to the phone, each with its one answer. The time runs from when the
 * phone can hear it.
 * @param {Page} page @returns {(path: string, body: object, limits?: {start: number, patience: number}) => Promise<any>}
 */
function requests({ begun, send, hear, signal }) {
  /** @type {Map<string, (response: any) => void>} */
  const waiting = new Map();
  let count = 0;
  hear(({ type, responseId, response }) => {
    if (type !== "rc-adapter-message-response") return;
    waiting.get(responseId)?.(response);
    waiting.delete(responseId);
  });
  return async (path, body, { start, patience } = { start: START, patience: PATIENCE }) => {
    await within(start, begun, "The phone has not come up. What stands in its place on the page says why.", signal);
    // Two phones in one page count apart: each hears its own frame only.
    const requestId = `${Date.now().toString(36)}-${++count}`;
    const answer = new Promise((resolve) => waiting.set(requestId, resolve));
    send("rc-adapter-message-request", { requestId, path, body });
    const response = await within(patience, answer, `The phone has not answered ${path} within five seconds.`, signal).finally(() => waiting.delete(requestId));
    if (response?.error) throw new Error(String(response.error));
    return response?.data;
  };
}

/**
 * Asks the page's own server for a ticket whenever the frame says that one
 * would help, and once for each time it says so.
 * @param {Page} page @returns {(provide: () => Promise<string>) => Promise<void>}
 */
function tickets({ send, hear, last }) {
  /** @type {(() => Promise<string>) | undefined} */
  let provide;
  let answered;
  const ask = async (notice) => {
    if (!notice?.ticket || !provide || answered === notice) return;
    answered = notice;
    send("rc-adapter-sign-in", { ticket: await provide() });
  };
  hear((data) => data.type === "offhook-frame-notify" && ask(data));
  return async (fn) => {
    provide = fn;
    await ask(last());
  };
}

/** Where messages are that are in no conversation. @type {Record<string, string>} */
const ROUTES = { VoiceMail: "/messages/voicemail/", Fax: "/messages/fax/" };

/**
 * Shows texts and calls that come in while nobody looks. Browsers show no notifications
 * of frames, so they are the page's own, which may ask only after a click.
 * @param {Page} page
 */
async function notify({ api, key, signal, hear, show }) {
  const allowed = () => window.Notification?.permission;
  api.container.addEventListener("click", () => allowed() === "default" && Notification.requestPermission(), { signal });
  /** What is shown, until it is read in whichever browser. @type {Map<number, Notification>} */
  const shown = new Map();
  // One tab of the page hears that it was read, and another may show it.
  const tabs = new BroadcastChannel(`${key}-read`);
  tabs.onmessage = ({ data }) => shown.get(data)?.close();
  signal.addEventListener("abort", () => tabs.close());
  /** @type {Map<string, Notification>} */
  const calls = new Map();
  hear(({ type, call }) => {
    if (!call || !/^rc-call-(ring|start|end)-notify$/.test(type)) return;
    calls.get(call.id)?.close();
    if (type !== "rc-call-ring-notify" || !document.hidden || allowed() !== "granted") return;
    const n = new Notification(call.fromUserName || call.from || api.contentFrameEl.title, { body: call.fromUserName && call.from, tag: key + call.id });
    calls.set(call.id, n);
    n.onclose = () => calls.delete(call.id);
    n.onclick = () => {
      window.focus();
      show();
    };
  });
  hear(({ type, message }) => {
    if (type === "rc-message-updated-notify" && message.readStatus === "Read") {
      shown.get(message.id)?.close();
      tabs.postMessage(message.id);
    }
    const free = api.dndStatus !== "DoNotAcceptAnyCalls";
    if (type !== "rc-inbound-message-notify" || !free || !document.hidden || allowed() !== "granted") return;
    const { id, from, subject, conversationId } = message;
    // Twenty tabs share the tag and tell once.
    const n = new Notification(from?.name || from?.phoneNumber || api.contentFrameEl.title, { body: subject, tag: key + id });
    shown.set(id, n);
    n.onclose = () => shown.delete(id);
    n.onclick = () => {
      window.focus();
      show();
      api.navigateTo((ROUTES[message.type] ?? "/conversations/") + (ROUTES[message.type] ? id : conversationId));
    };
  });
}
