// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

// Modules around this one touch the page when they load. Here the page is
// something that agrees to everything, with no page around it.
const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : page), apply: () => page, construct: () => page });
for (const name of ["document", "matchMedia", "addEventListener", "BroadcastChannel"]) globalThis[name] = page;
globalThis.location = new URL("http://phone.test/app.html");
globalThis.window = globalThis.parent = globalThis;
const { HostLink, plain, prefill } = await import("./host.js");

const ORIGIN = "https://crm.example";
const ALL = ["navigate", "prefill", "status", "signin", "messages"];

/** A link with a pretend page around it, and what both sides did. */
function link(capabilities = ALL) {
  const told = [];
  const done = [];
  const warned = [];
  const parent = { postMessage: (message, target) => told.push({ message, target }) };
  const action = (name) => (what) => {
    done.push(what === undefined ? [name] : [name, what]);
    return Promise.resolve();
  };
  const it = new HostLink({
    parent, origin: ORIGIN, capabilities, name: "Demo", warn: (s) => warned.push(s),
    actions: { navigate: action("navigate"), compose: action("compose"), showNumber: action("showNumber"), signIn: action("signIn"), signOut: action("signOut"), ticket: action("ticket"), callback: action("callback") },
  });
  const say = (data, from = {}) => it.receive({ source: parent, origin: ORIGIN, data, ...from });
  return { it, say, told, done, warned };
}

test("commands of the proven page act", () => {
  const { it, say, done } = link();
  it.start(false);
  say({ type: "rc-adapter-navigate-to", path: "/settings" });
  say({ type: "rc-adapter-new-call", phoneNumber: "+16505550101", toCall: true });
  say({ type: "rc-adapter-new-sms", phoneNumber: "+16505550101", text: "Hi", recipient: { name: "Ada", admin: true } });
  say({ type: "rc-adapter-login" });
  it.session(true);
  say({ type: "rc-adapter-logout" });
  assert.deepEqual(done, [
    ["navigate", "/settings"],
    ["showNumber", "+16505550101"],
    ["compose", { phoneNumber: "+16505550101", text: "Hi", recipient: { name: "Ada" } }],
    ["signIn"],
    ["signOut"],
  ]);
});

test("nobody else is heard, and nobody else is answered", () => {
  const { it, say, done, told, warned } = link();
  it.start(true);
  told.length = 0;
  const logout = { type: "rc-adapter-logout" };
  say(logout, { origin: "https://evil.example" });
  say(logout, { origin: "null" });
  say(logout, { origin: ORIGIN + ".evil.example" });
  say(logout, { origin: ORIGIN.toUpperCase() });
  say(logout, { source: {} }); // a pop-up or sibling frame of the right origin
  say(logout, { source: null });
  assert.deepEqual([done, told, warned], [[], [], []]);
});

test("a phone that is a page of its own hears and tells nothing", () => {
  const { it } = link();
  it.with.parent = null;
  it.start(false);
  it.receive({ source: null, origin: ORIGIN, data: { type: "rc-adapter-logout" } });
});

test("every command needs its capability, and says so once", () => {
  const { it, say, done, warned } = link(["navigate"]);
  it.start(false);
  for (let i = 0; i < 3; i++) {
    say({ type: "rc-adapter-login" });
    say({ type: "rc-adapter-new-sms", phoneNumber: "1" });
  }
  say({ type: "rc-adapter-navigate-to", path: "/messages" });
  assert.deepEqual(done, [["navigate", "/messages"]]);
  assert.equal(warned.length, 2);
  assert.match(warned[0], /capability "signin"/);
});

test("what is not a plain, small message is dropped", () => {
  const cycle = { type: "rc-adapter-logout" };
  cycle.self = cycle;
  const thrower = { type: "rc-adapter-logout", get x() { throw new Error("no"); } };
  for (const data of [
    null, undefined, 7, "rc-adapter-logout", [{ type: "rc-adapter-logout" }], () => {}, cycle, thrower, { type: 1n },
    { type: "rc-adapter-logout", pad: "x".repeat(70_000) },
    JSON.parse('{"type":"rc-adapter-logout","__proto__":{"admin":true}}'),
    { type: "rc-adapter-logout", deep: { constructor: 1 } },
  ]) {
    assert.equal(plain(data), null);
  }
  assert.deepEqual(plain({ type: "x", toJSON: undefined }), { type: "x" });
  assert.equal(plain({ toJSON: () => "rc-adapter-logout" }), null);
});

test("attachments are left out, however large, and a message that is too large is said to be", () => {
  const { it, say, done, warned } = link();
  it.start(true);
  say({ type: "rc-adapter-new-sms", text: "Hi", attachments: [{ name: "a.png", content: "x".repeat(100_000) }] });
  assert.deepEqual(done, [["compose", { text: "Hi" }]]);
  assert.match(warned[0], /attachments/);
  say({ type: "rc-adapter-new-sms", text: "x".repeat(100_000) });
  assert.equal(done.length, 1);
  assert.match(warned[1], /64 kB/);
});

test("types that are names of the language mean nothing", () => {
  const { it, say, done } = link();
  it.start(true);
  for (const type of ["constructor", "toString", "__proto__", "", 7, {}, null, "x".repeat(200)]) say({ type });
  assert.deepEqual(done, []);
});

test("fields of the wrong shape do nothing", () => {
  const { it, say, done } = link();
  it.start(true);
  say({ type: "rc-adapter-navigate-to", path: { toString: "x" } });
  say({ type: "rc-adapter-navigate-to", path: 7 });
  say({ type: "rc-adapter-new-call", phoneNumber: ["+1"] });
  say({ type: "rc-adapter-new-call", phoneNumber: "1".repeat(100) });
  assert.deepEqual(done, []);
  assert.deepEqual(prefill({ phoneNumber: 7, text: {}, conversation: true, recipient: "x" }), {});
  assert.deepEqual(prefill({ phoneNumber: ["+1", 7, "+2"] }), { phoneNumber: "+1,+2" });
});

test("what this phone cannot do yet is said once, without the message's content", () => {
  const { it, say, done, warned } = link();
  it.start(true);
  say({ type: "rc-adapter-set-presence", userStatus: "Busy" });
  say({ type: "rc-adapter-set-presence", userStatus: "Busy" });
  say({ type: "webpackOk" });
  assert.deepEqual(done, []);
  assert.equal(warned.length, 1);
  assert.doesNotMatch(warned.join(), /Busy/);
});

test("a callbackUri signs in whatever its message is called, from the host page and with the capability only", () => {
  const callbackUri = "https://x.example/?code=SECRET";
  const { it, say, done } = link();
  it.start(false);
  say({ type: "rc-adapter-authorization-code", callbackUri });
  say({ callbackUri });
  say({ callbackUri }, { origin: "https://evil.example" });
  say({ callbackUri }, { source: {} });
  say({ callbackUri }, { origin: "null" });
  say({ callbackUri: { toString: () => callbackUri } });
  say({ callbackUri: "x".repeat(70_000) });
  assert.deepEqual(done, [["callback", callbackUri], ["callback", callbackUri]]);

  const few = link(["navigate", "prefill", "status"]);
  few.it.start(false);
  few.say({ callbackUri });
  few.say({ callbackUri });
  assert.deepEqual(few.done, []);
  assert.equal(few.warned.length, 1);
  assert.doesNotMatch(few.warned.join(), /SECRET/);
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
  it.session(false);
  assert.deepEqual(told.filter((x) => x.message.type === "offhook-frame-notify").map((x) => x.message.unread), [0, 2, 0]);
});

test("the page learns when a ticket would help, and hands one over", () => {
  const { it, say, done, told } = link();
  const wanted = () => told.findLast(({ message }) => message.type === "offhook-frame-notify").message.ticket;
  it.start(false);
  assert.equal(wanted(), true);
  say({ type: "rc-adapter-sign-in", ticket: "OHTK_x" });
  for (const ticket of ["", 7, null, ["OHTK_x"], "x".repeat(201)]) say({ type: "rc-adapter-sign-in", ticket });
  assert.deepEqual(done, [["ticket", "OHTK_x"]]);
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

test("a page without the capability to sign in is asked for no ticket, and gives none", () => {
  const { it, say, done, told, warned } = link(["navigate", "status"]);
  it.start(false);
  say({ type: "rc-adapter-sign-in", ticket: "OHTK_x" });
  assert.deepEqual(done, []);
  assert.equal(told[0].message.ticket, undefined);
  assert.match(warned[0], /"signin"/);
});
