// The only user of postMessage towards the page around the phone. A message
// counts when it comes from the parent window and from the origin that the
// server proved before it served this document. What it may do is decided in
// inbound.js, loaded with the first one. docs/host-api.md lists the messages.
// @ts-check
import { ask } from "./ask.js";
import { language, t } from "./lang.js";
import { currentPath } from "./nav.js";

/** @typedef {Record<string, any>} Message */

/** What is told of the phone itself, to pages that may know how it stands. */
const OWN = new Set([
  "rc-login-status-notify", "rc-route-changed-notify", "rc-adapter-pushAdapterState", "rc-adapter-pushLocale",
  "rc-adapter-syncSize", "rc-adapter-theme-notify", "rc-brand-assets-notify", "rc-region-settings-notify",
]);
/** What every new connection of the socket brings again; the page hears changes only. */
const REPEATED = new Set(["rc-login-status-notify", "rc-region-settings-notify", "rc-sms-settings-notify", "rc-calling-settings-notify"]);
/** What every tab with this phone could tell, and one of them does. */
const SHARED = new Set(["rc-inbound-message-notify", "rc-message-updated-notify"]);

/** What each tab tells its own page of calls, unless the page wants one tab to do so. */
const CALLS = new Set([
  ...["init", "ring", "start", "hold", "resume", "mute", "drop-voicemail", "end"].map((step) => `rc-call-${step}-notify`),
  "rc-active-call-notify", "rc-ringout-call-notify", "rc-telephony-session-notify",
]);

/** What is told of texts. */
const TEXTS = new Set([...SHARED, "rc-sms-settings-notify"]);

/** Messages of one type that are taken at once, and in each second after. */
const BURST = 100;
const RATE = 20;
/** Answers come as fast as the phone has asked, and pages of contacts are many. */
const ANSWERS = 20;
/** Types that are counted apart; a page that invents more shares one count. */
const TYPES = 200;

/**
 * Lets as many messages of each type through as a phone can do something
 * with: a token bucket each. A flood costs a look at the clock.
 */
export class Gate {
  /** @type {Map<string, {left: number, at: number}>} */
  #buckets = new Map();

  /** @param {() => number} [now] in milliseconds */
  constructor(now = () => performance.now()) {
    this.now = now;
  }

  /** @param {string} type */
  admits(type) {
    const by = type === "rc-post-message-response" ? ANSWERS : 1;
    const key = this.#buckets.has(type) || this.#buckets.size < TYPES ? type : "";
    const now = this.now();
    const bucket = this.#buckets.get(key) ?? { left: BURST * by, at: now };
    bucket.left = Math.min(BURST * by, bucket.left + ((now - bucket.at) / 1000) * RATE * by);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  }
}

/**
 * The link with one host page. Everything it touches is handed in, so that a
 * test can stand in for the page and the phone.
 */
export class HostLink {
  /** @type {Set<string>} */
  #told = new Set();
  /** @type {Map<string, string>} */
  #last = new Map();
  #gate;
  #sequence = 0;
  #path = "";
  #texts = 0;
  #mail = 0;
  #unread = 0;
  #signedIn = false;
  #fresh = false;
  #wants = false;
  /** @type {Promise<{take(data: any, link: HostLink): unknown}> | null} */
  #takers = null;
  /** @type {Promise<unknown>} */
  #shared = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {{
   *   parent: {postMessage(message: unknown, targetOrigin: string): void} | null,
   *   origin: string, capabilities: string[], name: string, without?: string[], oneTab?: boolean,
   *   load(): Promise<{take(data: any, link: HostLink): unknown}>,
   *   claim(eventId: string): Promise<boolean>,
   *   warn(sentence: string): void, now?: () => number,
   * }} with_ parent is null when the phone is a page of its own; load brings what
   *   does as messages ask; claim says whether this tab is the one to tell; with
   *   oneTab the page wants one tab to tell of calls.
   */
  constructor(with_) {
    this.with = with_;
    this.#gate = new Gate(with_.now);
  }

  /** Whether somebody is signed in here. */
  get signedIn() {
    return this.#signedIn;
  }

  /** Whether the user signed in within this document's life. */
  get fresh() {
    return this.#fresh;
  }

  /** @param {string} capability */
  may(capability) {
    return this.with.capabilities.includes(capability);
  }

  /**
   * Takes a message event; anything that is not from the proven page is
   * dropped without a word, because words would tell that the phone is here.
   * What comes in a flood is dropped before anybody looks into it.
   * @param {{source: unknown, origin: string, data: any}} event
   * @returns {Promise<unknown> | undefined} when what it asks for is done
   */
  receive({ source, origin, data }) {
    const { parent, warn } = this.with;
    if (!parent || source !== parent || origin !== this.with.origin || typeof data !== "object" || data === null) return;
    const { type } = data;
    const named = typeof type === "string" && type.length <= 100 && type.startsWith("rc-");
    if (!named && typeof data.callbackUri !== "string") return; // pages talk to themselves a lot
    const name = named ? type : "callbackUri";
    if (!this.#gate.admits(name)) return void this.once(`flood ${name}`, `This page sends more of ${name.replace(/[^\w-]/g, "")} than the phone takes (${RATE} a second). Some of it was not done.`);
    // Begun in the order they came; one that takes long holds up no other.
    this.#takers ??= this.with.load();
    this.#takers.catch(() => (this.#takers = null)); // the next message tries again
    return this.#takers
      .then(({ take }) => take(data, this))
      .catch((e) => warn(`A message of this page was not done: ${e instanceof Error ? e.message : e}`));
  }

  /** Says a sentence to the page's developers, once for each key, and gives it back. @param {string} key @param {string} sentence */
  once(key, sentence) {
    if (this.#told.has(key) || this.#told.size > 100) return sentence;
    this.#told.add(key);
    this.with.warn(sentence);
    return sentence;
  }

  /** Begins: the page learns that the phone is there, and whether somebody is signed in. @param {boolean} signedIn */
  start(signedIn) {
    this.#signedIn = signedIn;
    this.#wants = !signedIn;
    this.#notify();
    if (!signedIn) this.tell({ type: "rc-login-status-notify", loggedIn: false });
  }

  /**
   * Somebody signed in or out. Who signed out means it; after any other end
   * the page's own server may vouch for the user again.
   * @param {boolean} signedIn @param {string} [reason]
   */
  session(signedIn, reason) {
    this.#wants = !signedIn && !["signed-out", "everywhere", "replaced"].includes(reason || "");
    if (signedIn && !this.#signedIn) this.#fresh = true;
    this.#signedIn = signedIn;
    if (!signedIn) {
      this.#unread = this.#texts = this.#mail = 0;
      this.#fresh = false;
      // The event with loggedIn true waits for the server: it is told only
      // when the platform has said who it is.
      this.tell({ type: "rc-login-status-notify", loggedIn: false });
      for (const type of REPEATED) if (type !== "rc-login-status-notify") this.#last.delete(type);
    }
    this.#notify();
  }

  /** The page has given its ticket. */
  answered() {
    this.#wants = false;
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

  /** Tells the adapter's badge what nobody has looked at. @param {number} [texts] @param {number} [mail] voicemail and faxes */
  unread(texts = this.#texts, mail = this.#mail) {
    this.#texts = texts;
    this.#mail = mail;
    const count = this.#textless ? 0 : texts + mail;
    if (count === this.#unread) return;
    this.#unread = count;
    this.#notify();
  }

  #notify() {
    const open = this.may("status");
    this.#post({
      type: "offhook-frame-notify",
      version: 1,
      name: this.with.name,
      ...(this.#wants && this.may("signin") && { ticket: true }),
      ...(open && { signedIn: this.#signedIn, unread: this.#unread }),
    });
  }

  /**
   * Posts a message of the contract. How the phone stands needs the
   * capability; what the socket delivers was decided by the server.
   * @param {Message} message
   */
  tell(message) {
    const { type } = message;
    if (OWN.has(type) && !this.may("status")) return;
    if (this.#textless) {
      if (TEXTS.has(type)) return;
      if (message.features) message = { ...message, features: { ...message.features, sms: false } };
    }
    if (REPEATED.has(type)) {
      const said = JSON.stringify({ ...message, isFreshLogin: undefined, eventId: undefined });
      if (said === this.#last.get(type)) return;
      this.#last.set(type, said);
    }
    if (!SHARED.has(type) && !(this.with.oneTab && CALLS.has(type))) return this.#post(message);
    this.#shared = this.#shared.then(async () => (await this.with.claim(message.eventId)) && this.#post(message));
  }

  /** Whether the page has taken the texts away, so that it hears of none. */
  get #textless() {
    return Boolean(this.with.without?.includes("text"));
  }

  /** What has been told so far is posted, or was another tab's. */
  get told() {
    return this.#shared;
  }

  /** @param {Message} message */
  #post(message) {
    if (!this.with.parent) return;
    this.with.parent.postMessage({ eventId: crypto.randomUUID(), ...message, sequence: ++this.#sequence }, this.with.origin);
  }
}

/** @returns {HostLink} */
function connect() {
  const { origin = "", capabilities = "", appName = "", signedIn = "", without = "" } = document.body.dataset;
  const link = new HostLink({
    parent: window.parent === window ? null : window.parent,
    origin,
    capabilities: capabilities.split(" "),
    name: appName || t("Phone"),
    without: without.split(" "),
    oneTab: new URLSearchParams(location.search).has("disableInactiveTabCallEvent"),
    load: () => import("./commands.js"),
    claim: async (eventId) => (await import("./tabs.js")).claim(eventId),
    warn: (sentence) => console.warn(sentence),
  });
  window.addEventListener("message", (e) => link.receive(e));
  /** @param {string} type @param {(detail: any) => void} fn */
  const on = (type, fn) => document.addEventListener(type, (e) => fn(/** @type {CustomEvent} */ (e).detail ?? {}));
  on("oh:session", (d) => link.session(Boolean(d.signedIn), d.reason));
  on("oh:route", (d) => link.route(d.path ?? currentPath()));
  on("oh:oauth-uri", (d) => link.tell({ type: "rc-login-popup-notify", oAuthUri: d.oAuthUri }));
  on("oh:unread", (d) => link.unread(d.count));
  on("oh:mail", (d) => link.unread(undefined, d.voicemail + d.fax));
  link.start(signedIn === "true");
  introduce(link);
  follow(link);
  return link;
}

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Whether the phone is light or dark: as the user has chosen, or as their system is. @returns {"light" | "dark"} */
export function shade() {
  const { theme } = document.documentElement.dataset;
  if (theme === "light" || theme === "dark") return theme;
  return dark.matches ? "dark" : "light";
}

/** What a page that draws a header of its own wants to know. @param {HostLink} link */
function introduce(link) {
  let told = "";
  const theme = () => shade() !== told && link.tell({ type: "rc-adapter-theme-notify", theme: (told = shade()) });
  const mark = new URL("./brand.svg", import.meta.url).href;
  theme();
  dark.addEventListener("change", theme);
  document.addEventListener("oh:theme", theme);
  link.tell({ type: "rc-brand-assets-notify", logoUri: mark, iconUri: mark });
  link.tell({
    type: "rc-adapter-pushLocale",
    locale: language,
    strings: { availableBtn: t("Available"), busyBtn: t("Busy"), offlineBtn: t("Invisible"), doNotAcceptAnyCallsBtn: t("Do not disturb") },
  });
  // adapter.js keeps in the page how it stands; who places the frame by hand may leave it here.
  if (new URLSearchParams(location.search).has("fromAdapter") || !link.with.parent) return;
  import("./standing.js").then((standing) => standing.begin(link));
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
