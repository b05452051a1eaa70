// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const heard = [];
globalThis.window = globalThis;
globalThis.addEventListener = (type, f) => type === "keydown" && heard.push(f);
globalThis.matchMedia = () => ({ matches: false, addEventListener() {} });
globalThis.location = new URL("http://phone.test/app.html");
globalThis.Element = class {};
/** Somewhere in the page, within what these selectors find. */
globalThis.HTMLElement = class extends Element {
  dataset = {};
  within = [];
  closest = (what) => this.within.find((w) => what.split(/, ?/).includes(w)) ?? null;
};
/** The buttons of calls, of which those of one that rings come first. */
let buttons = [];
globalThis.document = Object.assign(new EventTarget(), {
  body: Object.assign(new HTMLElement(), { dataset: { signedIn: "true" } }), documentElement: { dataset: {} }, getElementById: () => null,
  querySelector: () => null, querySelectorAll: (what) => buttons.filter((b) => what.startsWith("body") || b.rings),
});
await import("./keys.js");

/** @param {string} key @param {string} call @param {object} [more] */
function button(key, call, more) {
  const at = Object.assign(new HTMLElement(), { pressed: 0, click: () => at.pressed++, getAttribute: () => `Shift+${key}`, checkVisibility: () => !at.hidden, matches: () => Boolean(at.covered), ...more });
  at.dataset.call = call;
  return at;
}

let clock = 0;
/** Presses Shift and a letter, and says whether it did something. @param {string} key @param {object} [more] */
function press(key, more) {
  const e = { key, shiftKey: true, target: document.activeElement, timeStamp: clock, defaultPrevented: false, preventDefault: () => (e.defaultPrevented = true), stopPropagation: () => (e.stopped = true), ...more };
  for (const f of heard) e.stopped || f(e);
  return e.defaultPrevented;
}

beforeEach(() => {
  clock += 10_000;
  document.activeElement = document.body;
});

test("Shift and a letter press the button that names them, where anybody could", () => {
  const [hidden, covered, open] = (buttons = [button("M", "c-1", { hidden: true }), button("M", "c-1", { covered: true }), button("M", "c-1")]);
  assert.ok(press("M"));
  assert.ok(press("m"), "with caps lock the letter is a small one");
  assert.deepEqual(buttons.map((b) => b.pressed), [0, 0, 2]);
  open.hidden = true;
  assert.ok(!press("M"));
  assert.deepEqual([hidden.pressed, covered.pressed, open.pressed], [0, 0, 2]);
});

test("the browser's keys, a letter alone and what somebody writes press nothing", () => {
  buttons = [button("E", "c-1")];
  for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { isComposing: true }, { shiftKey: false }]) assert.ok(!press("E", more), JSON.stringify(more));
  for (const place of ["textarea", "select", "[contenteditable]", "[role=menu]"]) {
    document.activeElement = Object.assign(new HTMLElement(), { within: [place] });
    assert.ok(!press("E"), place);
  }
  assert.equal(buttons[0].pressed, 0);
});

test("a key that is held presses once", () => {
  buttons = [button("H", "c-1")];
  press("H");
  for (let i = 0; i < 3; i++) press("H", { repeat: true });
  assert.equal(buttons[0].pressed, 1);
});

test("whoever presses twice means one call, and not the one that takes its place", () => {
  const [first, next] = [button("E", "c-1"), button("E", "c-2")];
  buttons = [first];
  press("E");
  buttons = [next];
  for (let i = 0; i < 3; i++) {
    clock += 200;
    press("E");
  }
  assert.deepEqual([first.pressed, next.pressed], [1, 0]);
  clock += 1_000;
  press("E");
  assert.equal(next.pressed, 1);
});

test("what is switched off and on may be pressed again at once", () => {
  buttons = [button("M", "c-1")];
  press("M");
  press("M");
  assert.equal(buttons[0].pressed, 2);
});

test("switched off, no key does anything", async () => {
  buttons = [button("A", "c-1", { rings: true })];
  const like = (keys) => document.dispatchEvent(new CustomEvent("oh:preferences", { detail: { keys } }));
  like("off");
  assert.ok(!press("A"));
  like("");
  assert.ok(press("A"));
  assert.equal(buttons[0].pressed, 1);
});
