import assert from "node:assert/strict";
import { test } from "node:test";
import { at, changed, drop, pageOf, put, same } from "./values.js";

test("a value is found by names and places, and nothing is found where nothing is", () => {
  const from = { a: [{ b: 1 }], n: null };
  assert.equal(at(from, ["a", 0, "b"]), 1);
  assert.equal(at(from, ["a", 3, "b"]), undefined);
  assert.equal(at(from, ["n", "x"]), undefined);
  assert.equal(at(from, ["toString"]), undefined);
  assert.equal(at(from, []), from);
});

test("another value is another object; what was told stays what it was", () => {
  const before = { a: [{ b: 1 }], c: 2 };
  const after = put(before, ["a", 0, "b"], 3);
  assert.deepEqual(after, { a: [{ b: 3 }], c: 2 });
  assert.deepEqual(before, { a: [{ b: 1 }], c: 2 });
  assert.deepEqual(put(undefined, ["x", "y"], 1), { x: { y: 1 } });
});

test("an emptied field is taken away, and an emptied place of a list stays a place", () => {
  assert.deepEqual(put({ a: 1, b: 2 }, ["a"], undefined), { b: 2 });
  assert.deepEqual(put({ a: ["x", "y"] }, ["a", 0], undefined), { a: [null, "y"] });
});

test("entries are dropped from lists and by their names", () => {
  assert.deepEqual(drop({ a: ["x", "y", "z"] }, ["a", 1]), { a: ["x", "z"] });
  assert.deepEqual(drop({ m: { k: 1, l: 2 } }, ["m", "k"]), { m: { l: 2 } });
});

test("a field called __proto__ is a field", () => {
  const v = put({}, ["__proto__", "polluted"], true);
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
  assert.deepEqual(at(v, ["__proto__", "polluted"]), true);
  assert.equal(JSON.stringify(v), '{"__proto__":{"polluted":true}}');
});

test("values are the same by what they say", () => {
  assert.ok(same({ a: [1, { b: null }] }, { a: [1, { b: null }] }));
  assert.ok(!same({ a: 1 }, { a: 1, b: undefined }));
  assert.ok(!same([1], { 0: 1 }));
  assert.ok(!same(null, {}));
});

test("the names that changed are told, also those that are gone", () => {
  assert.deepEqual(changed({ a: 1, b: [1], c: 2 }, { a: 1, b: [2], d: 3 }), ["b", "c", "d"]);
  assert.deepEqual(changed(undefined, { a: 1 }), ["a"]);
});

test("an answer to a call widget brings a page, or a page with a menu", () => {
  const page = { type: "json-schema", schema: { type: "object" }, uiSchema: {}, formData: { a: 1 } };
  const bare = { schema: page.schema, uiSchema: {}, formData: { a: 1 } };
  assert.deepEqual(pageOf(page), { page: bare, actions: [] });
  assert.deepEqual(pageOf({ page, actions: [{ id: "x", label: "X" }] }), { page: bare, actions: [{ id: "x", label: "X" }] });
});

test("anything else leaves what a call widget shows", () => {
  for (const data of ["ok", null, undefined, 7, [], {}, { page: "x" }]) assert.equal(pageOf(data), null);
});
