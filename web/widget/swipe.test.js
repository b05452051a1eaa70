// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { addEventListener() {} };
const { far, inwards } = await import("./swipe.js");

test("a swipe from the edge inwards is the way back, and no other", () => {
  const back = (from, to, rtl = false) => far(inwards({ x: from[0], y: from[1] }, { x: to[0], y: to[1] }, 300, rtl));
  assert.ok(back([5, 100], [120, 110]));
  assert.ok(!back([5, 100], [50, 100]), "too short");
  assert.ok(!back([60, 100], [200, 100]), "from the middle");
  assert.ok(!back([5, 100], [90, 180]), "downwards");
  assert.ok(!back([290, 100], [150, 100]), "from the other edge");
  assert.ok(back([295, 100], [180, 100], true), "where pages come from the right");
  assert.ok(!back([5, 100], [120, 100], true));
});
