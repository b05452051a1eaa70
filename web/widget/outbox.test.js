// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

// The page is an event target, and whatever else the modules touch at start
// agrees to everything.
const anything = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : anything), apply: () => anything });
const page = new EventTarget();
page.body = { dataset: { key: "k" } };
page.querySelector = () => null;
globalThis.document = page;
globalThis.window = new EventTarget();
globalThis.matchMedia = anything;
const { again, newID, put, waiting } = await import("./outbox.js");

mock.timers.enable({ apis: ["setTimeout"] });
let asked = [];
let answer;
globalThis.fetch = async (url, { body, headers }) => {
  asked.push({ url, id: body?.get("id"), text: body?.get("text"), proof: headers["X-Offhook"] });
  return answer();
};
const fetches = globalThis.fetch;
const ok = () => new Response('{"conversation":"c"}');
const refuse = (status, sentence) => () => new Response(`${sentence}\n`, { status });
const offline = () => {
  throw new TypeError("no network");
};
// Lets everything run that waits for nothing.
const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
};
const here = () => true;

beforeEach(() => {
  page.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false } }));
  asked = [];
});

test("a text that is taken is forgotten", async () => {
  answer = ok;
  put("c 1", "Hello");
  await settle();
  assert.deepEqual(waiting(here), []);
  assert.equal(asked[0].url, "/p/k/panel/conversations/c%201/messages");
  assert.equal(asked[0].proof, "1");
});

test("a page that wants to be asked is said to want it, with each text", async () => {
  page.body.dataset.guarded = "1";
  globalThis.fetch = mock.fn(async () => ok());
  put("c", "Hello");
  await settle();
  delete page.body.dataset.guarded;
  assert.equal(globalThis.fetch.mock.calls[0].arguments[1].body.get("guarded"), "1");
  globalThis.fetch = fetches;
});

test("without a connection a text waits, and goes under the same id", async () => {
  answer = offline;
  const first = put("c", "One");
  const second = put("c", "Two");
  await settle();
  assert.deepEqual(waiting(here).map((i) => i.state), ["sending", "sending"]);
  answer = ok;
  page.dispatchEvent(new CustomEvent("oh:online", { detail: { online: true } }));
  await settle();
  assert.deepEqual(asked.map((a) => a.id), [first.id, first.id, second.id]);
  assert.deepEqual(waiting(here), []);
});

test("a server that is busy is asked again by itself", async () => {
  answer = refuse(503, "Later.");
  put("c", "One");
  await settle();
  answer = ok;
  mock.timers.tick(10_000);
  await settle();
  assert.equal(asked.length, 2);
  assert.deepEqual(waiting(here), []);
});

test("a refused text fails with the sentence, lets others pass, and may be tried again", async () => {
  answer = refuse(400, "This text is too long.");
  const item = put("c", "One");
  await settle();
  assert.deepEqual([item.state, item.sentence], ["failed", "This text is too long."]);
  answer = ok;
  put("c", "Two");
  await settle();
  assert.deepEqual(waiting(here).map((i) => i.text), ["One"]);
  again(item.id);
  await settle();
  assert.deepEqual(waiting(here), []);
  assert.equal(asked.at(-1).id, item.id);
});

test("ids are UUIDs, also where the page is not a secure context", () => {
  const real = globalThis.crypto;
  Object.defineProperty(globalThis, "crypto", { value: { getRandomValues: (b) => real.getRandomValues(b) }, configurable: true });
  assert.match(newID(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  Object.defineProperty(globalThis, "crypto", { value: real, configurable: true });
});

test("what waits when the session ends is given back to its user as a draft", async () => {
  const say = (type, detail) => page.dispatchEvent(new CustomEvent(type, { detail }));
  say("oh:user", { user: "ada" });
  answer = offline;
  put("c", "One");
  put("c", "Two");
  await settle();
  say("oh:session", { signedIn: false, reason: "refused" });
  assert.deepEqual(waiting(here), []);
  answer = () => new Response("Two");
  say("oh:user", { user: "ada" });
  await settle();
  assert.deepEqual(asked.at(-1).text, "One\nTwo");
});
