// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

const page = new EventTarget();
page.body = { dataset: { key: "k", signedIn: "true" } };
page.querySelector = () => null;
/** The dialog, with its parts and what is clicked in it. */
const part = () => ({ textContent: "", hidden: false });
const [title, note, first] = [part(), part(), part()];
const dialog = Object.assign(new EventTarget(), {
  open: false,
  querySelectorAll: () => [title, note],
  querySelector: () => first,
  showModal: () => (dialog.open = true),
  close: () => (dialog.open = false),
});
page.getElementById = (id) => (id === "leave" ? dialog : null);
globalThis.document = page;
globalThis.window = new EventTarget();
globalThis.addEventListener = () => {};
globalThis.matchMedia = () => new EventTarget();
globalThis.Element = class {};
const click = (what) => {
  const at = Object.assign(new Element(), { closest: () => ({ getAttribute: () => what }) });
  const e = new Event("click");
  Object.defineProperty(e, "target", { value: at });
  dialog.dispatchEvent(e);
};
const kept = new Map();
globalThis.localStorage = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) };
mock.timers.enable({ apis: ["setTimeout"] });

let asked;
let answer;
globalThis.fetch = async (url) => {
  asked.push(url.replace("/p/k", ""));
  return answer(url);
};
const { signOut, signOutEverywhere, signOutForHost } = await import("./leave.js");
const { put } = await import("./outbox.js");

const reply = (status, body) => new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
const gone = () => reply(200, { signedIn: false });
const waits = (n) => () => reply(409, { waiting: n });
const settle = () => new Promise((resolve) => setImmediate(resolve));
let told;
page.addEventListener("oh:session", (e) => {
  told.push([e.detail.reason, "leaving" in page.body.dataset]);
  page.body.dataset.signedIn = String(e.detail.signedIn);
});
let warned;
beforeEach(() => {
  [asked, told, warned] = [[], [], []];
  page.body.dataset.signedIn = "true";
  dialog.open = false;
  kept.clear();
  mock.method(console, "warn", (s) => warned.push(s));
});
afterEach(() => {
  page.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } }));
  mock.restoreAll();
});

test("with nothing to send, a click signs out", async () => {
  answer = gone;
  await signOut();
  assert.deepEqual(asked, ["/signout?ask=1"]);
  assert.deepEqual(told, [["signed-out", true]]);
  assert.equal(kept.get("oh-out-k"), "1", "nothing signs in by itself after that");
  assert.equal(dialog.open, false);
});

test("texts that wait are asked about, and cancelling changes nothing", async () => {
  answer = waits(2);
  await signOutEverywhere();
  assert.deepEqual([dialog.open, title.textContent], [true, "2 texts have not been sent yet"]);
  click("cancel");
  await settle();
  assert.deepEqual([dialog.open, told, kept.size], [false, [], 0]);
  assert.deepEqual(asked, ["/signout-everywhere?ask=1"]);
});

test("whoever signs out anyway drops them", async () => {
  answer = waits(1);
  await signOut();
  assert.equal(title.textContent, "1 text has not been sent yet");
  answer = gone;
  click("anyway");
  await settle();
  assert.deepEqual(asked, ["/signout?ask=1", "/signout"]);
  assert.deepEqual(told, [["signed-out", true]]);
});

test("whoever sends first is signed out once everything is sent", async () => {
  answer = waits(2);
  await signOut();
  click("wait");
  await settle();
  assert.deepEqual([title.textContent, first.hidden], ["Sending 2 texts…", true]);
  answer = waits(1);
  page.dispatchEvent(new CustomEvent("oh:conversation", { detail: {} }));
  await settle();
  assert.deepEqual([title.textContent, told], ["Sending 1 text…", []]);
  answer = gone;
  page.dispatchEvent(new CustomEvent("oh:conversation", { detail: {} }));
  await settle();
  assert.deepEqual([dialog.open, told], [false, [["signed-out", true]]]);
});

test("what the server has not taken yet is not even asked for", async () => {
  answer = () => {
    throw new TypeError("no network");
  };
  put("c", "One");
  await settle();
  asked = [];
  await signOut();
  assert.deepEqual([asked, dialog.open, title.textContent], [[], true, "1 text has not been sent yet"]);
  click("cancel");
});

test("the page around the phone waits a moment and is told what was dropped", async () => {
  const patience = new AbortController();
  mock.method(AbortSignal, "timeout", () => patience.signal);
  answer = waits(3);
  const out = signOutForHost();
  await settle();
  assert.deepEqual([told, warned, dialog.open], [[], [], false]);
  answer = gone;
  patience.abort();
  await out;
  assert.deepEqual(asked, ["/signout?ask=1", "/signout"]);
  assert.deepEqual(warned, ["The page signed the user out while 3 texts had not been sent yet. They are dropped."]);
  assert.deepEqual(told, [["signed-out", true]]);
});

test("a server that is away leaves the user signed in", async () => {
  answer = () => {
    throw new TypeError("no network");
  };
  const box = { hidden: true, querySelector: () => part() };
  page.getElementById = (id) => (id === "alert" ? box : dialog);
  await signOut();
  assert.deepEqual([told, box.hidden, kept.size], [[], false, 0]);
});
