// Rings while somebody calls: every tab shows the call, one of a browser's
// tabs sounds, and all are silent in the moment that it is answered, ends or
// is answered elsewhere. The one that speaks with somebody goes first, then the
// one in front, then the one that was in front last. The server is told by
// every tab that a person can see or hear; when none has said so in two seconds
// it tells all, and each does then what it can.
// @ts-check
import { ask, tab } from "./ask.js";
import { spoken } from "./audio.js";
import { draw, rings, routeOf } from "./calls.js";
import { host } from "./host.js";
import { t } from "./lang.js";
import { recall } from "./memory.js";
import { chosen, lasts, loudness, ring } from "./ringtones.js";
import { audible, sound } from "./sounds.js";
import { claim } from "./tabs.js";

/** @typedef {import("./calls.js").Call} Call */
/** @typedef {import("./calls.js").Snapshot} Snapshot */

/** How long tabs that nobody looks at leave the ringing to the one in front. */
const AFTER_YOU = 250;
/** From one ring to the next, and the least that is silent between two. */
const EVERY = 3_000;
const REST = 1_000;
/** Whoever speaks with somebody hears more than enough of a softer sign. */
const EVERY_WAITING = 5_000;

/** @type {import("./sounds.js").Tone[]} */
const WAITING = [[0, 660, 0.2, "sine"], [0.25, 660, 0.25, "sine"]];

/** The calls that ring here. @type {Map<string, Call>} */
const ringing = new Map();
/** Those that the server knows to be noticed here. @type {Set<string>} */
const noticed = new Set();
/** Those that no tab is known to show, and that this one has tried again for. @type {Set<string>} */
const insisted = new Set();
/** @type {AbortController | null} */
let sounding = null;
/** Whether this tab has the microphone, and whether any has. */
let speaks = false;
let taken = false;
/** When somebody last looked at this tab. */
let seen = Date.now();
let waiting = false;
let title = "";

/** Whether the user wants calls to ring in this browser. */
const wanted = () => recall("ring") !== "off";

/** @param {Call} c */
const whoOf = (c) => c.name || c.number || t("Unknown number");

/** Takes how the calls are. @param {Snapshot} now */
export function take(now) {
  const list = now.calls.filter(rings);
  speaks = now.microphone === tab;
  taken = Boolean(now.microphone);
  for (const id of ringing.keys()) if (!list.some((c) => c.id === id)) over(id);
  const fresh = list.filter((c) => !ringing.has(c.id));
  for (const c of list) ringing.set(c.id, c);
  for (const c of fresh) void begin(c);
  for (const c of list) if (c.unseen && !insisted.has(c.id)) void insist(c);
  entitle();
  if (!list.length || waiting !== spoken(now)) stop();
  waiting = spoken(now);
  if (list.length && !sounding && wanted()) void start();
}

/** @param {Call} c */
async function begin(c) {
  host.tell({ type: "offhook-open-notify" }); // a phone that is minimized opens
  await draw();
  if (!document.hidden) void notice(drawn());
  else if (wanted() && (await claim(`ring-${c.id}`))) await show(c);
}

/** How long this tab leaves the word to those that are nearer to the user. */
function place() {
  if (speaks) return 0;
  if (!document.hidden) return taken ? AFTER_YOU / 2 : 0;
  return AFTER_YOU + Math.min(AFTER_YOU, (Date.now() - seen) / 100);
}

/** The server knows of nobody who can notice a call: each tab tries what it has left. @param {Call} c */
async function insist(c) {
  insisted.add(c.id);
  const after = place();
  if (after) await new Promise((go) => setTimeout(go, after));
  if (!ringing.get(c.id)?.unseen) return;
  host.tell({ type: "offhook-open-notify" });
  if (!document.hidden) return void draw().then(() => notice(drawn()));
  if (wanted()) await show(c);
}

/** Has a notification shown, where the browser lets us. @param {Call} c */
async function show(c) {
  const notify = await import("./notify.js");
  if (!ringing.has(c.id)) return;
  if (notify.show({ event: `ring-${c.id}`, title: whoOf(c), text: t("Incoming call"), place: c.id, route: routeOf(c.id) })) void notice([c.id]);
}

/** @param {string} id */
function over(id) {
  ringing.delete(id);
  noticed.delete(id);
  insisted.delete(id);
  document.dispatchEvent(new CustomEvent("oh:read", { detail: { place: id } })); // its notification goes
}

/** The calls that ring and stand on the page. */
const drawn = () => [...ringing.keys()].filter((id) => document.getElementById(`ring-${id}`));

/** Tells the server that somebody can see or hear here that they are called. @param {string[]} [calls] */
async function notice(calls = [...ringing.keys()]) {
  const ids = calls.filter((id) => ringing.has(id) && !noticed.has(id));
  if (!ids.length) return null;
  for (const id of ids) noticed.add(id);
  const answer = await ask("/calls/ringing", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ tab, ids }) }).catch(() => null);
  if (!answer?.ok) for (const id of ids) noticed.delete(id); // it has not heard: the next sound says it again
  return answer;
}

/** The window says who calls, and what it said before once nobody does. */
function entitle() {
  const [c] = ringing.values();
  if (c) {
    title ||= document.title;
    document.title = t("{0} is calling", whoOf(c));
  } else if (title) {
    document.title = title;
    title = "";
  }
}

async function start() {
  const mine = (sounding = new AbortController());
  const { signal } = mine;
  const after = place();
  if (after) await new Promise((go) => setTimeout(go, after));
  if (signal.aborted) return;
  if (!(await audible())) {
    // The first click makes it audible.
    addEventListener("click", () => sounding === mine && ((sounding = null), start()), { once: true, signal, capture: true });
    return;
  }
  if (signal.aborted) return;
  if (!navigator.locks) return void ((await alone()) && loop(signal));
  // Should the tab that sounds be closed, the next one in the queue goes on.
  await navigator.locks.request(`oh-ring-${document.body.dataset.key}`, { signal }, () => loop(signal)).catch(() => loop(signal)); // refused with all storage
}

/** Whether the server has heard of no other tab that rings. */
async function alone() {
  const r = await notice();
  return !r?.ok || (await r.json()).first !== false;
}

/** @param {AbortSignal} signal */
async function loop(signal) {
  while (!signal.aborted) {
    const name = chosen();
    const heard = await (waiting && name !== "none" ? sound(WAITING, "waiting", loudness() / 2, signal) : ring(name, loudness(), signal));
    if (heard) void notice();
    await new Promise((go) => {
      const timer = setTimeout(go, waiting ? EVERY_WAITING : Math.max(EVERY, lasts(name) + REST));
      signal.addEventListener("abort", () => (clearTimeout(timer), go(undefined)), { once: true });
    });
  }
}

function stop() {
  sounding?.abort();
  sounding = null;
}

document.addEventListener("visibilitychange", () => {
  seen = Date.now();
  if (!document.hidden) void notice(drawn());
});
// A page that could not draw a call at first draws it later.
document.addEventListener("oh:calls-drawn", () => !document.hidden && void notice(drawn()));
document.addEventListener("oh:session", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.signedIn) return;
  for (const id of [...ringing.keys()]) over(id);
  entitle();
  stop();
});
