// What the page around us has registered with the phone, in this frame: its
// messages go to the server in the order they came, the phone's questions go
// to the page, and its answers come back here. Loaded when a page registers
// something, or a panel shows what one has registered.
// @ts-check
import { ask } from "./ask.js";
import { bring } from "./early.js";
import { host } from "./host.js";
import { put, signedIn } from "./nav.js";

/**
 * @typedef {{name: string, title: string, authorized: boolean, redDot: boolean, banner: boolean, paths: Record<string, string>,
 *   flags: Record<string, boolean>, buttons?: {id: string, type: string, label: string, icon: string}[]}} Service
 * @typedef {Record<string, any>} Message
 */

/** More than this many messages from one page are a mistake of the page. */
const MOST = 300;

/** More sentences than this help no developer. */
const SAID = 200;

/** @type {Service | null} */
let service = null;
/** What the page has registered, to say it again to a server that restarted, or for the next user. @type {Message[]} */
let memory = [];
/** What it said to an earlier user's phone, until it is known whether this one is the same. @type {Message[] | null} */
let before = null;
/** The server's word for whose phone it is; null where it was nobody's yet. @type {string | null} */
let user = signedIn() ? "" : null;
/** What the server has not taken yet. @type {Message[]} */
let queue = [];
let pumping = false;
/** @type {Map<string, (response: any) => void>} */
const pending = new Map();

/** The service as the server knows it, or null. */
export const current = () => service;

const REGISTERS = "rc-adapter-register-third-party-service";
const ACCOUNT = ["rc-adapter-update-authorization-status", "rc-adapter-refresh-license-status"];

/** Whether the page around this frame has registered: another one's would not answer. */
export const answers = () => [...(before ?? []), ...memory].some((m) => m.type === REGISTERS);

/**
 * Takes a message that changes the service. Before sign-in it waits.
 * @param {Message} message
 */
export function take(message) {
  memory = remember(memory, message);
  const asks = message.service?.doNotContactPath;
  if (asks) document.body.dataset.guarded = "1"; // outbox.js says so with each text
  else if (asks !== undefined) delete document.body.dataset.guarded;
  if (!signedIn()) {
    if (message.type === "rc-adapter-update-customized-banner") void drawBanner({ method: "POST", body: JSON.stringify(message) });
    return;
  }
  if (before) return; // it goes with all that was said
  const last = queue.length - 1;
  if (last >= (pumping ? 1 : 0) && ofOnePage(queue[last], message)) queue[last] = merged(queue[last], message); // a slow connection is not behind who types
  else queue.push(message);
  void pump();
}

/** @param {Message} old @param {Message} message */
const ofOnePage = (old, message) => Boolean(old.type === message.type && old.page && message.page && old.page.id === message.page.id);

/** A page that came anew, with what it does not say again. @param {Message} old @param {Message} message */
const merged = (old, message) => ({ ...old, page: { ...old.page, ...message.page } });

/**
 * What a page has said, without what it said of one user: whoever signs in
 * next may be somebody else, whose account it may not know.
 * @param {Message[]} said @returns {Message[]}
 */
export function forAnyone(said) {
  return said
    .filter((m) => !ACCOUNT.includes(m.type))
    .map((m) => {
      if (m.type !== REGISTERS || !m.service?.authorizationPath) return m;
      const { authorized, authorizedAccount, licenseStatus, licenseStatusColor, licenseDescription, ...service } = m.service;
      return { ...m, service };
    });
}

/**
 * Adds a message to those that make a service what it is. What the next one
 * replaces whole is kept once; what adds to earlier ones is kept in order. A
 * page, which may come anew with each key stroke, is kept as the merged one.
 * @param {Message[]} said @param {Message} message
 * @returns {Message[]}
 */
export function remember(said, message) {
  const old = said.find((m) => ofOnePage(m, message));
  if (old) return said.map((m) => (m === old ? merged(m, message) : m));
  const whole = !/register/.test(message.type);
  const kept = whole ? said.filter((m) => m.type !== message.type) : said;
  return [...kept, message].slice(-MOST);
}

/** @type {Promise<void>} */
let pumped = Promise.resolve();

/** Settled when what the page has said so far is with the server, or waits for the connection. */
export const settled = () => pumped;

function pump() {
  if (!pumping) pumped = run();
  return pumped;
}

async function run() {
  pumping = true;
  try {
    while (queue.length && signedIn()) {
      if (!(await send(queue[0]))) break; // it goes when the connection is back
      queue.shift();
    }
  } finally {
    pumping = false;
  }
}

/** What the page's developer has been told. @type {Set<string>} */
const told = new Set();

/** Says a sentence in the console, once; who makes more mistakes than these reads no more. @param {string} sentence */
function warn(sentence) {
  if (told.size >= SAID || told.has(sentence)) return;
  told.add(sentence);
  console.warn(sentence);
}

/** Whether this page has told the server anything: what an earlier load of it registered is gone then. */
let begun = false;
/** Counts what the server has taken. */
let taken = 0;

/** Whether the server has answered, well or ill. @param {Message} message */
async function send(message) {
  const answer = await ask(begun ? "/service" : "/service?first=1", { method: "POST", body: JSON.stringify(message) }).catch(() => null);
  if (!answer || answer.status >= 500 || answer.status === 401) return false;
  begun = true;
  taken++;
  if (!answer.ok) {
    console.warn(`The phone refused ${message.type}: ${(await answer.text()).trim()}`);
    return true;
  }
  const { warnings, service: now } = await answer.json();
  for (const sentence of warnings) warn(`${message.type}: ${sentence}`);
  see(now);
  if (message.type === REGISTERS) document.dispatchEvent(new CustomEvent("oh:service-registered"));
  return true;
}

/** @param {Service | null} now */
function see(now) {
  const bannerBefore = service?.banner;
  service = now;
  const dot = document.querySelector("[data-service-dot]");
  if (dot instanceof HTMLElement) dot.hidden = !now?.redDot;
  if (bannerBefore || now?.banner) void drawBanner();
  document.dispatchEvent(new CustomEvent("oh:service-known", { detail: now }));
}

/** @param {{method?: string, body?: string}} [init] */
async function drawBanner(init) {
  const at = document.getElementById("banner");
  const answer = await ask("/service/banner", init).catch(() => null);
  if (!at || !answer?.ok) return;
  const html = await answer.text();
  if (at.innerHTML === html) return;
  await put(at, html);
}

/**
 * Asks the page at one of the paths that it registered. No answer in time, or
 * no such path, is null.
 * @param {string} field the registration's name of the path, such as "authorizationPath"
 * @param {any} body @param {{timeout?: number}} [how]
 * @returns {Promise<any>}
 */
export function request(field, body, { timeout = 3000 } = {}) {
  const path = service?.paths[field];
  return path ? requestAt(path, body, { timeout }) : Promise.resolve(null);
}

/**
 * Asks the page at a path of its own, such as a call widget's.
 * @param {string} path @param {any} body @param {{timeout?: number}} [how]
 * @returns {Promise<any>}
 */
export function requestAt(path, body, { timeout = 3000 } = {}) {
  const requestId = crypto.randomUUID();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      console.warn(`The page did not answer ${path} within ${timeout / 1000} s. It answers with rc-post-message-response, responseId and response.`);
      done(null);
    }, timeout);
    /** @param {any} response */
    const done = (response) => {
      clearTimeout(timer);
      pending.delete(requestId);
      resolve(response);
    };
    pending.set(requestId, done);
    host.tell({ type: "rc-post-message-request", requestId, path, body });
  });
}

/** What a question is answered with whose answer was more than the phone takes. */
export const TOO_LARGE = Object.freeze({ tooLarge: true });

/** The page has answered with more than the phone takes: nobody waits for it. @param {unknown} id */
export function refuse(id) {
  if (typeof id === "string") pending.get(id)?.(TOO_LARGE);
}

/** Takes rc-post-message-response; late and unknown ones mean nothing. @param {Message} message */
export function answer(message) {
  pending.get(message.responseId)?.(message.response ?? {});
}

async function look() {
  if (!signedIn()) return;
  const seen = taken;
  const answer = await ask("/service").catch(() => null);
  if (!answer?.ok) return;
  const { service: now, user: whose } = await answer.json();
  if (before) return welcome(whose);
  user = whose;
  // What is on its way, or was taken meanwhile, has answered better.
  if (pumping || seen !== taken) return;
  // A server that restarted has forgotten; the page has not.
  if (!now && answers()) return again();
  see(now);
}

/** Tells the server of somebody who has signed in what the page has registered. @param {string} whose */
function welcome(whose) {
  const same = user === null || user === whose;
  const said = same ? (before ?? []) : forAnyone(before ?? []);
  memory = memory.reduce(remember, said);
  before = null;
  user = whose;
  return again();
}

/** Says again what the page has registered. */
function again() {
  queue = [...memory];
  begun = false;
  return pump();
}

document.addEventListener("oh:session", (e) => {
  service = null;
  queue = [];
  if (!(/** @type {CustomEvent} */ (e).detail?.signedIn)) return;
  before = [...(before ?? []), ...memory];
  memory = [];
  void look();
});
document.addEventListener("oh:resync", () => (queue.length ? pump() : look()));
document.addEventListener("oh:online", (e) => /** @type {CustomEvent} */ (e).detail?.online && queue.length && pump());
document.addEventListener("oh:service", (e) => {
  const { what } = /** @type {CustomEvent} */ (e).detail ?? {};
  if (["service", "settings", "banner"].includes(what)) void look();
});

/** Settled when the service is known for the first time. */
export const ready = look();
// Not awaited: they import this module.
void bring(import("./servicecard.js"));
void bring(import("./tabbar.js"));
void bring(import("./apps.js"));
void bring(import("./toolbar.js"));
void bring(import("./rowacts.js"));
