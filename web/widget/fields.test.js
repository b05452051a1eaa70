// @ts-nocheck: the controls are as much of the DOM as is read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { json, local, parts, read, write } from "./fields.js";

globalThis.document = { activeElement: null };

/** A control with its data attributes. */
const control = (type, value, more = {}) => ({ tagName: "INPUT", type: "text", value, dataset: { type }, querySelectorAll: () => [], hasAttribute: () => false, ...more });
const choice = (value, checked, type = "radio") => ({ value: JSON.stringify(value), checked, type, dataset: {} });
const group = (type, choices) => control(type, "", { tagName: "FIELDSET", querySelectorAll: (s) => (s === "input:checked" ? choices.filter((c) => c.checked) : choices) });

test("each type is read as the schema names it", () => {
  assert.equal(read(control("string", "a")), "a");
  assert.equal(read(control("number", "1.5")), 1.5);
  assert.equal(read(control("integer", "7")), 7);
  assert.equal(read(control("boolean", "", { checked: true })), true);
  assert.equal(read(control("time", "14:30")), "14:30:00");
  assert.equal(read(control("json", '"c9"', { tagName: "SELECT" })), "c9");
  assert.equal(read(group("json", [choice(true, false), choice(false, true)])), false);
});

test("an emptied field has no value, or the one that the page wants for it", () => {
  assert.equal(read(control("string", "")), undefined);
  assert.equal(read(control("number", "")), undefined);
  assert.equal(read(control("json", "", { tagName: "SELECT" })), undefined);
  assert.equal(read(control("string", "", { dataset: { type: "string", empty: '"none"' } })), "none");
});

test("boxes give a list in the order of the choices and keep what is no choice", () => {
  const boxes = group("set", [choice("a", true), choice("b", false), choice("c", true)]);
  assert.deepEqual(read(boxes, ["z", "b"]), ["a", "c", "z"]);
  assert.equal(read(group("set", [choice("a", false)]), undefined), undefined);
  assert.deepEqual(read(group("set", [choice("a", false)]), ["a"]), []);
});

test("what somebody is typing is not rewritten by the same value", () => {
  const field = control("number", "1.");
  write(field, 1);
  assert.equal(field.value, "1.");
  write(field, 2);
  assert.equal(field.value, "2");
  const spaced = control("string", "a ");
  write(spaced, "a ");
  assert.equal(spaced.value, "a ");
});

test("the caret stays where it was when the value changes under it", () => {
  const field = control("string", "abc", { selectionStart: 1, setSelectionRange: (from) => (field.caret = from) });
  document.activeElement = field;
  write(field, "abcd");
  assert.equal(field.value, "abcd");
  assert.equal(field.caret, 1);
  document.activeElement = null;
});

test("a chosen entry is shown by its value, and another is not", () => {
  const radios = [choice("a", false), choice(2, false)];
  write(group("json", radios), 2);
  assert.deepEqual(radios.map((r) => r.checked), [false, true]);
  const select = control("json", "", { tagName: "SELECT", options: [{ value: "" }, { value: '{"id":1}' }] });
  write(select, { id: 1 });
  assert.equal(select.value, '{"id":1}');
  write(select, "gone");
  assert.equal(select.value, "");
});

test("a duration is hours and minutes; days are hours", () => {
  assert.deepEqual(parts("PT1H30M"), ["1", "30"]);
  assert.deepEqual(parts("P1DT2H"), ["26", "0"]);
  assert.deepEqual(parts(undefined), ["", ""]);
  assert.deepEqual(parts("soon"), ["", ""]);
  const [h, m] = [control("", "2"), control("", "05")];
  const both = control("duration", "", { querySelectorAll: () => [h, m] });
  assert.equal(read(both), "PT2H5M");
  h.value = m.value = "";
  assert.equal(read(both), undefined);
});

test("a moment is shown in local time and sent in UTC", () => {
  const iso = "2026-11-24T09:00:00.000Z";
  assert.equal(new Date(local(iso)).toISOString(), iso);
  assert.equal(read(control("string", local(iso), { type: "datetime-local" })), iso);
  assert.equal(local("never"), "");
});

test("what is not JSON is nothing", () => {
  assert.equal(json("{"), undefined);
  assert.equal(json(undefined), undefined);
});
