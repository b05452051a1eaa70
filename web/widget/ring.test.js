// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { after, beforeEach, mock, test } from "node:test";

const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : page), apply: () => page, construct: () => page });
for (const name of ["matchMedia", "BroadcastChannel"]) globalThis[name] = page;
globalThis.addEventListener = () => {};
globalThis.HTMLMediaElement = globalThis.MediaStream = globalThis.Element = globalThis.HTMLElement = class {};
class Node {
  gain = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
  connect = (to) => to;
  disconnect() {}
  start() {}
  stop() {}
}
globalThis.GainNode = globalThis.OscillatorNode = Node;
let loud = "running";
globalThis.AudioContext = class {
  get state() {
    return loud;
  }
  currentTime = 0;
  resume = async () => {};
};
/** Whether the page has no place for a call that rings. */
let undrawable = false;
globalThis.document = Object.assign(new EventTarget(), {
  body: { dataset: { key: "k", signedIn: "true" } }, documentElement: { dataset: {} }, title: "Phone", hidden: false,
  querySelector: () => null, querySelectorAll: () => [], getElementById: (id) => (id.startsWith("ring-") && !undrawable ? {} : null),
});
globalThis.location = new URL("http://phone.test/app.html");
globalThis.window = globalThis.parent = globalThis;
globalThis.navigator ??= {};
globalThis.getComputedStyle = () => ({});

const { take } = await import("./ring.js");
const { tab } = await import("./ask.js");

const settled = async () => {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
};

const call = (id, more) => ({ id, direction: "Inbound", state: "ringing", number: "+16505550102", name: "Sam", began: "2026-11-21T12:00:00Z", ...more });
const snapshot = (...calls) => ({ now: "2026-11-21T12:00:00Z", version: 1, line: { state: "registered" }, calls });

/** What the server has heard, and what has sounded. */
let told, sounded;
document.addEventListener("oh:sounded", (e) => sounded.push(e.detail.name));
/** The browser's locks: one tab has the ringing, the others wait. */
let locks;
const timers = mock.timers;
beforeEach(async () => {
  document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } }));
  await settled();
  timers.reset();
  Object.assign(document, { hidden: false, title: "Phone" });
  [told, sounded, loud] = [[], [], "running"];
  locks = { request: (_, how, work) => work({}) };
  navigator.locks = locks;
  globalThis.fetch = async (url, how) => {
    if (url.endsWith("/calls/ringing")) told.push(JSON.parse(how.body));
    return new Response('{"first":false}');
  };
});

after(() => document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } })));

test("a call rings, the server knows that somebody can notice it, and the window says who it is", async () => {
  take(snapshot(call("c-1")));
  await settled();
  assert.deepEqual(sounded, ["ring"]);
  assert.deepEqual(told, [{ tab, ids: ["c-1"] }]);
  assert.equal(document.title, "Sam is calling");
  take(snapshot(call("c-1", { state: "connected" })));
  assert.equal(document.title, "Phone");
});

test("it rings until somebody answers, here or elsewhere, and not a moment longer", async () => {
  timers.enable({ apis: ["setTimeout"] });
  take(snapshot(call("c-2")));
  for (let i = 0; i < 3; i++) {
    await settled();
    timers.tick(3000);
  }
  await settled();
  assert.equal(sounded.length, 4);
  take(snapshot(call("c-2", { state: "ended", outcome: "elsewhere" })));
  timers.tick(60_000);
  await settled();
  assert.equal(sounded.length, 4);
});

test("a tab that waits for another one is silent, and goes on when that is closed", async () => {
  let free;
  locks.request = (_, how, work) => new Promise((resolve) => (free = () => resolve(work({}))));
  take(snapshot(call("c-3")));
  await settled();
  assert.deepEqual([sounded, told.length], [[], 1]);
  free();
  await settled();
  assert.deepEqual(sounded, ["ring"]);
});

test("without locks the tab rings that the server heard of first", async () => {
  delete navigator.locks;
  take(snapshot(call("c-4")));
  await settled();
  assert.deepEqual(sounded, []);
});

test("a tab that nobody sees, hears or is shown a notification of does not count", async () => {
  loud = "suspended";
  document.hidden = true;
  timers.enable({ apis: ["setTimeout"] });
  take(snapshot(call("c-5")));
  for (let i = 0; i < 5; i++) {
    await settled();
    timers.tick(1000);
  }
  assert.deepEqual([sounded, told], [[], []]);
  document.hidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.deepEqual(told, [{ tab, ids: ["c-5"] }]);
});

test("a tab that could not draw a call does not say that it shows it, and draws it later", async () => {
  loud = "suspended";
  undrawable = true;
  timers.enable({ apis: ["setTimeout"] });
  take(snapshot(call("c-8")));
  await settled();
  take(snapshot(call("c-8", { unseen: true })));
  await settled();
  assert.deepEqual(told, []);
  undrawable = false;
  document.dispatchEvent(new CustomEvent("oh:calls-drawn"));
  await settled();
  assert.deepEqual(told, [{ tab, ids: ["c-8"] }]);
});

test("who is speaking hears a softer sign", async () => {
  take(snapshot(call("c-6", { state: "connected" }), call("c-7")));
  await settled();
  assert.deepEqual(sounded, ["waiting"]);
});

test("of a call that nobody is known to show, a tab in front says once more that it does", async () => {
  document.hidden = true;
  locks.request = async () => {};
  loud = "suspended";
  take(snapshot(call("c-90")));
  await settled();
  assert.deepEqual(told, []);
  document.hidden = false;
  take(snapshot(call("c-90", { unseen: true })));
  await settled();
  assert.deepEqual(told, [{ tab, ids: ["c-90"] }]);
});

test("a word that the server has not heard is said again", async () => {
  timers.enable({ apis: ["setTimeout"] });
  const heard = globalThis.fetch;
  globalThis.fetch = async () => new Response("", { status: 503 });
  take(snapshot(call("c-91")));
  await settled();
  assert.deepEqual(told, []);
  globalThis.fetch = heard;
  timers.tick(3_000);
  await settled();
  assert.deepEqual(told, [{ tab, ids: ["c-91"] }]);
});

test("a call rings as the user has chosen, and with no sound where they want none, also beside another call", async () => {
  const choose = (ringtone, ringVolume) => document.dispatchEvent(new CustomEvent("oh:preferences", { detail: { ringtone, ringVolume } }));
  choose("bells", "35");
  take(snapshot(call("c-92")));
  await settled();
  assert.deepEqual(sounded, ["ring-bells"]);
  take(snapshot());
  choose("none", "");
  take(snapshot(call("c-93")));
  await settled();
  take(snapshot());
  take({ ...snapshot(call("c-94"), call("c-95", { state: "connected" })), microphone: tab });
  await settled();
  assert.deepEqual(sounded, ["ring-bells"]);
  choose("", "");
});
