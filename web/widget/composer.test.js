// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

// The page is an event target, and the box as much of a form as is touched.
const page = new EventTarget();
page.body = { dataset: { key: "k", signedIn: "true" } };
globalThis.document = page;
globalThis.window = globalThis;
globalThis.addEventListener = () => {};
globalThis.getComputedStyle = () => ({ lineHeight: "20px" });
const { Composer, open, without } = await import("./composer.js");

mock.timers.enable({ apis: ["setTimeout"] });
let saved;
globalThis.fetch = async (_, { body }) => {
  saved.push(body.get("text"));
  return new Response(null, { status: 204 });
};
beforeEach(() => {
  saved = [];
  page.body.dataset.signedIn = "true";
});

/** A composer whose box has a draft, and what it gave away. */
function composer({ value = "", held = [], limit = "20" } = {}) {
  const field = Object.assign(new EventTarget(), { value, dataset: { limit }, offsetHeight: 20, scrollHeight: 20, setSelectionRange() {} });
  const count = { textContent: "", toggleAttribute() {} };
  const parts = { textarea: field, "[type=submit]": {}, "#count": count };
  const form = Object.assign(new EventTarget(), { querySelector: (what) => parts[what] });
  const it = new Composer(form, { draft: "/draft", send: (text) => (held.push(text), it.clear()), held: () => held.join("\n") });
  const write = (text) => {
    field.value = text;
    field.dispatchEvent(new Event("input"));
  };
  return { it, field, held, count, write };
}

test("a text that is on its way stays the draft until it is taken", async () => {
  const { it, field, held, write } = composer();
  write("see you at five");
  it.submit();
  assert.equal(field.value, "");
  await it.flush();
  assert.deepEqual(saved, ["see you at five"]);
  write("or six");
  await it.flush();
  held.pop();
  await it.flush();
  assert.deepEqual(saved.slice(1), ["see you at five\nor six", "or six"]);
});

test("a text that was taken at once is never a draft", async () => {
  const { it, held, write } = composer();
  write("yes");
  it.submit();
  held.pop();
  await it.flush();
  assert.deepEqual(saved, []);
});

test("what stands in the thread as on its way is not offered in the box again", () => {
  assert.equal(composer({ value: "one", held: ["one"] }).field.value, "");
  assert.equal(composer({ value: "one\ntwo", held: ["one"] }).field.value, "two");
  assert.equal(composer({ value: "other", held: ["one"] }).field.value, "other");
});

test("a text that the page offers is no draft until somebody changes it", async () => {
  const { it, field, write } = composer();
  assert.equal(it.offer("Hello"), true);
  await it.flush();
  assert.deepEqual(saved, []);
  assert.equal(it.offer("Hello again"), true);
  assert.equal(field.value, "Hello again");
  write("Hello again!");
  await it.flush();
  assert.deepEqual(saved, ["Hello again!"]);
});

test("a text that the page offers gives way to what somebody wrote", () => {
  const { it, field } = composer({ value: "mine" });
  assert.equal(it.offer("theirs"), false);
  assert.equal(field.value, "mine");
  assert.equal(it.offer("mine"), true);
});

test("an emoji counts as one character", () => {
  const { it, held, write } = composer({ limit: "3" });
  write("🙂🙂🙂");
  it.submit();
  assert.deepEqual(held, ["🙂🙂🙂"]);
  write("🙂🙂🙂🙂");
  it.submit();
  assert.equal(held.length, 1);
});

test("once nobody is signed in any more, nothing is written down", async () => {
  const { it, write } = composer();
  write("for my own eyes");
  page.body.dataset.signedIn = "false";
  await it.flush();
  assert.deepEqual(saved, []);
});

test("a text is taken out of the draft with its lines, and nothing else", () => {
  assert.equal(without("one\ntwo\nthree", "two"), "one\nthree");
  assert.equal(without("one\ntwo", "one"), "two");
  assert.equal(without("one", "one"), "");
  assert.equal(without("one more", "one"), "one more");
  assert.equal(without("one\none", "one"), "one");
});

test("what a template left open is asked for once, and sent when it is meant", () => {
  assert.deepEqual(open("Order {{ order number }} and {{x}}"), { at: 6, text: "{{ order number }}", name: "order number" });
  assert.equal(open("{{}} {x} {{a{b}}"), null);
  const { it, field, held, count } = composer({ limit: "100" });
  field.focus = () => {};
  field.value = "Order {{number}}";
  it.submit();
  assert.deepEqual(held, []);
  assert.match(count.textContent, /in place of {{number}}/);
  it.submit();
  assert.deepEqual(held, ["Order {{number}}"]);
});
