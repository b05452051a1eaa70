// @ts-nocheck: hostile messages are not of any type.
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, take } from "./inbound.js";

const ALL = ["navigate", "prefill", "status", "signin", "messages", "service", "settings"];

/** A link with these capabilities, and what was said and done. */
function link(capabilities = ALL, request = async () => "done", more = {}) {
  const [done, said, told] = [[], [], []];
  const act = (name) => (m) => void done.push([name, m]);
  const actions = new Proxy({ callback: act("callback"), service: act("service"), refuse: act("refuse"), request, ...more }, { get: (a, name) => a[name] ?? act(name) });
  const to = { may: (c) => capabilities.includes(c), once: (key, sentence) => said.push(sentence), tell: (m) => told.push(m) };
  return { done, said, told, say: (data) => take(data, to, actions) };
}

test("what is as described is done", async () => {
  const { say, done, said } = link();
  await say({ type: "rc-adapter-navigate-to", path: "/settings" });
  await say({ type: "rc-adapter-new-sms", phoneNumber: ["+1", "+2"], text: "Hi", conversation: true });
  await say({ type: "rc-adapter-logout", more: 1 });
  assert.deepEqual(done.map(([name, m]) => [name, m.path ?? m.text]), [["rc-adapter-navigate-to", "/settings"], ["rc-adapter-new-sms", "Hi"], ["rc-adapter-logout", undefined]]);
  assert.deepEqual(said, []);
});

test("what is not plain, small data is dropped", () => {
  const cycle = { type: "x" };
  cycle.self = cycle;
  const thrower = { get x() { throw new Error("no"); } };
  let deep = {};
  for (let i = 0; i < 100; i++) deep = { deep };
  for (const data of [
    null, undefined, 7, "text", [{}], () => {}, cycle, thrower, deep, { n: 1n }, { f() {} }, { s: Symbol("x") },
    { pad: "x".repeat(70_000) }, { list: Array.from({ length: 70_000 }) }, { keys: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [i, 0])) },
    JSON.parse('{"__proto__":{"admin":true}}'), { a: [{ constructor: 1 }] }, { prototype: {} },
  ]) {
    assert.equal(plain(data), null);
  }
  assert.deepEqual(plain({ a: undefined, b: null, c: [undefined, NaN, 1.5], d: new Date(0), e: {} }), { b: null, c: [null, null, 1.5], d: "1970-01-01T00:00:00.000Z", e: {} });
});

test("of a message that is too large no more is looked at than the limit", () => {
  let looked = 0;
  const list = Array.from({ length: 20_000 }, () => ({ get text() { looked++; return "x".repeat(100); } }));
  assert.equal(plain({ list }), null);
  assert.ok(looked < 1000, `${looked} of 20,000 were read`);
});

test("a message that is too large is said to be, and what may be large is not", async () => {
  const { say, done, said } = link();
  await say({ type: "rc-adapter-new-sms", text: "x".repeat(100_000) });
  await say({ type: "rc-adapter-register-third-party-service", service: { name: "x", info: "x".repeat(200_000) } });
  await say({ type: "rc-adapter-register-customized-page", page: { id: "x", schema: "x".repeat(2_000_000) } });
  assert.deepEqual(done.map(([name]) => name), ["service"]);
  assert.match(said[0], /rc-adapter-new-sms was larger than 64 kB/);
  assert.match(said[1], /rc-adapter-register-customized-page was larger than 1024 kB/);
});

test("what a page calls attachments itself stays", () => {
  const page = { schema: { properties: { attachments: { type: "string" } } } };
  assert.deepEqual(plain({ page, attachments: [1] }), { page });
});

test("attachments come with the two messages that have them, within their own bounds", async () => {
  const { say, done, said } = link();
  const large = { name: "a.png", content: `data:image/png;base64,${"x".repeat(5_000_000)}` };
  await say({ type: "rc-adapter-new-sms", text: "Hi", attachments: [large] });
  await say({ type: "rc-adapter-auto-populate-conversation", text: "Hi", attachments: [large, { ...large, name: "b.png" }] });
  await say({ type: "rc-adapter-navigate-to", path: "/messages", attachments: [large] });
  assert.deepEqual(done[0][1].attachments, [large]);
  assert.deepEqual(done[1][1].attachments, [large]);
  assert.equal(done[2][1].attachments, undefined);
  assert.deepEqual(said, ["A text takes 10 attachments of together 8 MB. The others were left out."]);
});

test("what is no attachment is left out, and the text is filled in", async () => {
  const { say, done, said } = link();
  const good = { name: "a.png", content: "data:image/png;base64,AAAA" };
  const bad = [null, 7, {}, { name: "a" }, { name: 1, content: good.content }, { name: "a", content: "https://evil.example/a.png" }, { name: "x".repeat(300), content: good.content }];
  await say({ type: "rc-adapter-new-sms", text: "Hi", attachments: [...bad, good, ...Array(12).fill(good)] });
  await say({ type: "rc-adapter-new-sms", text: "Hi", attachments: "a.png" });
  assert.equal(done[0][1].attachments.length, 10);
  assert.deepEqual(done[0][1].attachments[0], good);
  assert.deepEqual(done[1][1].attachments, []);
  assert.match(said[0], /data address/);
});

test("a field that is wrong is named, and costs itself unless nothing can be done without it", async () => {
  const { say, done, said } = link();
  await say({ type: "rc-adapter-new-sms", phoneNumber: 7, text: "Hi", recipient: "x" });
  assert.deepEqual(done, [["rc-adapter-new-sms", { type: "rc-adapter-new-sms", text: "Hi" }]]);
  assert.deepEqual(said, [
    "rc-adapter-new-sms: the field phoneNumber must be a text or a list of texts of at most 640 characters. It was left out.",
    "rc-adapter-new-sms: the field recipient must be an object. It was left out.",
  ]);
  for (const path of [7, { toString: "x" }, ["/settings"], undefined, null, "x".repeat(2000)]) await say({ type: "rc-adapter-navigate-to", path });
  assert.equal(done.length, 1);
  assert.match(said[2], /the field path must be a text of at most 1024 characters. Nothing was done./);
  assert.match(said[5], /needs the field path/);
});

test("every command needs its capability", async () => {
  const { say, done, said } = link(["navigate"]);
  await say({ type: "rc-adapter-login" });
  await say({ type: "rc-adapter-set-environment" });
  await say({ type: "rc-adapter-register-third-party-service", service: { name: "x" } });
  await say({ type: "rc-adapter-navigate-to", path: "/messages" });
  assert.deepEqual(done.map(([name]) => name), ["rc-adapter-navigate-to"]);
  assert.deepEqual(said.map((s) => /capability "(\w+)"/.exec(s)?.[1]), ["signin", "settings", "service"]);
});

test("types that are names of the language, and types that are not for this phone, mean nothing", async () => {
  const { say, done, said } = link();
  for (const type of ["constructor", "toString", "__proto__", "hasOwnProperty"]) await say({ type });
  await say({ type: "rc-adapter-popOut", popupWindow: "SECRET" });
  await say({ type: "rc-<b>new</b>" });
  assert.deepEqual(done, []);
  assert.match(said[4], /does not support rc-adapter-popOut.*A frame cannot open that window/);
  assert.equal(said[5], "This phone does not support rc-bnewb. Nothing was done.");
  assert.doesNotMatch(said.join(), /SECRET|</);
});

test("a callbackUri signs in whatever its message is called, with the capability only", async () => {
  const callbackUri = "https://x.example/?code=SECRET";
  const { say, done } = link();
  await say({ type: "rc-adapter-authorization-code", callbackUri });
  await say({ callbackUri });
  await say({ callbackUri: "x".repeat(70_000) });
  assert.deepEqual(done, [["callback", callbackUri], ["callback", callbackUri]]);

  const few = link(["navigate", "prefill", "status"]);
  await few.say({ callbackUri });
  assert.deepEqual(few.done, []);
  assert.doesNotMatch(few.said.join(), /SECRET/);
});

test("every request is answered once: with what came of it, or with why not", async () => {
  const ask = (path, body, more) => ({ type: "rc-adapter-message-request", requestId: "r1", path, body, ...more });
  const answered = async (it, data) => {
    await it.say(data);
    assert.equal(it.told.length, 1);
    assert.deepEqual([it.told[0].type, it.told[0].responseId], ["rc-adapter-message-response", "r1"]);
    return it.told[0].response;
  };
  assert.deepEqual(await answered(link(), ask("/custom-alert-message", { message: "Saved" })), { data: "done" });
  assert.deepEqual(await answered(link(), ask("/nowhere")), { data: "no matched path" });
  assert.deepEqual(await answered(link(), ask("constructor")), { data: "no matched path" });
  assert.match((await answered(link(), ask("/custom-alert-message", {}))).error, /needs the field message/);
  assert.match((await answered(link(["status"]), ask("/custom-alert-message", { message: "x" }))).error, /capability "settings"/);
  assert.deepEqual(await answered(link(ALL, async () => { throw new Error("It did not work."); }), ask("/dismiss-alert-message")), { error: "It did not work." });
  const bodies = [];
  await answered(link(ALL, async ({ body }) => void bodies.push(body)), ask("/custom-alert-message", undefined, { alertMessage: "Old", alertLevel: "danger", ttl: 0 }));
  assert.deepEqual(bodies, [{ message: "Old", level: "danger" }], "the old form loses a ttl of 0");
});

test("a command that a promise waits for is answered once it is done, or with why not", async () => {
  const ask = (path, body) => ({ type: "rc-adapter-message-request", requestId: "r1", path, body });
  const answer = async (it, ...asked) => (await it.say(ask(...asked)), it.told.map(({ response }) => response));
  const MAY = [...ALL, "dial"];
  const hold = { callAction: "hold" };
  assert.deepEqual(await answer(link(MAY), "rc-adapter-control-call", hold), [{ data: "ok" }]);
  assert.deepEqual(await answer(link(MAY, undefined, { "rc-adapter-control-call": async () => "There is no such call." }), "rc-adapter-control-call", hold), [{ error: "There is no such call." }]);
  assert.match((await answer(link(["status"]), "rc-adapter-control-call", hold))[0].error, /capability "dial"/);
  assert.match((await answer(link(MAY), "rc-adapter-control-call", {}))[0].error, /needs the field callAction/);
  assert.deepEqual(await answer(link(MAY), "rc-adapter-update-ringtone", { uri: "x".repeat(2 ** 19) }), [{ data: "ok" }], "what may be large may be");
  const others = link(MAY);
  assert.deepEqual(await answer(others, "rc-adapter-logout", {}), [{ data: "no matched path" }]);
  assert.deepEqual(others.done, []);
});

test("an answer that is too large ends the wait for it", async () => {
  const { say, done, said } = link();
  await say({ type: "rc-post-message-response", responseId: "r1", response: { data: ["x".repeat(2 ** 20)] } });
  assert.deepEqual(done, [["refuse", "r1"]]);
  assert.match(said[0], /larger than 1024 kB/);
});
