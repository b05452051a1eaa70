// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

const anything = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : anything), apply: () => anything });
for (const name of ["document", "window", "matchMedia"]) globalThis[name] = anything;
const { same } = await import("./compose.js");

test("a number is the same in any notation, and a part of one is not", () => {
  assert.ok(same("+16505550101", "+16505550101"));
  assert.ok(same("+16505550101", "(650) 555-0101"));
  assert.ok(same("101", "101"));
  assert.ok(!same("+16505550101", "0101"));
  assert.ok(!same("+16505550101", "+16505550102"));
});
