// Asks the page around the phone for people: all of its contacts, page by
// page, and whose number is whose. Of a user's many tabs one asks at a time;
// the server says which, keeps what comes, and tells all of them. Loaded with
// the first service that has contacts.
// @ts-check
import { ask } from "./ask.js";
import { currentPath, signedIn } from "./nav.js";
import { TOO_LARGE, answers, current, request } from "./service.js";

/** How long the page may take (contract/service.md 3). */
const PAGE = 60_000;
const MATCH = 30_000;
/** How often the server hears that somebody still waits. */
const ALIVE = 5_000;
/** Texts come in bursts; one question is enough for each. */
const CALM = 300;

/** @param {string} path @param {object} body @returns {Promise<any>} the answer, null for none */
async function post(path, body) {
  const answer = await ask(path, { method: "POST", body: JSON.stringify(body) }).catch(() => null);
  return answer?.status === 200 ? answer.json() : null;
}

/** What this page can be asked at a path for, while its user allows it. @param {string} field */
const may = (field) => signedIn() && answers() && Boolean(current()?.authorized && current()?.paths[field]);

/** One subject that the page is asked about. */
class Errand {
  /** The asking that goes on. @type {Promise<boolean> | null} */
  #running = null;
  /** The one after that, for a user who asked meanwhile. @type {Promise<boolean> | null} */
  #after = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;

  /** @param {string} path at the server @param {string} field of the registration @param {number} timeout */
  constructor(path, field, timeout) {
    this.path = path;
    this.field = field;
    this.timeout = timeout;
  }

  /**
   * Asks the page until the server wants no more. Where another tab is ahead,
   * this one looks again in case that tab is gone by then. What a user asks for
   * while it goes on is asked for after it, since the page may know more by now.
   * @param {{why?: string, number?: string}} why @param {(begun: any) => any} first the body of the first question
   * @param {(answer: any, begun: any) => any} next the body of the next one, null for none
   * @returns {Promise<boolean>} whether this tab has asked
   */
  async run(why, first, next) {
    if (!may(this.field)) return false;
    if (this.#running) {
      const insists = why.number || why.why === "manual" || why.why === "wanted";
      if (!insists) return false;
      const again = () => ((this.#after = null), this.run(why, first, next));
      return (this.#after ??= this.#running.then(again, again));
    }
    this.#running = this.#run(why, first, next).finally(() => (this.#running = null));
    return this.#running;
  }

  /** @param {{why?: string, number?: string}} why @param {(begun: any) => any} first @param {(answer: any, begun: any) => any} next */
  async #run(why, first, next) {
    clearTimeout(this.#later);
    const begun = await post(`${this.path}/run`, why);
    if (begun?.wait) this.#later = setTimeout(() => void this.run(why, first, next), begun.wait);
    if (!begun?.run) return false;
    for (let body = first(begun); body; ) {
      const answer = await this.#bring(begun.run, body);
      for (const sentence of answer?.warnings ?? []) console.warn(`${this.field}: ${sentence}`);
      body = answer && next(answer, begun);
    }
    return true;
  }

  /** Another tab has done it. */
  done() {
    clearTimeout(this.#later);
  }

  /** @param {string} run @param {any} body */
  async #bring(run, body) {
    const alive = setInterval(() => void post(this.path, { run, waits: true }), ALIVE);
    const response = await request(this.field, body, { timeout: this.timeout });
    clearInterval(alive);
    await new Promise((resolve) => setTimeout(resolve)); // a large answer is read and sent on in two turns, between which somebody may type
    if (response === TOO_LARGE) return post(this.path, { run, tooLarge: true });
    return post(this.path, { run, response: response && typeof response === "object" ? response : response === null ? null : {} });
  }
}

const contacts = new Errand("/service/contacts", "contactsPath", PAGE);
const matches = new Errand("/service/matches", "contactMatchPath", MATCH);

/**
 * Gets the contacts of the page's application.
 * @param {"known" | "visit" | "manual" | "wanted"} why
 */
export function sync(why) {
  /** @param {any} begun @param {any} page */
  const body = ({ syncTimestamp, type }, page) => ({ page, syncTimestamp, ...(type && { type }) });
  return contacts.run({ why }, (begun) => body(begun, begun.page), (answer, begun) => answer.nextPage && body(begun, answer.nextPage));
}

/**
 * Asks whose the numbers are that nobody knows, until there are none.
 * @param {string} [number] that the user wants to know of
 */
export async function match(number) {
  if (await matches.run({ number }, (begun) => begun.body, () => null)) await match();
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let calm;
function matchSoon() {
  clearTimeout(calm);
  calm = setTimeout(() => void match(), CALM);
}

let open = false;
function known() {
  const now = Boolean(current()?.authorized);
  if (now && !open) begin();
  open = now;
}
function begin() {
  void sync("known");
  matchSoon();
}

document.addEventListener("oh:service-known", known);
document.addEventListener("oh:service-registered", begin);
document.addEventListener("oh:session", () => (open = false));
for (const type of ["oh:message", "oh:conversation", "oh:calls", "oh:resync"]) document.addEventListener(type, matchSoon);
document.addEventListener("oh:panel", (e) => /** @type {CustomEvent} */ (e).detail.path === "/contacts" && void sync("visit"));
document.addEventListener("oh:service", (e) => {
  const { what, id } = /** @type {CustomEvent} */ (e).detail ?? {};
  if (what === "contacts" && id === "wanted") void sync("wanted");
  if (what === "contacts" && id === "list") {
    contacts.done();
    matchSoon();
  }
  if (what === "matches" && id === "wanted") void match();
});
document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-people-refresh], [data-match]") : null;
  if (!(at instanceof HTMLElement)) return;
  if (at.dataset.match) void busy(at, match(at.dataset.match));
  else void busy(at, sync("manual"));
});

/** @param {HTMLElement} at @param {Promise<unknown>} work */
async function busy(at, work) {
  at.setAttribute("aria-busy", "true");
  await work;
  at.removeAttribute("aria-busy");
}

known();
if (currentPath() === "/contacts") void sync("visit");
