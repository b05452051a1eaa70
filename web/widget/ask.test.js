// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const page = new EventTarget();
page.body = { dataset: { key: "k", signedIn: "false" } };
globalThis.document = page;

/** What the server was asked, and how it answers. */
let asked = [];
let answers;
globalThis.fetch = async (url, { method = "GET", headers, body: sent }) => {
  asked.push({ url, method, session: headers["X-Offhook-Session"], proof: headers["X-Offhook"], text: sent?.get?.("text") });
  const { status = 200, body = "", session, ended } = (await answers(url, asked.length)) ?? {};
  const head = { ...(session && { "X-Offhook-Session": session }), ...(ended && { "X-Offhook-Ended": ended }) };
  return new Response(body, { status, headers: head });
};
/** What the page was told of its session. */
let told = [];
page.addEventListener("oh:session", (e) => {
  told.push(e.detail);
  page.body.dataset.signedIn = String(Boolean(e.detail.signedIn));
});
const say = (type, detail) => page.dispatchEvent(new CustomEvent(type, { detail }));

let copy = 0;
/** The modules as a new page has them. */
const load = async () => {
  copy++;
  return import(`./ask.js?${copy}`);
};

beforeEach(() => {
  asked = [];
  told = [];
  answers = () => ({});
  page.body.dataset.signedIn = "false";
});

test("a browser that keeps cookies holds no handle", async () => {
  const { ask, cookies, held, hold } = await load();
  answers = (_, n) => ({ body: JSON.stringify({ signedIn: false, cookies: n > 1 }) });
  await cookies();
  await cookies();
  assert.equal(asked.length, 2, "the trial is made once");
  hold("planted");
  await ask("/x", { method: "POST" });
  assert.equal(held(), "");
  assert.deepEqual(asked.at(-1), { url: "/p/k/x", method: "POST", session: undefined, proof: "1", text: undefined });
});

test("a browser that refuses cookies gets a handle, in headers only", async () => {
  const { ask, cookies, held, hold } = await load();
  answers = () => ({ body: '{"signedIn":false,"cookies":false}' });
  await cookies();
  answers = () => ({ session: "h1" });
  await ask("/signin/f/redeem", { method: "POST" });
  assert.equal(asked.at(-1).session, "none", "the server hears that a cookie would be lost");
  assert.equal(held(), "h1");
  answers = () => ({});
  await ask("/panel/messages");
  assert.equal(asked.at(-1).session, "h1");
  hold("h2");
  await ask("/panel/messages");
  assert.equal(asked.at(-1).session, "h2");
  assert.ok(asked.every(({ url }) => !/h1|h2/.test(url)));
  say("oh:session", { signedIn: false, reason: "replaced" });
  assert.equal(held(), "h2", "the one that replaced the session stays");
  say("oh:session", { signedIn: false, reason: "expired" });
  assert.equal(held(), "");
  await ask("/session");
  assert.equal(asked.at(-1).session, "none");
});

test("a trial without an answer is made again", async () => {
  const { cookies, held } = await load();
  answers = () => {
    throw new TypeError("no network");
  };
  await cookies();
  answers = () => ({ body: '{"signedIn":false,"cookies":true}' });
  await cookies();
  assert.equal(held(), "");
  assert.equal(asked.length, 2);
});

test("a refusal ends the session for the reason that it brings, once", async () => {
  const { ask } = await load();
  page.body.dataset.signedIn = "true";
  answers = () => ({ status: 401, ended: "refused" });
  await Promise.all([ask("/panel/messages"), ask("/panel/settings")]);
  assert.deepEqual(told, [{ signedIn: false, reason: "refused" }]);
  await ask("/panel/messages");
  assert.equal(told.length, 1, "nobody is signed in");
});

test("a refusal without a reason ends the session all the same", async () => {
  const { send } = await load();
  page.body.dataset.signedIn = "true";
  answers = () => ({ status: 401 });
  await send("/p/k/panel/messages/list");
  assert.deepEqual(told, [{ signedIn: false, reason: "ended" }]);
});

test("the answer to a session of before ends nothing", async () => {
  const { ask, hold } = await load();
  say("oh:session", { signedIn: true });
  let refuse;
  answers = () => new Promise((resolve) => (refuse = () => resolve({ status: 401, ended: "replaced" })));
  const late = ask("/panel/messages");
  say("oh:session", { signedIn: false, reason: "replaced" });
  say("oh:session", { signedIn: true });
  refuse();
  await late;
  answers = () => ({ session: "h1" });
  await ask("/ticket", { method: "POST" });
  answers = () => new Promise((resolve) => (refuse = () => resolve({ status: 401, ended: "replaced" })));
  const withOld = ask("/panel/messages");
  hold("h2");
  refuse();
  await withOld;
  assert.deepEqual(told.map((d) => d.signedIn), [true, false, true]);
});

test("an answer that is cut off was none, and one without a body is one", async () => {
  const { ask } = await load();
  const cut = new ReadableStream({ start: (c) => (c.enqueue(new TextEncoder().encode("half a")), c.error(new TypeError("cut off"))) });
  answers = () => ({ body: cut });
  await assert.rejects(ask("/panel/messages"), { message: "cut off" });
  answers = () => ({ status: 204, body: null });
  const { ok, status } = await ask("/panel/composeText/draft", { method: "POST" });
  assert.deepEqual([ok, status], [true, 204]);
  answers = () => ({ body: "whole", session: "" });
  assert.equal(await (await ask("/panel/messages")).text(), "whole");
});

test("what was being written goes back to the same user only", async () => {
  const { rescue } = await import("./rescue.js");
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const drafts = () => asked.filter(({ method }) => method === "POST").map(({ url, text }) => [url, text]);
  say("oh:user", { user: "ada" });
  rescue("/panel/composeText/draft", "secret of Ada");
  say("oh:user", { user: "sam" });
  await settle();
  assert.deepEqual(drafts(), []);
  say("oh:user", { user: "ada" });
  await settle();
  assert.deepEqual(drafts(), [], "what somebody else's sign-in has ended is gone");
  rescue("/panel/conversations/7/draft", "half a sen");
  rescue("/panel/conversations/7/draft", "half a sentence");
  say("oh:user", { user: "ada" });
  await settle();
  assert.deepEqual(drafts(), [["/p/k/panel/conversations/7/draft", "half a sentence"]]);
});

test("what was being written and what the server has are both kept", async () => {
  const { merged } = await import("./rescue.js");
  assert.equal(merged("half a sen", "half a sentence"), "half a sentence");
  assert.equal(merged("one\ntwo", "one"), "one\ntwo");
  assert.equal(merged("", "one"), "one");
  assert.equal(merged("from elsewhere", "mine"), "mine\nfrom elsewhere");
});

test("each reason has a sentence of its own", async () => {
  const { sentenceOf } = await import("./reasons.js");
  const reasons = ["signed-out", "everywhere", "expired", "replaced", "refused", "hour-over", "revoked", "embed-removed", "ended"];
  const sentences = reasons.map((reason) => sentenceOf(reason));
  assert.equal(new Set(sentences).size, reasons.length);
  assert.equal(sentenceOf("constructor"), sentenceOf("ended"));
  assert.equal(sentenceOf(undefined), sentenceOf("ended"));
});

test("whoever has just signed out is not told that it happened elsewhere", async () => {
  const { sentenceOf } = await import("./reasons.js");
  assert.equal(sentenceOf("signed-out", true), "You are signed out.");
  assert.equal(sentenceOf("everywhere", true), "You are signed out everywhere.");
  assert.equal(sentenceOf("refused", true), sentenceOf("refused"));
});
