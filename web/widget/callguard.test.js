// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : page), apply: () => page, construct: () => page });
for (const name of ["matchMedia", "addEventListener", "BroadcastChannel"]) globalThis[name] = page;
/** The dialogs that are open. */
let dialogs = [];
class Node extends EventTarget {
  append() {}
  setAttribute() {}
  focus() {}
  showModal = () => dialogs.push(this);
  close = () => (dialogs = dialogs.filter((d) => d !== this));
  remove() {}
}
globalThis.document = Object.assign(new EventTarget(), {
  body: { dataset: { key: "k", signedIn: "false" }, append() {} }, documentElement: page, hidden: false,
  querySelector: () => page, querySelectorAll: () => [], getElementById: () => page, createElement: () => new Node(),
});
globalThis.location = new URL("http://phone.test/app.html");
globalThis.window = globalThis.parent = globalThis;
globalThis.navigator ??= {};
globalThis.Element = globalThis.HTMLElement = class {};
globalThis.fetch = async () => new Response("");

const { session } = await import("./ask.js");
const { guarded } = await import("./callguard.js");
const { mayText } = await import("./guard.js");
mock.timers.enable({ apis: ["setTimeout"] }); // the page around the phone does not answer

const recipients = [{ phoneNumber: "+3" }];
const question = { service: "Acme", recipients };
/** What the server was offered. */
let offers = [];
/** @param {string} guard @param {object} asks */
const offer = (guard, asks) => async (checked) => {
  offers.push(checked);
  return new Response(JSON.stringify(asks), { headers: { "X-Offhook-Guard": guard } });
};
const call = (over) => guarded(offer("do-not-contact", question), over);
/** Until so many dialogs are open. */
async function open(count = 1) {
  do {
    mock.timers.tick(5_000);
    await new Promise(setImmediate);
  } while (dialogs.length !== count);
  await new Promise(setImmediate);
}
const signOut = () => document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } }));

beforeEach(() => {
  dialogs = [];
  offers = [];
});

test("a question about a call ends with the session, as a no", async () => {
  const called = assert.rejects(call(), /^Error: Not called/);
  await open();
  signOut();
  await called;
  assert.deepEqual([dialogs, offers], [[], [{}]]);
});

test("what is asked in one session is not done in the next", async () => {
  const called = assert.rejects(call());
  await new Promise(setImmediate); // the page is being asked
  signOut();
  for (let i = 0; i < 4; i++) {
    mock.timers.tick(5_000);
    await new Promise(setImmediate);
  }
  await called;
  assert.deepEqual([dialogs, offers], [[], [{}]]);
});

test("a question ends with the call that it is about", async () => {
  const over = new AbortController();
  const called = assert.rejects(call(over.signal), /^Error: Not called/);
  await open();
  over.abort();
  await called;
  assert.deepEqual(dialogs, []);
});

test("who is asked about another call is asked about that one alone", async () => {
  const first = assert.rejects(call(), /^Error: Not called/);
  await open();
  const [before] = dialogs;
  const second = assert.rejects(call());
  await first;
  await open();
  assert.notEqual(dialogs[0], before);
  signOut();
  await second;
});

test("a question about a text, and about where help is sent, end with the session", async () => {
  const texted = assert.rejects(mayText(question, session()), /^Error: Not sent/);
  const helped = assert.rejects(guarded(offer("emergency", { number: "911", address: null, country: "US", countries: ["US"] })));
  await open(2);
  signOut();
  await Promise.all([texted, helped]);
  assert.deepEqual([dialogs, offers], [[], [{}]]);
});
