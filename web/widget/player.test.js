// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement = class {};
globalThis.document = { body: { dataset: {} }, hidden: true, addEventListener() {}, querySelector: () => null, querySelectorAll: () => [] };
globalThis.matchMedia = () => ({ matches: false, addEventListener() {} });
globalThis.addEventListener = () => {};
globalThis.window = globalThis;
const { minutes } = await import("./player.js");

test("lengths are written as players do", () => {
  for (const [seconds, text] of [[0, "0:00"], [9.9, "0:09"], [61, "1:01"], [600, "10:00"], [3725, "1:02:05"], [-1, "0:00"]]) assert.equal(minutes(seconds), text);
});
