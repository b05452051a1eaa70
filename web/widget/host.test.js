// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

// Modules around this one touch the page when they load. Here the page is
// something that agrees to everything, with no page around it.
const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : page), apply: () => page, construct: () => page });
for (const name of ["document", "matchMedia", "addEventListener", "BroadcastChannel"]) globalThis[name] = page;
globalThis.location = new URL("http://phone.test/app.html");
globalThis.window = globalThis.parent = globalThis;
const { Gate, HostLink } = await import("./host.js");

const ORIGIN = "https://crm.example";
const ALL = ["navigate", "prefill", "status", "signin", "messages"];

/** A link with a pretend page around it, and what both sides did. */
function link(capabilities = ALL, claim = async () => true, how = {}) {
  const told = [];
  const taken = [];
  const warned = [];
  const parent = { postMessage: ({ eventId, sequence, ...message }, target) => told.push({ message, target, eventId, sequence }) };
  const it = new HostLink({ parent, origin: ORIGIN, capabilities, name: "Demo", warn: (s) => warned.push(s), load: async () => ({ take: (data) => void taken.push(data) }), claim, now: () => 0, ...how });
  const say = (data, from = {}) => it.receive({ source: parent, origin: ORIGIN, data, ...from });
  return { it, say, told, taken, warned };
}

test("messages of the proven page are taken, in their order", async () => {
  const { say, taken } = link();
  say({ type: "rc-adapter-navigate-to", path: "/settings" });
  await say({ callbackUri: "https://x.example/?code=1" });
  assert.deepEqual(taken, [{ type: "rc-adapter-navigate-to", path: "/settings" }, { callbackUri: "https://x.example/?code=1" }]);
});

test("nobody else is heard, and nobody else is answered", async () => {
  const { it, say, taken, told, warned } = link();
  it.start(true);
  told.length = 0;
  const logout = { type: "rc-adapter-logout", callbackUri: "x" };
  say(logout, { origin: "https://evil.example" });
  say(logout, { origin: "null" });
  say(logout, { origin: ORIGIN + ".evil.example" });
  say(logout, { origin: ORIGIN.toUpperCase() });
  say(logout, { source: {} }); // a pop-up or sibling frame of the right origin
  await say(logout, { source: null });
  assert.deepEqual([taken, told, warned], [[], [], []]);
});

test("a phone that is a page of its own hears and tells nothing", () => {
  const { it, taken } = link();
  it.with.parent = null;
  it.start(false);
  it.receive({ source: null, origin: ORIGIN, data: { type: "rc-adapter-logout" } });
  assert.deepEqual(taken, []);
});

test("what is not for the phone is not looked into", async () => {
  const { say, taken, warned } = link();
  for (const data of [null, undefined, 7, "rc-adapter-logout", [], {}, { type: 7 }, { type: "webpackOk" }, { type: "x".repeat(200) }, { type: "rc-" + "x".repeat(200) }, { callbackUri: {} }]) await say(data);
  assert.deepEqual([taken, warned], [[], []]);
});

test("a message that fails, or takes for ever, does not stop the next one", async () => {
  const { it, say, warned } = link();
  const done = [];
  it.with.load = async () => ({
    async take({ n }) {
      if (n === 0) await new Promise(() => {}); // never done
      if (n === 1) throw new Error("This one failed.");
      done.push(n);
    },
  });
  for (let n = 0; n < 3; n++) say({ type: "rc-adapter-logout", n });
  await say({ type: "rc-adapter-logout", n: 3 });
  assert.deepEqual(done, [2, 3]);
  assert.deepEqual(warned, ["A message of this page was not done: This one failed."]);
});

test("of a flood little is taken, one sentence is said, and other messages pass", async () => {
  const { it, say, taken, warned } = link();
  for (let i = 0; i < 10_000; i++) say({ type: "rc-adapter-navigate-to", path: "/" + i });
  await say({ type: "rc-adapter-logout" });
  assert.equal(taken.length, 101);
  assert.equal(taken.at(-1).type, "rc-adapter-logout");
  assert.equal(warned.length, 1);
  await Promise.all(Array.from({ length: 10_000 }, (_, i) => say({ type: `rc-${i}` })));
  assert.ok(taken.length < 101 + 400, "types that nobody knows share a count");
  assert.ok(warned.length < 102);
});

test("what does the work is loaded again when it could not be", async () => {
  const { it, say, warned } = link();
  let tries = 0;
  let done = 0;
  it.with.load = async () => {
    if (++tries === 1) throw new Error("offline");
    return { take: () => void done++ };
  };
  await say({ type: "rc-adapter-logout" });
  await say({ type: "rc-adapter-logout" });
  await say({ type: "rc-adapter-logout" });
  assert.deepEqual([tries, done, warned.length], [2, 2, 1]);
});

test("who waits may go on", () => {
  let now = 0;
  const gate = new Gate(() => now);
  const admitted = (n) => Array.from({ length: n }, () => gate.admits("rc-x")).filter(Boolean).length;
  assert.equal(admitted(1000), 100);
  now = 1000;
  assert.equal(admitted(1000), 20);
  now = 60_000;
  assert.equal(admitted(1000), 100);
});

test("every message has an id, and is counted without gaps", () => {
  const { it, told } = link();
  it.start(false);
  it.session(true);
  it.tell({ type: "rc-login-status-notify", loggedIn: true });
  it.tell({ type: "rc-login-status-notify", loggedIn: true }); // says nothing new
  it.unread(3);
  it.tell({ type: "rc-adapter-message-response", responseId: "1", response: {} });
  assert.deepEqual(told.map((t) => t.sequence), told.map((t, i) => i + 1));
  assert.equal(new Set(told.map((t) => t.eventId)).size, told.length);
});

test("what every tab could tell is told by the one that gets the word, in order and under its own id", async () => {
  const mine = new Set(["a", "c"]);
  const { it, told } = link(ALL, async (id) => {
    if (id === "a") await new Promise(setImmediate); // a slow answer does not let others pass
    return mine.has(id);
  });
  for (const eventId of ["a", "b", "c"]) it.tell({ type: "rc-message-updated-notify", eventId, message: {} });
  await it.told;
  assert.deepEqual(told.map((t) => [t.eventId, t.sequence]), [["a", 1], ["c", 2]]);
});

test("a telephony session is told by every tab, unless the page wants one to tell of calls", async () => {
  const never = async () => false;
  const session = { type: "rc-telephony-session-notify", eventId: "session-s-1-2", telephonySession: { id: "s-1", sequence: 2 } };
  for (const oneTab of [false, true]) {
    const { it, told } = link(ALL, never, { oneTab });
    it.tell(session);
    await it.told;
    assert.deepEqual(told.map((t) => t.eventId), oneTab ? [] : ["session-s-1-2"]);
  }
});

test("the page learns of sign-in and sign-out, each once, at its own origin only", () => {
  const { it, told } = link();
  it.start(false);
  it.session(true);
  const status = { type: "rc-login-status-notify", loggedIn: true, loginNumber: "+1*101" };
  it.tell({ ...status, isFreshLogin: it.fresh });
  it.tell({ ...status, isFreshLogin: false }); // after a reconnect
  it.session(false);
  it.session(false);
  assert.ok(told.every((t) => t.target === ORIGIN));
  assert.deepEqual(
    told.map((t) => t.message).filter((m) => m.type === "rc-login-status-notify"),
    [{ type: status.type, loggedIn: false }, { ...status, isFreshLogin: true }, { type: status.type, loggedIn: false }],
  );
});

test("a reload of a signed-in phone is no fresh sign-in", () => {
  const { it, told } = link();
  it.start(true);
  assert.equal(it.fresh, false);
  assert.deepEqual(told.map((t) => t.message.type), ["offhook-frame-notify"]);
});

test("without the capability the page learns that there is a phone, and no more", () => {
  const { it, told } = link([]);
  it.start(true);
  it.unread(4);
  it.session(false);
  assert.ok(told.length > 0);
  for (const { message } of told) assert.deepEqual(message, { type: "offhook-frame-notify", version: 1, name: "Demo" });
});

test("a route is told once it stays", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { it, told } = link();
  it.route("/messages");
  it.route("/settings");
  t.mock.timers.tick(150);
  it.route("/settings");
  t.mock.timers.tick(150);
  assert.deepEqual(told.map((x) => x.message), [{ type: "rc-route-changed-notify", path: "/settings" }]);
});

test("the badge follows the count and is empty after sign-out", () => {
  const { it, told } = link();
  it.start(true);
  it.unread(2);
  it.unread(2);
  it.unread(undefined, 3);
  it.unread(1);
  it.session(false);
  assert.deepEqual(told.filter((x) => x.message.type === "offhook-frame-notify").map((x) => x.message.unread), [0, 2, 5, 4, 0]);
});

test("the page learns when a ticket would help", () => {
  const { it, told } = link();
  const wanted = () => told.findLast(({ message }) => message.type === "offhook-frame-notify").message.ticket;
  it.start(false);
  assert.equal(wanted(), true);
  it.answered();
  it.session(true);
  assert.equal(wanted(), undefined);
  for (const reason of ["signed-out", "everywhere"]) {
    it.session(false, reason);
    assert.equal(wanted(), undefined, `who signed out (${reason}) is not signed in again at once`);
    it.session(true);
  }
  it.session(false, "refused");
  assert.equal(wanted(), true, "the platform ended the session: the server may vouch again");
});

test("a page without the capability to sign in is asked for no ticket", () => {
  const { it, told } = link(["navigate", "status"]);
  it.start(false);
  assert.equal(told[0].message.ticket, undefined);
});
