// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

// Modules around this one touch the page when they load. Here the page is
// something that agrees to everything, with no page around it.
const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : page), apply: () => page, construct: () => page });
for (const name of ["matchMedia", "BroadcastChannel"]) globalThis[name] = page;
globalThis.addEventListener = () => {};
globalThis.HTMLMediaElement = globalThis.MediaStream = globalThis.Element = globalThis.HTMLElement = class {};
globalThis.document = Object.assign(new EventTarget(), {
  body: { dataset: { key: "k", signedIn: "true" } }, documentElement: { dataset: {} }, hidden: false, hasFocus: () => false,
  querySelector: () => null, querySelectorAll: () => [], getElementById: () => page, createElement: () => page,
});
globalThis.location = new URL("http://phone.test/app.html");
globalThis.window = globalThis.parent = globalThis;
globalThis.navigator ??= {};
navigator.mediaDevices = { addEventListener() {} };

const { actions } = await import("./commands.js");
const { currentPath, takeDialled } = await import("./nav.js");
const { sound } = await import("./audio.js");
mock.method(sound, "prepare", async () => {});

/** What the server was asked to call. */
let called;
let said;
beforeEach(() => {
  [called, said] = [[], []];
  document.body.dataset.line = "registered";
  globalThis.fetch = async (url, how) => {
    if (how?.method === "POST" && url.endsWith("/calls")) called.push(JSON.parse(how.body).to);
    return new Response('{"id":"c-1"}');
  };
});

/** The page around the phone asks for a call. */
async function ask(m, ...capabilities) {
  const link = { tell() {}, once: (key) => said.push(key), may: (c) => capabilities.includes(c), with: { warn: (sentence) => said.push(sentence) } };
  await actions(link)["rc-adapter-new-call"]({ phoneNumber: "+16505550102", ...m });
}

test("a page that may dial calls at once, and only when it asks for it", async () => {
  await ask({ toCall: true }, "prefill", "dial");
  assert.deepEqual([called, currentPath()], [["+16505550102"], "/calls/active/c-1"]);
  await ask({}, "prefill", "dial");
  assert.deepEqual([called.length, takeDialled(), currentPath()], [1, "+16505550102", "/dialer"]);
});

test("a page that may not dial has the number filled in, and its developers read why", async () => {
  await ask({ toCall: true }, "prefill");
  assert.deepEqual([called, takeDialled(), said], [[], "+16505550102", ["toCall"]]);
});

test("who develops the page reads why nobody was called", async () => {
  globalThis.fetch = async () => new Response("This is no number.\n", { status: 400 });
  await ask({ toCall: true }, "prefill", "dial");
  assert.deepEqual([takeDialled(), said], ["+16505550102", ["rc-adapter-new-call: This is no number."]]);
});

test("where nobody can call, the page of the number is shown", async () => {
  document.body.dataset.line = "none";
  await ask({ toCall: true }, "prefill", "dial");
  assert.deepEqual([called, currentPath()], [[], "/number/%2B16505550102"]);
});

test("a page that has just been drawn waits until it knows whether its user can call", async () => {
  delete document.body.dataset.line;
  const done = ask({ toCall: true }, "prefill", "dial");
  document.body.dataset.line = "connecting";
  document.dispatchEvent(new CustomEvent("oh:line"));
  await done;
  assert.deepEqual(called, ["+16505550102"]);
});
