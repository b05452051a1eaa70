// One tab's part in logging: asks the server what there is to do, hands it to
// the page, and tells the server what became of it. What the page has answered
// is remembered until the server knows, so that it is handed over once.
// @ts-check
import { t } from "./lang.js";

/**
 * @typedef {{key: string, kind: "message" | "call", body: any}} Job
 * @typedef {{message: boolean, call: boolean}} Both
 * @typedef {{items: Job[], match: string[], calls: string[], texts?: {conversationId: string, messageIds: string[]}, auto: Both, loggers: Both, pressed?: string[]}} Work
 * @typedef {{logged: boolean, why: string, answer?: any}} End without a reason, another tab or the server has it
 */

/** How long a page may take (contract/service.md 3). */
const PATIENCE = 15_000;
const MATCHER = 30_000;
/** How many entries' ends are remembered. */
const KEPT = 200;

/** The registration's path of each kind. @type {Record<string, string>} */
const PATHS = { message: "messageLoggerPath", call: "callLoggerPath" };
/** What the page is told of a switch. @type {Record<string, string>} */
const NOTICES = { message: "rc-messageLogger-auto-log-notify", call: "rc-callLogger-auto-log-notify" };

/** What a page calls a log, if it says so. @param {any} data @returns {string | undefined} */
const logID = (data) => (typeof data?.logId === "string" && data.logId ? data.logId : undefined);

/** One tab's part in logging. Everything it touches is handed in. */
export class Logger {
  /** Answered by the page, and not yet known to the server. @type {Set<string>} */
  #acknowledged = new Set();
  /** What the page is being asked. @type {Map<string, Promise<boolean>>} */
  #inHand = new Map();
  /** What became of what it was asked last. @type {Map<string, boolean>} */
  #results = new Map();
  /** What it said to entries of its user's clicks. @type {Map<string, any>} */
  #answers = new Map();
  /** @type {Record<string, boolean | undefined>} */
  #told = {};
  /** @type {Promise<void> | null} */
  #asking = null;
  #again = false;

  /**
   * @param {{
   *   tab: string, defaults: Both, open(): {message: string, call: string},
   *   post(path: string, body: object): Promise<{ok: boolean, status: number, json(): Promise<any>, text(): Promise<string>} | null>,
   *   request(field: string, body: any, how: {timeout: number}): Promise<any>,
   *   tell(message: {type: string, [field: string]: any}): void,
   * }} with_
   */
  constructor(with_) {
    this.with = with_;
  }

  /** Asks the server what there is to do, and does it. Asking while it asks is asking once more. */
  next() {
    this.#again = true;
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask() {
    while (this.#again) {
      this.#again = false;
      for (const key of this.#acknowledged) await this.#report(key, true);
      const answer = await this.with.post("/log/next", this.#whoAsks());
      if (answer?.ok) this.#work(await answer.json());
    }
  }

  #whoAsks() {
    const { message, call } = this.with.open();
    return { Tab: this.with.tab, Open: message, OpenCall: call, Defaults: this.with.defaults };
  }

  /** @param {Work} work @returns {Promise<boolean>[]} whether the page has answered, for each item */
  #work({ items, match, calls, texts, auto, loggers }) {
    for (const kind of /** @type {const} */ (["message", "call"])) {
      if (!loggers[kind]) delete this.#told[kind];
      else if (this.#told[kind] !== auto[kind]) this.with.tell({ type: NOTICES[kind], autoLog: (this.#told[kind] = auto[kind]) });
    }
    if (match.length) void this.#match(match, "messageLogEntityMatcherPath", { conversationLogIds: match });
    if (texts) void this.#matchTexts(texts);
    if (calls?.length) void this.#match(calls, "callLogEntityMatcherPath", { sessionIds: calls, activeSessionIds: [] });
    const done = items.map((item) => this.#deliver(item));
    if (done.length) void Promise.all(done).then(() => this.next());
    return done;
  }

  /** @param {Job} job */
  #deliver(job) {
    const before = this.#inHand.get(job.key);
    if (before) return before;
    const now = this.#finish(job);
    this.#inHand.set(job.key, now);
    return now;
  }

  /** @param {Job} job */
  async #finish(job) {
    try {
      const ok = await this.#hand(job);
      if (this.#results.size >= KEPT) this.#results.clear();
      this.#results.set(job.key, ok);
      return ok;
    } finally {
      this.#inHand.delete(job.key);
    }
  }

  /** @param {Job} job */
  async #hand({ key, kind, body }) {
    // The page has had it: only the server has not heard.
    if (this.#acknowledged.has(key)) return this.#report(key, true).then(() => true);
    const answer = await this.with.request(PATHS[kind], body, { timeout: PATIENCE });
    const ok = answer !== null;
    if (ok) this.#acknowledged.add(key);
    if (this.#answers.size >= KEPT) this.#answers.clear();
    this.#answers.set(key, answer?.data);
    await this.#report(key, ok);
    return ok;
  }

  /** @param {string} key @param {boolean} ok */
  async #report(key, ok) {
    const answer = await this.with.post(`/log/items/${encodeURIComponent(key)}`, { Tab: this.with.tab, OK: ok, LogID: logID(this.#answers.get(key)) });
    if (answer && (answer.ok || (answer.status >= 400 && answer.status < 500 && answer.status !== 401))) this.#acknowledged.delete(key);
  }

  /** @param {string[]} ids @param {string} path @param {object} body */
  async #match(ids, path, body) {
    const response = await this.with.request(path, body, { timeout: MATCHER });
    if (response === null) return; // asked again at the next chance
    /** @type {Record<string, any[]>} */
    const found = {};
    for (const id of ids) if (Array.isArray(response.data?.[id])) found[id] = response.data[id];
    await this.with.post("/log/matches", { Calls: path === "callLogEntityMatcherPath", Asked: ids, Found: found });
  }

  /** @param {NonNullable<Work["texts"]>} texts */
  async #matchTexts(texts) {
    const response = await this.with.request("messageLogEntityMatcherPath", texts, { timeout: MATCHER });
    /** @type {Record<string, {LogID: string}>} */
    const found = {};
    for (const id of texts.messageIds) if (typeof response?.data?.[id]?.logId === "string") found[id] = { LogID: response.data[id].logId };
    if (Object.keys(found).length) await this.with.post("/log/texts", { Found: found });
  }

  /**
   * Logs a conversation or a call because the user wants it.
   * @param {string} kind @param {string} id
   * @param {{FormData?: Record<string, any>, View?: boolean, Chosen?: boolean, Messages?: number[]}} [more] of the log form; to look at what is logged; because another contact was picked; chosen texts
   * @returns {Promise<End>}
   */
  async press(kind, id, more = {}) {
    const body = { ...this.#whoAsks(), Press: crypto.randomUUID(), ...more };
    const answer = await this.with.post(`/log/things/${kind === "call" ? "call" : "messages"}/${encodeURIComponent(id)}`, body);
    if (!answer) return { logged: false, why: t("There is no connection right now. Nothing was logged.") };
    if (!answer.ok) return { logged: false, why: (await answer.text()).trim() };
    /** @type {Work} */
    const work = await answer.json();
    void this.#work(work);
    // What it asked for in the same moment may have brought them first.
    if (work.pressed?.some((key) => !this.#inHand.has(key))) await this.next();
    const keys = work.pressed ?? [];
    const ends = await Promise.all(keys.map((key) => this.#inHand.get(key) ?? this.#results.get(key)));
    if (ends.includes(false)) return { logged: false, why: t("The page did not answer. The log is kept, and goes out when it does.") };
    return { logged: ends.every(Boolean), why: "", answer: this.#answers.get(keys[0]) };
  }

  /**
   * Changes what is logged by itself.
   * @param {{message?: boolean, call?: boolean}} to @param {boolean} [host] the page wants it, not the user
   * @returns {Promise<string>} why it cannot be changed; empty when it is
   */
  async choose({ message, call }, host = false) {
    const answer = await this.with.post("/log/settings", { Message: message, Call: call, Host: host });
    if (!answer) return t("This could not be saved. It is saved when you try again with a connection.");
    return answer.ok ? "" : (await answer.text()).trim();
  }
}
