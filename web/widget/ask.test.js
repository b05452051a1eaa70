// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const page = new EventTarget();
page.body = { dataset: { key: "k", signedIn: "false" } };
globalThis.document = page;

/** What the server was asked, and how it answers. */
let asked = [];
let answers;
globalThis.fetch = async (url, { method = "GET", headers, body }) => {
  asked.push({ url, method, session: headers["X-Offhook-Session"], proof: headers["X-Offhook"], text: body?.get?.("text") });
  const { status = 200, json = {}, session } = answers(url, asked.length);
  return { ok: status < 400, status, json: async () => json, headers: new Headers(session ? { "X-Offhook-Session": session } : {}) };
};
const say = (type, detail) => page.dispatchEvent(new CustomEvent(type, { detail }));

let copy = 0;
/** The modules as a new page has them. */
const load = async () => {
  copy++;
  return import(`./ask.js?${copy}`);
};

beforeEach(() => {
  asked = [];
  answers = () => ({});
});

test("a browser that keeps cookies holds no handle", async () => {
  const { ask, cookies, held, hold } = await load();
  answers = (_, n) => ({ json: { signedIn: false, cookies: n > 1 } });
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
  answers = () => ({ json: { signedIn: false, cookies: false } });
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
  answers = () => ({ json: { signedIn: false, cookies: true } });
  await cookies();
  assert.equal(held(), "");
  assert.equal(asked.length, 2);
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

test("each reason has a sentence of its own", async () => {
  const { sentenceOf } = await import("./reasons.js");
  const reasons = ["signed-out", "everywhere", "expired", "replaced", "refused", "revoked", "ended"];
  const sentences = reasons.map(sentenceOf);
  assert.equal(new Set(sentences).size, reasons.length);
  assert.equal(sentenceOf("constructor"), sentenceOf("ended"));
  assert.equal(sentenceOf(undefined), sentenceOf("ended"));
});
