// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

const anything = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : key === Symbol.iterator ? [][Symbol.iterator] : key === "then" ? undefined : anything), apply: () => anything });
for (const name of ["document", "window", "matchMedia"]) globalThis[name] = anything;
globalThis.fetch = async () => new Response("", { status: 503 });
const { arrange } = await import("./tabbar.js");

const tabs = (...priorities) => priorities.map((priority, i) => ({ priority, i }));

test("tabs stand by their priority, and in the order they came where it is the same", () => {
  const { bar, more } = arrange(tabs(70, 100, 20, 100));
  assert.deepEqual(bar.map((t) => t.i), [2, 0, 1, 3]);
  assert.deepEqual(more, []);
});

test("six fit; of seven the first five stay and two stand under More", () => {
  assert.equal(arrange(tabs(1, 2, 3, 4, 5, 6)).bar.length, 6);
  const { bar, more } = arrange(tabs(7, 6, 5, 4, 3, 2, 1));
  assert.deepEqual(bar.map((t) => t.priority), [1, 2, 3, 4, 5]);
  assert.deepEqual(more.map((t) => t.priority), [6, 7]);
});
