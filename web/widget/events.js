// Owns the frame's one WebSocket: says hello with the last position it knows,
// turns the server's frames into `oh:` events on the document, hands what is
// meant for the host page to host.js, and comes back by itself after a lost
// network, a sleep or a restart of the server. It is never paused while the
// tab is hidden: texts and rings must not wait for a look.
// @ts-check
import { held, hold, tab } from "./ask.js";
import { host } from "./host.js";
import { language, t } from "./lang.js";

const PING = 15_000;
const PROBE = 4_000;
/** How long a server may take from the first byte to its welcome. */
const WELCOME = 8_000;
/** Younger than this, an attempt is left alone when the network comes back. */
const YOUNG = 2_000;
const LAST_WAIT = 10_000;
/** How long a tab waits that is one too many, unless somebody looks at it. */
const CROWDED_WAIT = 60_000;

/**
 * How long to wait before the next attempt: nearly nothing at first, because
 * most losses are a server that restarts, then longer, and never in step with
 * the other tabs.
 * @param {number} failures how many attempts in a row have failed
 * @param {number} random between 0 and 1
 */
export function backoff(failures, random) {
  const most = Math.min(LAST_WAIT, 250 * 2 ** failures);
  return Math.round(most / 2 + (most / 2) * random);
}

/**
 * The document events that one event of the desk becomes.
 * @param {{type: string, id?: string, count?: number, online?: boolean, sentence?: string, new?: boolean, own?: boolean, reach?: string, readable?: boolean, missed?: number, voicemail?: number, fax?: number, read?: string, arrival?: object, preferences?: object}} e
 * @returns {[string, object][]}
 */
export function translate(e) {
  switch (e.type) {
    case "resync":
      return [
        ["oh:online", { online: e.online ?? true, sentence: e.sentence }],
        ["oh:unread", { count: e.count ?? 0 }],
        ["oh:missed", { readable: e.readable ?? false, missed: e.missed ?? 0 }],
        ["oh:mail", { voicemail: e.voicemail ?? 0, fax: e.fax ?? 0 }],
        ...liked(e.preferences),
        ["oh:resync", {}],
      ];
    case "status":
      return [
        ["oh:online", { online: e.online ?? true, sentence: e.sentence }],
        ["oh:status", { online: e.online ?? true, sentence: e.sentence }],
      ];
    case "identity":
      return [
        ["oh:status", {}],
        ["oh:missed", { readable: e.readable ?? false, missed: e.missed ?? 0 }],
      ];
    case "conversation":
      return [
        ["oh:conversation", { id: e.id }],
        ["oh:conversations", {}],
      ];
    case "message":
      return [
        ["oh:message", { id: e.id, new: e.new ?? false }],
        ...(e.arrival ? [/** @type {[string, object]} */ (["oh:arrival", e.arrival])] : []),
        ...(e.read ? [/** @type {[string, object]} */ (["oh:read", { place: e.read }])] : []),
      ];
    case "failed":
      return e.arrival ? [["oh:arrival", e.arrival]] : [];
    case "preferences":
      return liked(e.preferences);
    case "list":
      return [["oh:conversations", {}]];
    case "unread":
      return [["oh:unread", { count: e.count ?? 0 }]];
    case "calls":
      return [
        ["oh:missed", { readable: e.readable ?? false, missed: e.missed ?? 0 }],
        ["oh:calls", {}],
      ];
    case "mail":
      return [["oh:mail", { voicemail: e.voicemail ?? 0, fax: e.fax ?? 0 }]];
    case "presence":
      return [["oh:presence", { id: e.id ?? "", reach: e.reach ?? "" }], ...(e.own ? [/** @type {[string, object]} */ (["oh:own", {}])] : [])];
    case "notice":
      return [["oh:notice", { sentence: e.sentence ?? "" }]];
    case "draft":
      return [
        ["oh:draft", { id: e.id }],
        ["oh:conversations", {}],
      ];
    default:
      return [];
  }
}

/** @param {object | undefined} preferences @returns {[string, object][]} */
const liked = (preferences) => (preferences ? [["oh:preferences", preferences]] : []);

export { tab };

/** One frame's connection, from sign-in to sign-out. */
export class Socket {
  /** @type {WebSocket | null} */
  #ws = null;
  #failures = 0;
  #position = "";
  #answered = true;
  #welcomed = false;
  #began = 0;
  #lastTick = Date.now();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #probe;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticker;

  /**
   * @param {string} url
   * @param {{emit(type: string, detail: object): void, host(message: any): void, fresh(): boolean, tab?: string, language?: string, callWith?: string, callless?: boolean, session?(): string, hold?(next: string): void, open?(url: string): WebSocket}} with_
   */
  constructor(url, with_) {
    this.url = url;
    this.with = with_;
  }

  /** Connects and stays connected until stop. */
  start() {
    if (this.#ticker) return;
    this.#ticker = setInterval(() => this.#tick(), PING);
    this.#connect();
  }

  /** Closes for good, and forgets the position: the next user has another desk. */
  stop() {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    this.#drop();
    this.#position = "";
    this.#failures = 0;
  }

  /**
   * Something suggests that the network is back or that the machine slept:
   * tries at once, or asks an open socket for a sign of life.
   */
  nudge() {
    if (!this.#ticker) return;
    if (!this.#ws || (!this.#welcomed && Date.now() - this.#began > YOUNG)) {
      this.#connect();
    } else if (this.#welcomed) {
      this.#ping();
    }
  }

  #connect() {
    this.#drop();
    // A socket sends no headers: where a handle stands for the cookie, it goes
    // in the first frame, and the address says only that it will.
    const session = this.with.session?.() || "";
    const url = session ? `${this.url}?by=handle` : this.url;
    this.#began = Date.now();
    // A server that hangs takes the connection and says nothing.
    this.#probe = setTimeout(() => this.#silent(), WELCOME);
    const ws = (this.#ws = this.with.open?.(url) ?? new WebSocket(url));
    // Each socket's late events must not disturb its successor.
    const mine = () => ws === this.#ws;
    ws.onopen = () => mine() && ws.send(JSON.stringify({ type: "hello", position: this.#position, ...(this.with.tab && { tab: this.with.tab }), ...(this.with.language && { language: this.with.language }), ...(this.with.callWith && { callWith: this.with.callWith }), ...(this.with.callless && { callless: true }), fresh: this.with.fresh(), ...(session && { session }) }));
    ws.onmessage = (e) => mine() && this.#take(JSON.parse(e.data));
    ws.onclose = () => mine() && this.#lost();
  }

  /** Lets go of the socket without a word to anyone. */
  #drop() {
    clearTimeout(this.#retry);
    clearTimeout(this.#probe);
    const ws = this.#ws;
    this.#ws = null;
    this.#welcomed = false;
    this.#answered = true;
    if (ws) {
      ws.onopen = ws.onmessage = ws.onclose = null;
      ws.close();
    }
  }

  /** Seconds without a word are no hiccup: whoever looks is told at once. */
  #silent() {
    this.#failures ||= 1;
    this.#lost();
  }

  #lost() {
    this.#drop();
    // One failure in a row is a hiccup nobody needs to read of.
    if (this.#failures > 0) this.with.emit("oh:online", { online: false, sentence: t("The phone has lost its connection. It comes back by itself.") });
    this.#retry = setTimeout(() => this.#connect(), backoff(this.#failures++, Math.random()));
  }

  /** @param {any} frame */
  #take(frame) {
    this.#answered = true;
    switch (frame.type) {
      case "welcome":
        clearTimeout(this.#probe);
        this.#failures = 0;
        this.#welcomed = true;
        this.with.emit("oh:online", { online: frame.state.online, sentence: frame.state.sentence });
        this.with.emit("oh:unread", { count: frame.state.unread });
        this.with.emit("oh:missed", { readable: frame.state.readable ?? false, missed: frame.state.missed ?? 0 });
        this.with.emit("oh:mail", { voicemail: frame.state.voicemail ?? 0, fax: frame.state.fax ?? 0 });
        if (frame.state.preferences) this.with.emit("oh:preferences", frame.state.preferences);
        if (frame.state.user) this.with.emit("oh:user", { user: frame.state.user });
        return;
      case "event":
        if (frame.position) this.#position = frame.position;
        for (const [type, detail] of translate(frame.event)) this.with.emit(type, detail);
        return;
      case "handle":
        this.with.hold?.(frame.handle);
        this.#ws?.send(JSON.stringify({ type: "handle", handle: frame.handle }));
        return;
      case "calls": {
        const { type: _, ...snapshot } = frame;
        this.with.emit("oh:phone", snapshot);
        return;
      }
      case "service":
        this.with.emit("oh:service", { what: frame.what, id: frame.id });
        return;
      case "host":
        return this.with.host(frame.message);
      case "crowded":
        this.#drop();
        this.with.emit("oh:online", { online: false, sentence: t("The phone is open in too many tabs. Close some of them, and it comes back by itself here.") });
        this.#retry = setTimeout(() => this.#connect(), CROWDED_WAIT);
        return;
      case "ended":
        this.stop();
        this.with.emit("oh:session", { signedIn: false, reason: frame.reason });
    }
  }

  #ping() {
    this.#answered = false;
    this.#ws?.send(JSON.stringify({ type: "ping" }));
    clearTimeout(this.#probe);
    this.#probe = setTimeout(() => this.#answered || this.#silent(), PROBE);
  }

  /**
   * A ping that was not answered by the next tick means that the socket is
   * dead, however far apart the ticks are: a hidden tab's timers may run only
   * once a minute, a sleeping machine's not at all.
   */
  #tick() {
    const slept = Date.now() - this.#lastTick > 4 * PING;
    this.#lastTick = Date.now();
    if (!this.#welcomed) return void (slept && this.nudge());
    if (!this.#answered) return this.#silent();
    if (slept) return this.nudge();
    this.#ping();
  }
}

function run() {
  const { key = "", callWith, without = "" } = document.body.dataset;
  const url = new URL(`/p/${encodeURIComponent(key)}/events`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new Socket(url.href, {
    emit: (type, detail) => document.dispatchEvent(new CustomEvent(type, { detail })),
    host: async (message) => {
      if (message.type === "rc-sms-settings-notify") (await import("./senders.js")).know(message, host);
      else if (message.type === "rc-calling-settings-notify") (await import("./calling.js")).know(message, host);
      else host.tell(message);
    },
    fresh: () => host.fresh,
    tab,
    language,
    callWith,
    callless: without.split(" ").includes("calls"),
    session: held,
    hold,
  });
  document.addEventListener("oh:session", (e) => {
    if (/** @type {CustomEvent} */ (e).detail?.signedIn) socket.start();
    else socket.stop();
  });
  window.addEventListener("online", () => {
    socket.nudge();
    // A socket can outlive a gap in which the panels' own requests failed.
    document.dispatchEvent(new CustomEvent("oh:resync"));
  });
  window.addEventListener("pageshow", () => socket.nudge());
  document.addEventListener("visibilitychange", () => document.hidden || socket.nudge());
  if (document.body.dataset.signedIn === "true") socket.start();
}

run();
