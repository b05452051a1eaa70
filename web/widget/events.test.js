// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

// Modules around this one touch the page when they load. Here the page is
// something that agrees to everything, with no page around it.
const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : page), apply: () => page, construct: () => page });
for (const name of ["document", "matchMedia", "addEventListener", "BroadcastChannel"]) globalThis[name] = page;
globalThis.location = new URL("http://phone.test/app.html");
globalThis.window = globalThis.parent = globalThis;
const { Socket, backoff, translate } = await import("./events.js");

const timers = mock.timers;
beforeEach(() => {
  timers.reset();
  timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
});

/** A socket on pretend WebSockets. */
function socket({ fresh = false, language = "", callWith = "" } = {}) {
  const opened = [];
  const emitted = [];
  const hosted = [];
  const it = new Socket("ws://phone.test/p/k/events", {
    emit: (type, detail) => emitted.push([type, detail]),
    host: (message) => hosted.push(message),
    fresh: () => fresh,
    language,
    callWith,
    open() {
      const ws = { sent: [], send: (text) => ws.sent.push(JSON.parse(text)), close: () => (ws.closed = true) };
      opened.push(ws);
      return ws;
    },
  });
  const last = () => opened.at(-1);
  const take = (frame) => last().onmessage({ data: JSON.stringify(frame) });
  const welcome = () => {
    last().onopen();
    take({ type: "welcome", state: { online: true, unread: 2 } });
  };
  return { it, opened, emitted, hosted, last, take, welcome };
}

test("waits are short at first, grow, stay bounded and differ between tabs", () => {
  assert.ok(backoff(0, 1) <= 250);
  assert.ok(backoff(3, 0) > backoff(0, 1));
  assert.ok(backoff(100, 1) <= 10_000);
  assert.notEqual(backoff(5, 0.1), backoff(5, 0.9));
});

test("says hello, tells what it was welcomed with, and hands host messages on", () => {
  const s = socket({ fresh: true });
  s.it.start();
  s.welcome();
  s.take({ type: "host", message: { type: "rc-login-status-notify" } });
  assert.deepEqual(s.last().sent, [{ type: "hello", position: "", fresh: true }]);
  assert.deepEqual(s.emitted, [["oh:online", { online: true, sentence: undefined }], ["oh:unread", { count: 2 }], ["oh:missed", { readable: false, missed: 0 }], ["oh:mail", { voicemail: 0, fax: 0 }]]);
  assert.deepEqual(s.hosted, [{ type: "rc-login-status-notify" }]);
});

test("says which language it is told sentences in, and how the page has users call who have not chosen", () => {
  const s = socket({ language: "de-DE", callWith: "ringout" });
  s.it.start();
  s.last().onopen();
  assert.equal(s.last().sent[0].language, "de-DE");
  assert.equal(s.last().sent[0].callWith, "ringout");
});

test("tells how the calls are as the server says it", () => {
  const s = socket();
  s.it.start();
  s.welcome();
  s.emitted.length = 0;
  s.take({ type: "calls", now: "2026-11-21T12:00:00Z", version: 3, line: { state: "registered" }, calls: [] });
  assert.deepEqual(s.emitted, [["oh:phone", { now: "2026-11-21T12:00:00Z", version: 3, line: { state: "registered" }, calls: [] }]]);
});

test("resumes where it was, and a single hiccup is not worth a word", () => {
  const s = socket();
  s.it.start();
  s.welcome();
  s.take({ type: "event", position: "e-7", event: { type: "unread", count: 1 } });
  s.emitted.length = 0;
  s.last().onclose();
  timers.tick(250);
  assert.equal(s.opened.length, 2);
  s.last().onopen();
  assert.deepEqual(s.last().sent, [{ type: "hello", position: "e-7", fresh: false }]);
  assert.deepEqual(s.emitted, []);
});

test("says that it is offline once trying again failed, and that it is back", () => {
  const s = socket();
  s.it.start();
  s.welcome();
  s.emitted.length = 0;
  s.last().onclose();
  timers.tick(250);
  s.last().onclose();
  assert.equal(s.emitted[0][0], "oh:online");
  assert.equal(s.emitted[0][1].online, false);
  timers.tick(10_000);
  s.welcome();
  assert.equal(s.emitted.findLast(([type]) => type === "oh:online")[1].online, true);
});

test("a socket that answers no ping is given up", () => {
  const s = socket();
  s.it.start();
  s.welcome();
  timers.tick(15_000);
  assert.deepEqual(s.last().sent.at(-1), { type: "ping" });
  timers.tick(4_000);
  assert.equal(s.emitted.at(-1)[1].online, false);
  timers.tick(500);
  assert.equal(s.opened[0].closed, true);
  assert.equal(s.opened.length, 2);
});

test("a socket that answers its pings is kept", () => {
  const s = socket();
  s.it.start();
  s.welcome();
  for (let i = 0; i < 5; i++) {
    timers.tick(15_000);
    s.take({ type: "pong" });
  }
  assert.equal(s.opened.length, 1);
});

test("after a sleep an open socket is asked, and given up when it is silent", () => {
  const s = socket();
  s.it.start();
  s.welcome();
  s.it.nudge();
  assert.deepEqual(s.last().sent.at(-1), { type: "ping" });
  timers.tick(4_000);
  assert.equal(s.emitted.at(-1)[1].online, false);
  timers.tick(500);
  assert.equal(s.opened.length, 2);
});

test("a server that takes the connection and says nothing is shown as offline", () => {
  const s = socket();
  s.it.start();
  s.last().onopen();
  timers.tick(7_999);
  assert.deepEqual(s.emitted, []);
  timers.tick(1);
  assert.equal(s.opened[0].closed, true);
  assert.equal(s.emitted[0][1].online, false);
  timers.tick(500);
  assert.equal(s.opened.length, 2);
  s.welcome();
  timers.tick(8_000);
  assert.equal(s.opened.length, 2);
});

test("an attempt that hangs is replaced when the network returns, a young one is left alone", () => {
  const s = socket();
  s.it.start();
  timers.tick(1_000);
  s.it.nudge();
  assert.equal(s.opened.length, 1);
  timers.tick(2_000);
  s.it.nudge();
  assert.equal(s.opened[0].closed, true);
  assert.equal(s.opened.length, 2);
});

test("the network's return is tried at once", () => {
  const s = socket();
  s.it.start();
  for (let i = 0; i < 8; i++) {
    s.last().onclose();
    timers.tick(10_000);
  }
  const before = s.opened.length;
  s.last().onclose();
  s.it.nudge();
  assert.equal(s.opened.length, before + 1);
});

test("an ended session stops it; the next user begins anew", () => {
  const s = socket();
  s.it.start();
  s.welcome();
  s.take({ type: "event", position: "e-7", event: { type: "unread", count: 1 } });
  s.take({ type: "ended", reason: "revoked" });
  assert.deepEqual(s.emitted.at(-1), ["oh:session", { signedIn: false, reason: "revoked" }]);
  timers.tick(60_000);
  s.it.nudge();
  assert.equal(s.opened.length, 1);
  s.it.start();
  s.last().onopen();
  assert.equal(s.last().sent[0].position, "");
});

test("late events of a socket that was replaced are not heard", () => {
  const s = socket();
  s.it.start();
  const { onclose } = s.last();
  onclose();
  timers.tick(250);
  s.welcome();
  onclose();
  timers.tick(20_000);
  assert.equal(s.opened.length, 2);
});

test("events of the desk become events of the page", () => {
  assert.deepEqual(translate({ type: "conversation", id: "4" }), [["oh:conversation", { id: "4" }], ["oh:conversations", {}]]);
  assert.deepEqual(translate({ type: "list" }), [["oh:conversations", {}]]);
  assert.deepEqual(translate({ type: "unread" }), [["oh:unread", { count: 0 }]]);
  assert.deepEqual(translate({ type: "message", id: "4", new: true }), [["oh:message", { id: "4", new: true }]]);
  assert.deepEqual(translate({ type: "resync", online: false, sentence: "x", count: 3 }).map((e) => e[0]), ["oh:online", "oh:unread", "oh:missed", "oh:mail", "oh:resync"]);
  assert.deepEqual(translate({ type: "mail", voicemail: 2 }), [["oh:mail", { voicemail: 2, fax: 0 }]]);
  assert.deepEqual(translate({ type: "calls", readable: true, missed: 2 }), [["oh:missed", { readable: true, missed: 2 }], ["oh:calls", {}]]);
  assert.deepEqual(translate({ type: "something new" }), []);
});

test("a tab that is one too many waits, and comes when somebody looks at it", () => {
  const s = socket();
  s.it.start();
  s.last().onopen();
  s.take({ type: "crowded" });
  assert.deepEqual(s.emitted, [["oh:online", { online: false, sentence: "The phone is open in too many tabs. Close some of them, and it comes back by itself here." }]]);
  assert.ok(s.last().closed);
  timers.tick(59_000);
  assert.equal(s.opened.length, 1);
  timers.tick(1_000);
  assert.equal(s.opened.length, 2);
  s.take({ type: "crowded" });
  s.it.nudge();
  assert.equal(s.opened.length, 3);
  s.welcome();
  timers.tick(120_000);
  assert.equal(s.opened.length, 3);
});
