// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

// Modules around this one touch the page when they load. Here the page is
// something that agrees to everything, with no page around it.
const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : page), apply: () => page, construct: () => page });
for (const name of ["matchMedia", "addEventListener", "BroadcastChannel"]) globalThis[name] = page;
globalThis.document = Object.assign(new EventTarget(), { body: { dataset: { key: "k" } }, documentElement: page, querySelector: () => null, querySelectorAll: () => [], hidden: false });
globalThis.location = new URL("http://phone.test/app.html");
globalThis.window = globalThis.parent = globalThis;
globalThis.navigator ??= {};

const { host } = await import("./host.js");
const { described, sync, take, told } = await import("./callhost.js");

const ringing = (more) => ({ id: "c-1", direction: "Inbound", state: "ringing", number: "+16505550102", name: "Sam", line: "+16505550101", queue: "Sales", began: "2026-11-21T12:00:00Z", sessionId: "77", telephonySessionId: "s-1", partyId: "p-1-1", ...more });
const up = { state: "connected", answered: "2026-11-21T12:00:05Z" };
const over = { state: "ended", ended: "2026-11-21T12:01:00Z", outcome: "hungUp" };
let version = 0;
const snapshot = (...calls) => ({ now: "2026-11-21T12:02:00Z", version: ++version, line: { state: "registered" }, calls });
const names = (before, after) => told(before, after).map(({ type }) => type.replace(/^rc-(?:call-)?|-notify$/g, ""));

/** What the host page hears, of a page that may hear it. */
let heard = [];
beforeEach(() => {
  host.with.capabilities = ["status", "calls"];
  host.tell = (m) => heard.push(m);
  document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } }));
  heard = [];
});
const types = () => heard.map(({ type }) => type);

test("a call that comes in rings, starts, is held and muted, goes on and ends, each once", () => {
  const steps = [[], [ringing()], [ringing(up)], [ringing({ ...up, state: "held" })], [ringing({ ...up, state: "held", muted: true })], [ringing({ ...up, muted: true })], [ringing({ ...up, ...over })], []];
  const states = steps.map((calls) => snapshot(...calls));
  const list = states.slice(1).map((after, i) => names(states[i], after));
  assert.deepEqual(list, [["ring", "active-call"], ["start", "active-call"], ["hold", "active-call"], ["mute"], ["resume", "active-call"], ["end", "active-call"], []]);
});

test("a call of the user's begins with init, and ringing at the far end is no news", () => {
  const out = (more) => ringing({ direction: "Outbound", state: "dialing", ...more });
  const [a, b, c] = [snapshot(), snapshot(out()), snapshot(out({ state: "ringing" }))];
  assert.deepEqual([names(a, b), names(b, c)], [["init", "active-call"], []]);
});

test("what lies between two snapshots is told in the order in which it must have happened", () => {
  assert.deepEqual(names(snapshot(), snapshot(ringing({ ...up, state: "held", muted: true }))), ["ring", "start", "mute", "hold", "active-call"]);
  assert.deepEqual(names(snapshot(), snapshot(ringing({ ...up, ...over }))), ["ring", "start", "end", "active-call"]);
});

test("a call that nobody answered ends without a start", () => {
  assert.deepEqual(names(snapshot(ringing()), snapshot(ringing({ ...over, outcome: "missed" }))), ["end", "active-call"]);
});

test("a call that is gone after a lost connection has ended", () => {
  const [m] = told(snapshot(ringing(up)), snapshot());
  assert.equal(m.type, "rc-call-end-notify");
  assert.equal(m.call.callStatus, "webphone-session-finished");
  assert.equal(m.call.endTime, Date.parse("2026-11-21T12:02:00Z"));
});

test("a call is described in the contract's words, with who is at which end", () => {
  const inbound = described(ringing({ ...up, recording: true }));
  assert.deepEqual(
    [inbound.from, inbound.fromUserName, inbound.to, inbound.toUserName, inbound.callStatus, inbound.recordStatus, inbound.startTime, inbound.callQueueName],
    ["+16505550102", "Sam", "+16505550101", "", "webphone-session-connected", "webphone-record-recording", Date.parse(up.answered), "Sales"],
  );
  assert.deepEqual(inbound.partyData, { partyId: "p-1-1", sessionId: "s-1" });
  const outbound = described(ringing({ direction: "Outbound", outcome: "voicemail" }));
  assert.deepEqual([outbound.from, outbound.to, outbound.toUserName, outbound.isToVoicemail], ["+16505550101", "+16505550102", "Sam", true]);
});

test("moments have milliseconds, and members say each of themselves", () => {
  const began = "2026-11-21T12:00:00.123456789Z";
  const [, { call }] = told(snapshot(), snapshot(ringing({ began })));
  const [{ call: out }] = told(snapshot(), { ...snapshot(), ringOut: { id: "r", number: "+1", state: "here", began } });
  assert.deepEqual([call.startTime, out.startTime], Array(2).fill("2026-11-21T12:00:00.123Z"));
  const members = [{ partyId: "p-1", number: "+1" }, { partyId: "p-2", number: "+2", muted: true }];
  assert.deepEqual(described(ringing({ conference: true, members })).members, [{ ...members[0], muted: false, held: false }, { ...members[1], held: false }]);
});

test("every tab names an event alike", () => {
  const [before, after] = [snapshot(), snapshot(ringing())];
  assert.deepEqual(told(before, after).map((m) => m.eventId), told(before, after).map((m) => m.eventId));
  assert.equal(told(before, after)[0].eventId, `ring-c-1-${after.version}`);
});

test("a call has ended for the page when its session has, once", () => {
  take(snapshot());
  take(snapshot(ringing(up), ringing({ ...over, id: "c-2" })));
  heard = [];
  for (let i = 0; i < 2; i++) document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } }));
  heard = heard.filter((m) => m.call);
  assert.deepEqual(heard.map((m) => [m.type, m.call.id, m.call.telephonyStatus ?? m.call.callStatus]), [["rc-call-end-notify", "c-1", "webphone-session-finished"], ["rc-active-call-notify", "c-1", "NoCall"]]);
  assert.ok(heard[0].call.endTime >= Date.parse("2026-11-21T12:02:00Z"));
});

test("a page that is loaded during a call is told how the phone stands, and of the call when it asks", () => {
  take(snapshot(ringing(up)));
  assert.deepEqual(types(), ["rc-webphone-connection-status-notify", "rc-dialer-status-notify"]);
  sync();
  assert.deepEqual(heard.at(-1).calls.map(({ id }) => id), ["c-1"]);
});

test("how the phone stands is told when it changes", () => {
  take(snapshot());
  take(snapshot());
  take({ ...snapshot(), line: { state: "broken" } });
  assert.deepEqual(heard.map((m) => m.connectionStatus ?? m.ready), ["connectionStatus-connected", true, "connectionStatus-connectFailed", false]);
});

test("a page without the capability hears of no call", () => {
  host.with.capabilities = ["status"];
  take(snapshot());
  heard = [];
  take(snapshot(ringing()));
  assert.deepEqual(heard, []);
});

test("disableInactiveTabCallEvent: one tab tells of calls, and otherwise each does", async () => {
  take(snapshot());
  take(snapshot(ringing()));
  assert.ok(types().includes("rc-call-ring-notify"));
  // Another tab has the word: in this one the lock is never free.
  document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } }));
  location.search = "?disableInactiveTabCallEvent=1";
  const { parent } = host.with;
  delete host.tell; // which decides who tells
  host.with.parent = { postMessage: (m) => heard.push(m) };
  host.with.oneTab = (await import("./host.js?alone")).host.with.oneTab;
  navigator.locks = { request: async (name, how, work) => work(name.startsWith("oh-told-") ? null : {}) };
  heard = [];
  take(snapshot());
  take(snapshot(ringing()));
  await host.told;
  assert.deepEqual(types().filter((type) => type.startsWith("rc-call-")), []);
  // Here it is, and tells of the session's end as well.
  navigator.locks = { request: async (name, how, work) => work({}) };
  document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } }));
  await host.told;
  assert.deepEqual(types().filter((type) => type.startsWith("rc-call-")), ["rc-call-end-notify"]);
  delete navigator.locks;
  Object.assign(host.with, { parent, oneTab: false });
});
