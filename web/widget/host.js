// The only user of postMessage towards the page around the phone. A message
// counts when it comes from the parent window and from the origin that the
// server proved before it served this document; it is copied as plain data,
// and a command acts only when the embed allows it. docs/embedding.md lists
// the messages.
// @ts-check
import { ask } from "./ask.js";
import { compose, currentPath, navigate, showNumber } from "./nav.js";
import { startSignIn, takeCallback } from "./signin.js";

/** @typedef {Record<string, unknown>} Message */

/** Larger messages are not read; the largest honest one is a long text. */
const LIMIT = 64 * 1024;
const HOSTILE = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Which capability a command needs. Those that only bring the user somewhere
 * are open to every host page.
 * @type {Record<string, string>}
 */
const NEEDS = {
  "rc-adapter-navigate-to": "navigate",
  "rc-adapter-new-sms": "prefill",
  "rc-adapter-new-call": "prefill",
  "rc-adapter-login": "signin",
  "rc-adapter-logout": "signin",
  "rc-adapter-sign-in": "signin",
  "rc-adapter-register-third-party-service": "service",
  "rc-adapter-update-authorization-status": "service",
  "rc-adapter-refresh-license-status": "service",
  "rc-adapter-update-third-party-settings": "service",
  "rc-adapter-update-customized-banner": "service",
  "rc-post-message-response": "service",
};

/**
 * Copies what was posted as plain data, or returns null for anything that is
 * not an object, is too large, or carries keys that reach into prototypes.
 * Attachments are not read, and may be large, so they are left out here.
 * @param {unknown} data
 * @returns {Message | null}
 */
export function plain(data) {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  try {
    const text = JSON.stringify(data, (key, value) => (key === "attachments" ? undefined : value));
    if (text.length > LIMIT) return null;
    let hostile = false;
    const copy = JSON.parse(text, (key, value) => {
      hostile ||= HOSTILE.has(key);
      return value;
    });
    return hostile || typeof copy !== "object" || copy === null ? null : copy;
  } catch {
    return null; // a cycle, or a getter that throws
  }
}

/** Whether something that was dropped was meant for the phone. @param {any} data */
const named = (data) => typeof data?.type === "string" && data.type.startsWith("rc-");

/** A string of a message, or undefined. @param {unknown} value @param {number} [max] */
export const text = (value, max = 1024) => (typeof value === "string" && value.length <= max ? value : undefined);

/**
 * What rc-adapter-new-sms asks for. Recipients may be one number or several.
 * @param {Message} m
 */
export function prefill(m) {
  const recipient = /** @type {Message | undefined} */ (typeof m.recipient === "object" && m.recipient ? m.recipient : undefined);
  const numbers = Array.isArray(m.phoneNumber) ? m.phoneNumber.filter((n) => text(n, 64)).slice(0, 10).join(",") : text(m.phoneNumber, 640);
  const conversation = m.conversation === true ? undefined : text(m.conversation, 64);
  return {
    ...(numbers && { phoneNumber: numbers }),
    ...(text(m.text, 10000) && { text: text(m.text, 10000) }),
    ...(conversation && { conversation }),
    ...(recipient && text(recipient.name, 200) && { recipient: { name: text(recipient.name, 200) } }),
  };
}

/**
 * The link with one host page. Everything it touches is handed in, so that a
 * test can stand in for the page and the phone.
 */
export class HostLink {
  /** @type {Set<string>} */
  #told = new Set();
  #status = "";
  #path = "";
  #unread = 0;
  #signedIn = false;
  #fresh = false;
  #wants = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {{
   *   parent: {postMessage(message: unknown, targetOrigin: string): void} | null,
   *   origin: string, capabilities: string[], name: string,
   *   actions: {navigate(path: string): unknown, compose(what: object): unknown, showNumber(n: string): unknown, signIn(): unknown, signOut(): unknown, ticket(ticket: string): Promise<unknown>, register(m: Message): unknown, answer(m: Message): unknown, callback(uri: string): unknown},
   *   warn(sentence: string): void,
   * }} with_ parent is null when the phone is a page of its own.
   */
  constructor(with_) {
    this.with = with_;
  }

  /** Whether somebody is signed in here. */
  get signedIn() {
    return this.#signedIn;
  }

  /** Whether the user signed in within this document's life. */
  get fresh() {
    return this.#fresh;
  }

  /**
   * Takes a message event; anything that is not from the proven page is
   * dropped without a word, because words would tell that the phone is here.
   * @param {{source: unknown, origin: string, data: unknown}} event
   */
  receive({ source, origin, data }) {
    const { parent, warn } = this.with;
    if (!parent || source !== parent || origin !== this.with.origin) return;
    const m = plain(data);
    if (!m) return void (named(data) && this.#once("bad", "A message to the phone was larger than 64 kB or not plain data. Nothing was done."));
    const callbackUri = text(m.callbackUri, LIMIT);
    if (callbackUri) {
      if (this.with.capabilities.includes("signin")) return void this.with.actions.callback(callbackUri);
      return this.#once("callbackUri", 'This page may not sign people in by message. The operator can allow it with the capability "signin" of the embed.');
    }
    const type = text(m.type, 100);
    if (!type?.startsWith("rc-")) return; // pages talk to themselves a lot
    const needs = Object.hasOwn(NEEDS, type) ? NEEDS[type] : undefined;
    if (!needs) return this.#once(type, `This phone does not support ${type.replace(/[^\w-]/g, "")} yet. Nothing was done.`);
    if (!this.with.capabilities.includes(needs)) {
      return this.#once(type, `This page may not use ${type}. The operator can allow it with the capability "${needs}" of the embed.`);
    }
    this.#act(type, m);
    if (/** @type {Message} */ (data).attachments) warn("This phone does not send attachments yet. The text was filled in without them.");
  }

  /** @param {string} type @param {Message} m */
  #act(type, m) {
    const { actions } = this.with;
    switch (type) {
      case "rc-adapter-navigate-to":
        return text(m.path) && actions.navigate(/** @type {string} */ (m.path));
      case "rc-adapter-new-sms":
        return actions.compose(prefill(m));
      case "rc-adapter-new-call":
        return text(m.phoneNumber, 64) && actions.showNumber(/** @type {string} */ (m.phoneNumber));
      case "rc-adapter-login":
        return this.#signedIn || actions.signIn();
      case "rc-adapter-logout":
        return this.#signedIn && actions.signOut();
      case "rc-post-message-response":
        return actions.answer(m);
      case "rc-adapter-sign-in":
        return this.#ticket(text(m.ticket, 200));
    }
    if (NEEDS[type] === "service") return actions.register(m);
  }

  /** Signs in with a ticket of the page's own server. @param {string | undefined} ticket */
  #ticket(ticket) {
    this.#wants = false;
    if (ticket) this.with.actions.ticket(ticket).catch((e) => this.with.warn(`The ticket could not be used: ${e.message}`));
  }

  /** @param {string} type @param {string} sentence */
  #once(type, sentence) {
    if (this.#told.has(type) || this.#told.size > 100) return;
    this.#told.add(type);
    this.with.warn(sentence);
  }

  /** Begins: the page learns that the phone is there, and whether somebody is signed in. @param {boolean} signedIn */
  start(signedIn) {
    this.#signedIn = signedIn;
    this.#wants = !signedIn;
    this.#notify();
    if (!signedIn) this.tell({ type: "rc-login-status-notify", loggedIn: false });
  }

  /**
   * Somebody signed in or out. Who signed out, here or everywhere, means it;
   * after any other end the page's own server may vouch for the user again.
   * @param {boolean} signedIn @param {string} [reason]
   */
  session(signedIn, reason) {
    this.#wants = !signedIn && !["signed-out", "everywhere", "replaced"].includes(reason || "");
    if (signedIn && !this.#signedIn) this.#fresh = true;
    this.#signedIn = signedIn;
    if (!signedIn) {
      this.#unread = 0;
      this.#fresh = false;
      // The event with loggedIn true waits for the server: it is told only
      // when the platform has said who it is.
      this.tell({ type: "rc-login-status-notify", loggedIn: false });
    }
    this.#notify();
  }

  /** Tells which page is shown, once it stays. @param {string} path */
  route(path) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (path === this.#path) return;
      this.#path = path;
      this.tell({ type: "rc-route-changed-notify", path });
    }, 100);
  }

  /** Tells the adapter's badge. @param {number} count */
  unread(count) {
    if (count === this.#unread) return;
    this.#unread = count;
    this.#notify();
  }

  #notify() {
    const open = this.with.capabilities.includes("status");
    this.#post({
      type: "offhook-frame-notify",
      version: 1,
      name: this.with.name,
      ...(this.#wants && this.with.capabilities.includes("signin") && { ticket: true }),
      ...(open && { signedIn: this.#signedIn, unread: this.#unread }),
    });
  }

  /**
   * Posts a message of the contract. Who is signed in and what is shown need
   * the capability; what the socket delivers was decided by the server.
   * @param {Message} message
   */
  tell(message) {
    const own = message.type === "rc-login-status-notify" || message.type === "rc-route-changed-notify";
    if (own && !this.with.capabilities.includes("status")) return;
    if (message.type === "rc-login-status-notify") {
      // Every reconnect brings it; the page hears changes only.
      const status = JSON.stringify({ ...message, isFreshLogin: undefined });
      if (status === this.#status) return;
      this.#status = status;
    }
    this.#post(message);
  }

  /** @param {Message} message */
  #post(message) {
    this.with.parent?.postMessage(message, this.with.origin);
  }
}

/** @returns {HostLink} */
function connect() {
  const { origin = "", capabilities = "", appName = "", signedIn = "" } = document.body.dataset;
  const link = new HostLink({
    parent: window.parent === window ? null : window.parent,
    origin,
    capabilities: capabilities.split(" "),
    name: appName || "Phone",
    actions: { navigate, compose, showNumber, signOut: async () => (await import("./leave.js")).signOutForHost(), register: async (m) => (await import("./service.js")).take(m), answer: async (m) => (await import("./service.js")).answer(m), ticket: async (ticket) => (await import("./ticket.js")).useTicket(ticket), callback: (uri) => takeCallback(uri, true), signIn: () => navigate("/").then(startSignIn) },
    warn: (sentence) => console.warn(sentence),
  });
  window.addEventListener("message", (e) => link.receive(e));
  /** @param {string} type @param {(detail: any) => void} fn */
  const on = (type, fn) => document.addEventListener(type, (e) => fn(/** @type {CustomEvent} */ (e).detail ?? {}));
  on("oh:session", (d) => link.session(Boolean(d.signedIn), d.reason));
  on("oh:route", (d) => link.route(d.path ?? currentPath()));
  on("oh:oauth-uri", (d) => link.tell({ type: "rc-login-popup-notify", oAuthUri: d.oAuthUri }));
  on("oh:unread", (d) => link.unread(d.count));
  link.start(signedIn === "true");
  follow(link);
  return link;
}

/**
 * The other tabs with this frame share its cookie: when somebody signs in at
 * one, all of them are signed in. (A sign-out reaches them over their sockets.)
 * What is said here is only a hint; the server decides.
 * @param {HostLink} link
 */
function follow(link) {
  try {
    const tabs = new BroadcastChannel(`oh-${document.body.dataset.key}`);
    document.addEventListener("oh:session", (e) => {
      const { signedIn, hint } = /** @type {CustomEvent} */ (e).detail ?? {};
      if (signedIn && !hint) tabs.postMessage("signed in");
    });
    tabs.onmessage = async () => {
      if (link.signedIn) return;
      // Where the browser refuses cookies, each frame has a session of its own.
      const answer = await ask("/session").catch(() => null);
      if (link.signedIn || !answer?.ok || !(await answer.json()).signedIn) return;
      document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: true, hint: true } }));
    };
  } catch {
    // Browsers that refuse us storage refuse this, too; a reload does it then.
  }
}

/** The link with the page around this frame. */
export const host = connect();
