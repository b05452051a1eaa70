// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : page), apply: () => page, construct: () => page });
for (const name of ["matchMedia", "BroadcastChannel"]) globalThis[name] = page;
globalThis.addEventListener = () => {};
globalThis.HTMLMediaElement = globalThis.MediaStream = class {};
globalThis.AudioContext = class {
  state = "suspended"; // as before a click
  resume = () => new Promise(() => {});
};
globalThis.Element = globalThis.HTMLElement = class {};
const elements = {};
globalThis.document = Object.assign(new EventTarget(), {
  body: { dataset: { key: "k", signedIn: "true" }, appendChild: (e) => e }, documentElement: { dataset: {} }, title: "Phone", hidden: false, hasFocus: () => false,
  createElement: () => page, querySelector: () => null, querySelectorAll: () => [], getElementById: (id) => elements[id] ?? null,
});
globalThis.location = new URL("http://phone.test/app.html");
globalThis.window = globalThis.parent = globalThis;
globalThis.navigator ??= {};
const track = { stop() {} };
navigator.mediaDevices = { addEventListener() {}, getUserMedia: async () => ({ getTracks: () => [track], getAudioTracks: () => [track] }) };

const calls = await import("./calls.js");
const { meant, control } = await import("./callcommands.js");
const { sound } = await import("./audio.js");

const one = { id: "c-1", direction: "Outbound", state: "connected", number: "+1", began: "2026-11-21T12:00:00Z", telephonySessionId: "s-1" };
const rings = { id: "c-2", direction: "Inbound", state: "ringing", number: "+2", began: "2026-11-21T12:00:00Z" };
let version = 0;
const snapshot = (more, ...list) => ({ now: new Date().toISOString(), version: ++version, line: { state: "registered" }, calls: list, ...more });

/** What the server is asked, and what it answers. */
let asked;
let answers;
beforeEach(() => {
  asked = [];
  answers = () => new Response("{}");
  globalThis.fetch = async (url, how) => {
    if (url.endsWith("/service/tabs")) return new Response(""); // no page has tabs of its own
    asked.push([url.replace("/p/k", ""), how?.body && JSON.parse(how.body)]);
    return answers(url);
  };
  document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } }));
  sound.take = () => {};
});

test("how long a call has lasted is written as clocks do", () => {
  assert.deepEqual([0, 999, 61_000, 3_599_000, 3_600_000, 36_061_000, -5].map(calls.clockwise), ["0:00", "0:01", "1:01", "59:59", "1:00:00", "10:01:01", "0:00"]);
});

test("the page knows whether its user can call, and says when that changes", () => {
  const heard = [];
  document.addEventListener("oh:line", (e) => heard.push(e.detail.state));
  calls.take(snapshot({}));
  calls.take(snapshot({}));
  calls.take(snapshot({ line: { state: "broken" } }));
  assert.deepEqual(heard, ["registered", "broken"]);
  assert.equal(document.body.dataset.line, "broken");
});

test("commands of one call go out one after the other, and one that fails holds up none", async () => {
  let go;
  answers = (url) => (url.endsWith("/hold") ? new Promise((resolve) => (go = () => resolve(new Response("It cannot be held.", { status: 409 })))) : new Response("{}"));
  const hold = calls.act("c-1", "hold");
  const digits = calls.act("c-1", "digits", { digits: "5" });
  const other = calls.act("c-9", "mute");
  await other;
  assert.deepEqual(asked.map(([url]) => url), ["/calls/c-1/hold", "/calls/c-9/mute"]);
  go();
  await assert.rejects(hold, { message: "It cannot be held." });
  await digits;
  assert.deepEqual(asked.at(-1), ["/calls/c-1/digits", { digits: "5" }]);
});

test("a call that cannot be placed says why, and closes the microphone that was opened for it", async () => {
  let closed = false;
  const unwanted = mock.method(sound, "unwanted", () => (closed = true));
  answers = () => new Response("Too many calls.", { status: 429 });
  await assert.rejects(calls.place("+16505550102"), { message: "Too many calls." });
  assert.ok(closed);
  assert.deepEqual(asked, [["/calls", { to: "+16505550102" }]]);
  unwanted.mock.restore();
});

test("the page is asked before a call is passed on or transferred, and other commands do not wait for it", async (t) => {
  const question = JSON.stringify({ service: "Acme", recipients: [{ phoneNumber: "+3" }] });
  answers = () => (asked.at(-1)[1]?.to && !asked.at(-1)[1].checked ? new Response(question, { headers: { "X-Offhook-Guard": "do-not-contact" } }) : new Response("{}"));
  let shown;
  const dialog = new Promise((resolve) => (shown = resolve));
  const buttons = [];
  t.mock.method(document, "createElement", () => {
    const e = { classList: { add() {} }, append() {}, setAttribute() {}, close() {}, remove() {}, focus() {}, addEventListener: (_, f) => (e.press = f), showModal: () => shown() };
    buttons.push(e);
    return e;
  });
  document.body.append = () => {};
  t.mock.timers.enable({ apis: ["setTimeout"] }); // the page does not answer
  const transfer = calls.act("c-1", "transfer", { to: "+3" });
  let open = false;
  void dialog.then(() => (open = true));
  while (!open) {
    t.mock.timers.tick(5_000);
    await new Promise(setImmediate);
  }
  await calls.act("c-1", "mute");
  const acts = () => asked.filter(([url]) => url.startsWith("/calls/"));
  assert.deepEqual(acts(), [["/calls/c-1/transfer", { to: "+3" }], ["/calls/c-1/mute", {}]]);
  buttons.at(-1).press(); // call anyway
  await transfer;
  assert.deepEqual(acts().at(-1), ["/calls/c-1/transfer", { to: "+3", checked: "no answer" }]);
});

test("without a microphone nobody is called", async () => {
  const prepare = mock.method(sound, "prepare", () => Promise.reject(new Error("No microphone is connected.")));
  await assert.rejects(calls.place("+16505550102"), { message: "No microphone is connected." });
  await assert.rejects(calls.act("c-2", "answer"), { message: "No microphone is connected." });
  assert.deepEqual(asked, []);
  prepare.mock.restore();
});

test("a page means a call by any of its ids, or the one that rings, or the one that is heard", () => {
  calls.take(snapshot({ active: "c-1" }, one, rings, { ...one, id: "c-0", state: "ended", telephonySessionId: "s-0" }));
  assert.deepEqual(["c-2", "s-1", "c-0", "s-0", "no"].map((id) => meant("hold", id)?.id), ["c-2", "c-1", undefined, undefined, undefined]);
  assert.deepEqual(["answer", "reject", "toVoicemail", "forward", "hangup", "mute"].map((action) => meant(action)?.id), ["c-2", "c-2", "c-2", "c-2", "c-1", "c-1"]);
});

test("what a page asks of calls is done in the phone's own words", async () => {
  calls.take(snapshot({ active: "c-1" }, one, rings));
  asked = [];
  const said = [];
  const link = { tell: (m) => said.push(m), once() {} };
  for (const [callAction, options] of [["hold"], ["unhold"], ["dtmf", { dtmf: "12#" }], ["transfer", { transferNumber: "102" }], ["startRecord"], ["stopRecord"], ["forward", { forwardNumber: "+3", transferNumber: {} }], ["toVoicemail"], ["reject"]]) {
    await control({ callAction, options }, link);
  }
  const acts = asked.filter(([url]) => url.startsWith("/calls/")).map(([url, body]) => [url.slice(7), body]);
  assert.deepEqual(acts, [
    ["c-1/hold", {}], ["c-1/unhold", {}], ["c-1/digits", { digits: "12#" }], ["c-1/transfer", { to: "102" }], ["c-1/record", { on: true }], ["c-1/record", { on: false }],
    ["c-2/forward", { to: "+3" }], ["c-2/voicemail", {}], ["c-2/ignore", {}],
  ]);
  assert.deepEqual(said, []);
});

test("a page is told what could not be done", async () => {
  calls.take(snapshot({ active: "c-1" }, one));
  const said = [];
  const link = { tell: (m) => said.push([m.type, m.error, m.callId]), once() {} };
  await control({ callAction: "toString" }, link);
  await control({ callAction: "answer" }, link);
  answers = () => new Response("This platform does not record.", { status: 409 });
  await control({ callAction: "startRecord", callId: "c-1" }, link);
  assert.deepEqual(said, [["rc-control-call-error", "unknownAction", ""], ["rc-control-call-error", "noCall", ""], ["rc-control-call-error", "failed", "c-1"]]);
});

test("what could not be drawn is tried again, while there is something to draw", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let emptied = 0;
  elements["calls-now"] = { contains: () => false, querySelector: () => null, replaceChildren: () => emptied++ };
  answers = () => new Response("", { status: 503 });
  const tries = () => asked.filter(([url]) => url === "/panel/calls/now").length;
  calls.take(snapshot({}, rings));
  await calls.draw();
  assert.equal(tries(), 2);
  mock.timers.tick(1_000);
  await calls.draw();
  assert.ok(tries() > 2);
  calls.take(snapshot({}));
  await calls.draw();
  const done = tries();
  mock.timers.tick(10_000);
  await new Promise(setImmediate);
  assert.deepEqual([tries(), emptied > 0], [done, true]);
  delete elements["calls-now"];
  mock.timers.reset();
});

test("a page that names no call acts on none", async () => {
  calls.take(snapshot({ active: "c-1" }, one, rings));
  const said = [];
  const link = { tell: (m) => said.push([m.error, m.callId]), once() {} };
  const long = "c".repeat(200);
  for (const callId of [7, 0, true, { id: "c-1" }, ["c-1"], long, "c-9"]) await control({ callAction: "hangup", callId }, link);
  await control({ callAction: "toggleRingingDialog", callId: "c-9" }, link);
  assert.deepEqual(asked, []);
  assert.deepEqual(said, [...Array(5).fill(["noCall", ""]), ["noCall", long], ...Array(2).fill(["noCall", "c-9"])]);
  for (const callId of ["", null, undefined]) await control({ callAction: "hangup", callId }, link);
  assert.deepEqual(asked.map(([url]) => url), Array(3).fill("/calls/c-1/hangup"));
});

test("a call that is gone without a word is missed in words", async () => {
  const box = { hidden: true, querySelector: (what) => (what === "[data-text]" ? box.text : null), text: { textContent: "" } };
  elements.alert = box;
  const gone = async (before, after) => {
    box.text.textContent = "";
    calls.take(before);
    calls.take(after);
    await calls.draw();
    await new Promise(setImmediate);
    return box.text.textContent;
  };
  const over = { ...one, state: "ended" };
  assert.equal(await gone(snapshot({}, over), snapshot({})), "", "it has ended, and was told so");
  assert.match(await gone(snapshot({}, one), snapshot({})), /while this page had no connection/);
  const again = { ...snapshot({}), version: 1 };
  assert.match(await gone(snapshot({}, one), again), /server was restarted or broke down/);
  assert.match(await gone(snapshot({}, { ...over, sentence: "The phone's server was restarted, which ended this call." }), again), /server was restarted/);
  assert.equal(await gone(snapshot({}, over), again), "", "it had ended before");
  assert.equal(await gone(snapshot({}, rings), again), "", "nobody spoke yet");
  delete elements.alert;
});
