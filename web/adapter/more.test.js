// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";
import more from "./more.js";

const settled = async () => {
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
};

/** What adapter.js lends, with a pretend frame behind it. */
function lend({ up = true } = {}) {
  let begin;
  const begun = new Promise((resolve) => (begin = resolve));
  const gone = new AbortController();
  const heard = [];
  const page = {
    api: { container: new EventTarget(), contentFrameEl: { title: "Acme" }, navigateTo: (path) => page.gone.push(path) },
    key: "rc-widget-adapter", signal: gone.signal, begun, sent: [], gone: [], shown: 0, notice: undefined,
    send: (type, fields) => page.sent.push({ type, ...fields }),
    show: () => page.shown++,
    hear: (fn) => heard.push(fn),
    last: () => page.notice,
  };
  const say = (data) => {
    if (data.type === "offhook-frame-notify") page.notice = data;
    for (const fn of heard) fn(data);
  };
  if (up) begin(page.api);
  return { page, begin: () => begin(page.api), say, dispose: () => gone.abort(), rest: more(page) };
}

test("a request gets its own answer, and the first one only", async () => {
  const { page, say, rest } = lend();
  const first = rest.alertMessage({ message: "One" });
  const second = rest.alertMessage({ message: "Two" });
  await settled();
  const [a, b] = page.sent;
  assert.deepEqual([a.path, a.body], ["/custom-alert-message", { message: "One" }]);
  assert.notEqual(a.requestId, b.requestId);
  say({ type: "rc-adapter-message-response", responseId: "nobody's", response: { data: "x" } });
  say({ type: "rc-adapter-message-response", responseId: b.requestId, response: { data: "id-2" } });
  say({ type: "rc-adapter-message-response", responseId: a.requestId, response: { data: "id-1" } });
  say({ type: "rc-adapter-message-response", responseId: a.requestId, response: { data: "late" } });
  assert.deepEqual([await first, await second], ["id-1", "id-2"]);
});

test("a sign-out is done when nobody is signed in any more", async () => {
  const { page, say, rest } = lend();
  await rest.logoutUser(); // nobody is
  say({ type: "offhook-frame-notify", signedIn: true });
  let done = false;
  const out = rest.logoutUser().then(() => (done = true));
  await settled();
  assert.equal(done, false);
  assert.deepEqual(page.sent.at(-1), { type: "rc-adapter-logout" });
  say({ type: "offhook-frame-notify", signedIn: false });
  await out;
});

test("a request is refused with the phone's own sentence", async () => {
  const { page, say, rest } = lend();
  const answer = rest.dismissMessage("x");
  await settled();
  say({ type: "rc-adapter-message-response", responseId: page.sent[0].requestId, response: { error: "This page may not." } });
  await assert.rejects(answer, { message: "This page may not." });
});

test("a request waits for the phone, and its five seconds begin when it is there", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { page, begin, rest } = lend({ up: false });
  const answer = rest.dismissMessage();
  t.mock.timers.tick(15_000);
  await settled();
  assert.deepEqual(page.sent, []);
  begin();
  await settled();
  assert.equal(page.sent[0].path, "/dismiss-alert-message");
  t.mock.timers.tick(4_999);
  await settled();
  t.mock.timers.tick(1);
  await assert.rejects(answer, /not answered \/dismiss-alert-message within five seconds/);
});

test("who waits for a phone that does not come up, or is taken off the page, is told", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const never = lend({ up: false });
  const ready = never.rest.ready();
  t.mock.timers.tick(20_000);
  await assert.rejects(ready, /has not come up/);

  const { dispose, rest } = lend();
  assert.ok(await rest.ready());
  const answer = rest.alertMessage({ message: "Hi" });
  await settled();
  dispose();
  await assert.rejects(answer, /taken off the page/);
  await assert.rejects(rest.alertMessage({ message: "Hi" }), /taken off the page/);
});

test("a ticket is asked for when the frame wants one, whichever comes first", async () => {
  for (const early of [true, false]) {
    const { page, say, rest } = lend();
    let asked = 0;
    const provide = async () => `OHTK_${++asked}`;
    const want = () => say({ type: "offhook-frame-notify", version: 1, name: "Acme", ticket: true });
    if (early) await rest.setTicketProvider(provide);
    want();
    if (!early) await rest.setTicketProvider(provide);
    await settled();
    assert.deepEqual(page.sent, [{ type: "rc-adapter-sign-in", ticket: "OHTK_1" }]);
    say({ type: "offhook-frame-notify", version: 1, name: "Acme" });
    await settled();
    assert.equal(asked, 1, "not while somebody is signed in");
    want();
    await settled();
    assert.equal(asked, 2, "each want is answered once");
  }
});

test("the page may hand over a ticket by itself", async () => {
  const { page, rest } = lend();
  void rest.signIn({ ticket: "OHTK_x" });
  await settled();
  assert.deepEqual(page.sent.map((m) => [m.path, m.body]), [["rc-adapter-sign-in", { ticket: "OHTK_x" }]]);
});

test("a text that comes in while nobody looks is a notification", async () => {
  const shown = [];
  globalThis.document = { hidden: true };
  globalThis.window = { focus() {} };
  const made = [];
  globalThis.Notification = window.Notification = Object.assign(function (title, options) { shown.push({ title, ...options }); made.push(this); this.close = () => this.onclose(); }, { permission: "granted" });
  const { page, say, rest, dispose } = lend();
  const text = { type: "rc-inbound-message-notify", message: { id: 7, from: { name: "Ada" }, subject: "Hello" } };
  await rest.notify();
  say(text);
  document.hidden = false;
  say(text);
  document.hidden = true;
  page.api.dndStatus = "DoNotAcceptAnyCalls";
  say(text);
  assert.deepEqual(shown, [{ title: "Ada", body: "Hello", tag: "rc-widget-adapter7" }], "not in front of somebody, and not while they are not to be disturbed");
  let closed = 0;
  const onclose = made[0].onclose;
  made[0].onclose = () => (closed++, onclose());
  const read = { type: "rc-message-updated-notify", message: { id: 7, readStatus: "Unread" } };
  say(read);
  assert.equal(closed, 0);
  say({ ...read, message: { id: 7, readStatus: "Read" } });
  assert.equal(closed, 1, "what is read is no news");
  page.api.dndStatus = "TakeAllCalls";
  say({ ...text, message: { ...text.message, type: "VoiceMail" } });
  made[1].onclick();
  assert.deepEqual(page.gone, ["/messages/voicemail/7"]);
  dispose();
});

test("a call that rings while nobody looks is shown, and goes when it is answered or over", async (t) => {
  const shown = [];
  t.after(() => {
    delete globalThis.Notification;
    delete globalThis.document;
    delete globalThis.window;
  });
  globalThis.document = { hidden: true };
  globalThis.BroadcastChannel = class {
    close() {}
  };
  globalThis.Notification = class {
    static permission = "granted";
    constructor(title, how) {
      Object.assign(this, { title, ...how, open: true });
      shown.push(this);
    }
    close() {
      this.open = false;
      this.onclose?.();
    }
  };
  globalThis.window = { Notification: globalThis.Notification, focus() {} };
  const { page, say, rest, dispose } = lend();
  await rest.notify();
  const call = { id: "c-1", from: "+16505550102", fromUserName: "Sam" };
  say({ type: "rc-call-ring-notify", call });
  assert.deepEqual([shown[0].title, shown[0].body, shown[0].open], ["Sam", "+16505550102", true]);
  shown[0].onclick();
  assert.equal(page.shown, 1);
  say({ type: "rc-call-start-notify", call });
  assert.equal(shown[0].open, false);
  document.hidden = false;
  say({ type: "rc-call-ring-notify", call: { ...call, id: "c-2" } });
  assert.equal(shown.length, 1);
  dispose();
});

test("a command is done when the phone says so, however long its user thinks, or refused with a sentence", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { page, begin, say, rest } = lend({ up: false });
  let done = false;
  const control = rest.controlCall("dtmf", "c-1", { dtmf: "1" }).then((value) => (done = [value]));
  const refused = assert.rejects(rest.updateSmsSetting({ senderNumber: "+1" }), { message: "Nothing was changed." });
  t.mock.timers.tick(60_000);
  await settled();
  assert.deepEqual(page.sent, []); // it waits for the phone
  begin();
  await settled();
  t.mock.timers.tick(60_000);
  await settled();
  assert.equal(done, false);
  assert.deepEqual(page.sent.map((m) => [m.type, m.path, m.body]), [
    ["rc-adapter-message-request", "rc-adapter-control-call", { callAction: "dtmf", callId: "c-1", options: { dtmf: "1" } }],
    ["rc-adapter-message-request", "rc-sms-settings-update", { senderNumber: "+1" }],
  ]);
  say({ type: "rc-adapter-message-response", responseId: page.sent[0].requestId, response: { data: "ok" } });
  say({ type: "rc-adapter-message-response", responseId: page.sent[1].requestId, response: { error: "Nothing was changed." } });
  await Promise.all([control, refused]);
  assert.deepEqual(done, [undefined]);
});

test("who leaves out what a method takes is answered by the phone", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { page, rest } = lend();
  for (const method of ["signIn", "setEnvironment", "setAutoLog", "updateRingtone", "updateCallingSetting", "updateSmsSetting", "getCallLog", "getUnloggedCalls", "alertMessage"]) void rest[method]();
  await settled();
  assert.equal(page.sent.length, 9);
});
