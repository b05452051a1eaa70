// Owns what this tab knows of the user's calls, which is what the server says
// last: has them drawn, counts their seconds by the server's clock, hands them
// to who rings, speaks and tells the host page, and does what the buttons of
// calls ask for. Loaded for whoever can call.
// @ts-check
import { ask, session } from "./ask.js";
import { guarded } from "./callguard.js";
import { alert, currentPath, dial, forget, navigate } from "./nav.js";
import { preferences } from "./preferences.js";
import { t } from "./lang.js";

/**
 * @typedef {{
 *   id: string, direction: "Inbound" | "Outbound", state: "dialing" | "ringing" | "connected" | "held" | "ended",
 *   number: string, name?: string, line?: string, queue?: string, muted?: boolean, recording?: boolean, farHeld?: boolean,
 *   flipped?: boolean, conference?: boolean, members?: {partyId: string, number: string, name?: string, muted?: boolean, held?: boolean}[],
 *   unseen?: boolean, began: string, answered?: string, ended?: string, outcome?: string, sentence?: string,
 *   sessionId?: string, telephonySessionId?: string, partyId?: string, drop?: {label: string, state: "waiting" | "playing" | "left" | "stopped" | "noisy" | "cut"},
 * }} Call as internal/widget/call has it
 * @typedef {{id: string, number: string, from?: string, state: "here" | "there" | "both" | "over", began: string}} RingOut the same
 * @typedef {{
 *   now: string, version: number, calls: Call[], parked?: {place: string, number: string}[], ringOut?: RingOut, active?: string, microphone?: string,
 *   line: {state: "none" | "connecting" | "registered" | "broken", sentence?: string, deviceId?: string},
 * }} Snapshot
 */

/** How long the server may think about a command. */
const PATIENCE = 15_000;

/** @type {Snapshot | null} */
let now = null;
/** How much the server's clock is ahead of this one's, in milliseconds. */
let ahead = 0;
/** The call that the microphone was opened for, until it is there or over. */
let expected = "";

/** A call ends with a word, unless its server ended without one, or nobody could hear it. */
const LOST = t("The phone’s server was restarted or broke down, and your call ended with it. Call again.");
const UNHEARD = t("Your call ended while this page had no connection.");

/** The page of a call. @param {string} id */
export const routeOf = (id) => `/calls/active/${encodeURIComponent(id)}`;
/** How the calls are. */
export const snapshot = () => now;
/** Whether somebody calls and waits for an answer. @param {Call} c */
export const rings = (c) => c.direction === "Inbound" && c.state === "ringing";
/** The call with this id, while it is told. @param {string} id */
export const find = (id) => now?.calls.find((c) => c.id === id);

/**
 * What is to be said of calls that are gone without a word that anybody could
 * read: versions begin anew with the server, which says why it ends a call in
 * the moment in which it answers nobody any more.
 * @param {Snapshot} before @param {Snapshot} next
 */
function missing(before, next) {
  const restarted = next.version < before.version;
  const gone = before.calls.some((c) => !rings(c) && !next.calls.some(({ id }) => id === c.id) && (c.state !== "ended" || (restarted && c.sentence)));
  return gone ? (restarted ? LOST : UNHEARD) : "";
}

/** Whether there is something to draw over every page. @param {Snapshot | null} s */
const shows = (s) => Boolean(s?.calls.length || s?.parked?.length || s?.ringOut);

/** Takes how the calls are from now on. @param {Snapshot} next */
export function take(next) {
  const before = now;
  now = next;
  ahead = Date.parse(next.now) - Date.now();
  const { line, calls } = next;
  if (document.body.dataset.line !== line.state) {
    document.body.dataset.line = line.state;
    document.dispatchEvent(new CustomEvent("oh:line", { detail: line }));
  }
  const any = Boolean(calls.length || before?.calls.length);
  const word = before ? missing(before, next) : "";
  for (const { id } of before?.calls ?? []) if ((find(id)?.state ?? "ended") === "ended") over(id);
  if (any) {
    hear(next);
    speak(next);
  }
  if (calls.some(rings) || before?.calls.some(rings)) ring(next);
  tell(next);
  if (shows(next) || shows(before)) void draw().then(() => word && alert(word)); // the page of the call is left first
  tick();
}

/** What is aborted when a call is over. @type {Map<string, AbortController>} */
const ends = new Map();

/** @param {string} id */
function endOf(id) {
  const end = ends.get(id) ?? new AbortController();
  ends.set(id, end);
  return end.signal;
}

/** @param {string} id of a call that has ended */
function over(id) {
  forget(routeOf(id));
  ends.get(id)?.abort(new Error(t("Not called.")));
  ends.delete(id);
}

/**
 * Hands snapshots to a module in the order in which they came, also those that
 * come while it is loaded.
 * @param {() => Promise<{take(s: Snapshot): void}>} load @returns {(s: Snapshot) => void}
 */
function feed(load) {
  /** @type {Snapshot[]} */
  const queue = [];
  return (s) => {
    queue.push(s);
    void load().then((m) => {
      for (let next = queue.shift(); next; next = queue.shift()) m.take(next);
    });
  };
}

const tell = feed(() => import("./callhost.js"));
const ring = feed(() => import("./ring.js"));
const speak = feed(() => import("./callvoice.js"));
const hear = feed(async () => {
  const { sound } = await import("./audio.js");
  return {
    take(next) {
      sound.take(next);
      const call = expected && next.calls.find((c) => c.id === expected);
      if (!expected || (call && call.state !== "ended")) return;
      expected = "";
      sound.unwanted();
    },
  };
});

/** @type {Promise<void> | null} */
let drawing = null;
let again = false;
/** How long after it could not draw the calls the page tries again, in ms. */
const REDRAW = 1_000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let redraw;

/** Draws the calls as they are; what changes meanwhile is drawn right after. */
export function draw() {
  again = true;
  clearTimeout(redraw);
  drawing ??= (async () => {
    while (again) {
      again = false;
      await Promise.all([drawBar(), drawOpen()]).catch(() => (redraw = setTimeout(draw, REDRAW)));
      tick();
      document.dispatchEvent(new CustomEvent("oh:calls-drawn"));
    }
    drawing = null;
  })();
  return drawing;
}

async function drawBar() {
  const bar = document.getElementById("calls-now");
  if (!bar) return;
  const any = () => shows(now);
  const r = any() && (await ask("/panel/calls/now"));
  if (r && !r.ok) throw new Error(String(r.status));
  const text = r && (await r.text());
  const keep = keyboard(bar);
  if (text && any()) await morph(bar, text, "innerMorph");
  else if (!any()) bar.replaceChildren();
  keep(bar.querySelector(".now__open"), document.querySelector("#panel h1"));
}

/** The page of a call that is over, and told no more, is left. */
async function drawOpen() {
  const page = document.querySelector("#panel [data-panel=active-call]");
  const id = page?.getAttribute("data-call");
  if (!page || !id) return;
  const here = () => page.isConnected && [routeOf(id), "/calls/active"].includes(currentPath());
  const call = find(id);
  const into = call?.outcome === "merged" && now?.calls.find((c) => c.conference && c.state !== "ended");
  if (into) return void (here() && (await navigate(routeOf(into.id), { replace: true })));
  if (!call) return void (here() && (await navigate("goBack")));
  const r = await ask(`/panel/calls/${encodeURIComponent(id)}`);
  if (!r.ok || !here()) return;
  const text = await r.text();
  const keep = keyboard(page);
  await morph(page, text, "outerMorph");
  keep(document.querySelector("#panel [data-panel=active-call] h1"));
}

/**
 * Looks whether the keyboard is at something that is about to be drawn anew;
 * the sheets of calls that ring look after it themselves.
 * @param {Element} inside
 * @returns {(...to: (Element | null)[]) => void} has it go on from the first of these, where what it was at is gone or takes no press any more
 */
function keyboard(inside) {
  const had = document.hasFocus() && inside.contains(document.activeElement) && !document.activeElement?.closest("[data-ring]");
  return (...to) => {
    const at = document.activeElement;
    if (!had || (at && at !== document.body && !at.matches(":disabled"))) return;
    const next = to.find((e) => e instanceof HTMLElement && e.checkVisibility());
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  };
}

/**
 * Has drawn what has changed and nothing else: focus, and what somebody types
 * or has opened, stays, as does what is marked hx-morph-skip.
 * @param {Element} target @param {string} text @param {string} swap
 */
async function morph(target, text, swap) {
  if (!window.htmx) return;
  htmx.registerExtension("calls", ours);
  await htmx.swap({ text, target, swap, sourceElement: target });
}

/** What this page has done to its parts the server does not know: htmx asks whoever extends it, and tells the document nothing. */
const ours = {
  /** @param {Element} at @param {{attrName: string}} change */
  htmx_before_morph_attr(at, { attrName }) {
    if (attrName === "hidden") return !at.matches("[data-when-audio]");
    return attrName !== "aria-expanded" && !(attrName === "aria-busy" && at.matches("button, form"));
  },
};

/** How long something has lasted, as clocks show it. @param {number} ms */
export function clockwise(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let ticking;
function tick() {
  clearTimeout(ticking);
  const server = Date.now() + ahead;
  let next = Infinity;
  for (const at of document.querySelectorAll("[data-call-since]")) {
    const ms = server - Date.parse(at.getAttribute("data-call-since") ?? "");
    if (Number.isNaN(ms)) continue;
    const text = clockwise(Math.floor(Math.max(0, ms) / 1000) * 1000);
    if (at instanceof HTMLProgressElement) at.value = ms / 1000;
    else if (at.textContent !== text) at.textContent = text;
    next = Math.min(next, 1000 - (((ms % 1000) + 1000) % 1000));
  }
  if (next < Infinity) ticking = setTimeout(tick, next + 5);
}
document.addEventListener("oh:panel", tick);

/** How the calls were when the panel was asked for. @type {Snapshot | null} */
let asked = null;
document.addEventListener("oh:route", () => (asked = now));
// What has become of a call while its page was on its way, that page does not know.
document.addEventListener("oh:panel", () => now !== asked && document.querySelector("#panel [data-panel=active-call]") && void draw());
// The buttons name their keys, which may have been switched off or on.
document.addEventListener("oh:preferences", () => shows(now) && void draw());

/** @param {string} path @param {object} body */
async function post(path, body) {
  const r = await ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  if (!r) throw new Error(t("There is no connection right now."));
  if (!r.ok) throw new Error((await r.text()).trim());
  return r;
}

/** Commands of one call go out in the order in which they were given. @type {Map<string, Promise<unknown>>} */
const queues = new Map();

/**
 * Does something with a call; throws the sentence that says why it could not
 * be done. An answer opens the microphone first. Before somebody else is
 * called, whom it concerns may have to be asked: other commands go on
 * meanwhile.
 * @param {string} id @param {string} act @param {object} [body]
 */
export async function act(id, act, body = {}) {
  if (act === "answer") return answer(id, body);
  if (!("to" in body)) return void (await enqueue(id, act, body));
  await guarded((checked) => enqueue(id, act, { ...body, ...checked }), endOf(id));
}

/** @param {string} id @param {string} act @param {object} body */
async function enqueue(id, act, body) {
  const after = queues.get(id) ?? Promise.resolve();
  const done = after.then(() => post(`/calls/${encodeURIComponent(id)}/${act}`, body));
  const settled = done.catch(() => {}).then(() => queues.get(id) === settled && queues.delete(id));
  queues.set(id, settled);
  return done;
}

/** @param {string} id @param {object} body */
async function answer(id, body) {
  const { sound } = await import("./audio.js");
  await sound.prepare();
  expected = id;
  try {
    await post(`/calls/${encodeURIComponent(id)}/answer`, body);
  } catch (e) {
    expected = "";
    sound.unwanted();
    throw e;
  }
  await navigate(routeOf(id), { focus: true });
}

/**
 * Begins a call with the microphone ready, and shows it.
 * @param {() => Promise<{id: string, ringOut?: boolean}>} asked has the server begin it
 * @returns {Promise<string>} the id of the call
 */
async function begin(asked) {
  const { sound } = await import("./audio.js");
  await sound.prepare();
  try {
    const { id, ringOut } = await asked();
    if (ringOut) return sound.unwanted(), id; // at the user's own phone
    expected = id;
    await navigate(routeOf(id), { focus: true });
    return id;
  } catch (e) {
    sound.unwanted();
    throw e;
  }
}

/**
 * Places a call and shows it; throws the sentence that says why not. Where the
 * user's own phone rings first, this one's microphone is needed for emergency
 * calls alone.
 * @param {string} to @param {{from?: string, anonymous?: boolean}} [how]
 * @returns {Promise<string>} the id of the call
 */
export async function place(to, how = {}) {
  const asked = () => guarded((checked) => post("/calls", { to, ...how, ...checked }));
  if (preferences().callWith !== "ringout") return begin(asked);
  const placed = await asked();
  return placed.ringOut ? placed.id : begin(async () => placed);
}

/** Listens in on the call that a colleague is in. @param {string} extensionId @param {object} how */
const supervise = (extensionId, how) => begin(async () => (await post("/supervise", { extensionId, ...how })).json());

/** What waits for the server's answer. @type {Set<Element>} */
const pending = new Set();

/**
 * Does what a control asks for, which takes no second press meanwhile, and
 * says beside it what went wrong.
 * @param {HTMLElement} at the button or form @param {() => Promise<unknown>} work
 */
async function press(at, work) {
  if (pending.has(at)) return;
  const button = at instanceof HTMLFormElement ? /** @type {HTMLButtonElement | null} */ (at.querySelector("[type=submit], button:not([type])")) : at;
  const error = nearest(at);
  const here = session();
  for (const e of [at, button]) if (e) pending.add(e);
  button?.setAttribute("aria-busy", "true");
  if (error) error.hidden = true;
  try {
    await work();
    alert("");
  } catch (e) {
    if (here.aborted) return;
    const sentence = e instanceof Error ? e.message : String(e);
    if (!error) alert(sentence);
    else {
      error.textContent = sentence;
      error.hidden = false;
    }
  } finally {
    for (const e of [at, button]) if (e) pending.delete(e);
    button?.removeAttribute("aria-busy");
  }
}

/** Where it is said what went wrong. @param {HTMLElement} at @returns {HTMLElement | null} */
const nearest = (at) => at.closest(":has([data-call-error])")?.querySelector("[data-call-error]") ?? null;

/** What a control says beside its act. @param {HTMLElement} at @returns {Record<string, any>} */
const with_ = (at) => ({ ...JSON.parse(at.dataset.callWith || "{}"), ...(at instanceof HTMLFormElement && Object.fromEntries(new FormData(at))) });

/** Speaks with somebody else, whose page then has the buttons. @param {string} id @param {object} body */
async function turn(id, body) {
  await act(id, "activate", body);
  await navigate(routeOf(id), { focus: true, replace: true });
}

/** Makes one conference of two calls, whose page then has the buttons. @param {string} id @param {object} body */
async function merge(id, body) {
  const r = await enqueue(id, "merge", body);
  await navigate(routeOf((await r.json()).id), { focus: true, replace: true });
}

/** @param {HTMLElement} at */
function run(at) {
  const { call = "", callAct, callTo, callFrom = "", supervise: whom } = at.dataset;
  const body = with_(at);
  if (whom) return void press(at, () => supervise(whom, body));
  if (callAct === "digits") return void act(call, "digits", body).catch((e) => alert(e.message));
  if (callAct === "merge") return void press(at, () => merge(call, body));
  if (callAct === "activate") return void press(at, () => turn(call, body));
  if (callAct) return void press(at, () => act(call, callAct, body));
  const { to = callTo ?? "", from = callFrom } = body;
  return void press(at, () => place(String(to), from === "anonymous" ? { anonymous: true } : from ? { from } : {}));
}

const CONTROLS = ":is(button, a):is([data-call-act], [data-call-to], [data-supervise])";
document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest(`${CONTROLS}, [data-audio-act], [data-emergency-address], a[href^="tel:"]`) : null;
  if (!(at instanceof HTMLElement) || e.defaultPrevented) return;
  if (at.hasAttribute("data-audio-act")) return void import("./audio.js").then(({ sound }) => sound.here());
  e.preventDefault();
  if (at.hasAttribute("data-emergency-address")) return void press(at, async () => (await import("./emergency.js")).lookAfter());
  // The button that ends a call comes to where the one was that placed it: a double click there means the first.
  if (e.detail > 1 && at.dataset.callAct === "hangup") return;
  if (at.matches(CONTROLS)) return run(at);
  // What the page around us calls a link need not say whom it calls: people see it first.
  void dial(linked(at.getAttribute("href") ?? ""));
});

/** The number of a link. @param {string} href */
function linked(href) {
  const number = href.slice(4).split(/[;?]/)[0].slice(0, 64);
  try {
    return decodeURIComponent(number);
  } catch {
    return number; // badly escaped: as it stands
  }
}

document.addEventListener("submit", (e) => {
  const at = e.target;
  if (!(at instanceof HTMLFormElement) || !(at.dataset.callAct || "callTo" in at.dataset)) return;
  e.preventDefault();
  run(at);
});

// How the microphone is stands wherever a call is drawn.
let audio = { state: "idle", sentence: "" };
function fit() {
  for (const at of document.querySelectorAll("[data-when-audio]")) {
    if (at instanceof HTMLElement) at.hidden = !(at.dataset.whenAudio ?? "").split(" ").includes(audio.state);
  }
  for (const at of document.querySelectorAll("[data-audio-sentence]")) at.textContent = audio.sentence;
  if (document.querySelector("[data-call-level]")) void import("./level.js");
}
document.addEventListener("oh:audio", (e) => {
  audio = /** @type {CustomEvent} */ (e).detail;
  fit();
});
for (const type of ["oh:panel", "oh:calls-drawn"]) document.addEventListener(type, fit);
// A page that comes back to a call has begun before this module.
if (document.body.dataset.audio) {
  void import("./audio.js").then(({ sentence, sound }) => {
    audio = { state: sound.state, sentence: sentence() };
    fit();
  });
}

// Nobody's calls are shown to whoever signs in next.
document.addEventListener("oh:session", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.signedIn) return;
  now = null;
  ends.clear();
  delete document.body.dataset.line;
  document.getElementById("calls-now")?.replaceChildren();
});
