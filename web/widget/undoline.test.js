// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

mock.timers.enable({ apis: ["setTimeout"] });

/** What the line at the top consists of. */
class Part extends EventTarget {
  dataset = {};
  parts = [];
  setAttribute() {}
  append(...parts) {
    this.parts.push(...parts);
  }
  replaceChildren(...parts) {
    this.parts = parts;
  }
  remove() {
    strips.parts = strips.parts.filter((part) => part !== this);
  }
}
const strips = new Part();
globalThis.document = Object.assign(new EventTarget(), { createElement: () => new Part(), querySelector: () => strips });
const { close, offer, UNDO } = await import("./undoline.js");

/** What the lines say. */
const said = () => strips.parts.map((box) => box.parts[0].parts.join(""));
const undo = async () => {
  strips.parts[0].parts[1].dispatchEvent(new Event("click"));
  await new Promise(setImmediate);
};

let undone, gone;
/** @param {string} name @param {object} [more] */
function remove(name, more = {}) {
  const works = async () => Boolean(undone.push(name));
  offer([`${name} was deleted.`], more.undo ?? works, { ms: UNDO, kind: "fax", many: (n) => `${n} faxes were deleted.`, gone: () => gone.push(name), ...more });
}

beforeEach(() => {
  close();
  [undone, gone] = [[], []];
});

test("one is said by its name, and comes back", async () => {
  remove("A");
  assert.deepEqual(said(), ["A was deleted."]);
  await undo();
  assert.deepEqual([said(), undone, gone], [[], ["A"], []]);
});

test("what is deleted next joins the line, and all of it comes back", async () => {
  remove("A");
  remove("B", { count: 2 });
  assert.deepEqual(said(), ["3 faxes were deleted."]);
  await undo();
  assert.deepEqual([said(), undone, gone], [[], ["A", "B"], []]);
});

test("each leaves the line in its own time", () => {
  remove("A");
  mock.timers.tick(UNDO - 1);
  remove("B");
  mock.timers.tick(1);
  assert.deepEqual([said(), gone], [["B was deleted."], ["A"]]);
  mock.timers.tick(UNDO);
  assert.deepEqual([said(), gone], [[], ["A", "B"]]);
});

test("what is of another kind, or of none, replaces the line", () => {
  remove("A");
  remove("B", { kind: "voicemail" });
  assert.deepEqual([said(), gone], [["B was deleted."], ["A"]]);
  remove("C", { kind: "" });
  remove("D", { kind: "" });
  assert.deepEqual([said(), gone], [["D was deleted."], ["A", "B", "C"]]);
});

test("what cannot be undone stays in the line", async () => {
  remove("A");
  remove("B", { undo: async () => false });
  await undo();
  assert.deepEqual([said(), undone, gone], [["B was deleted."], ["A"], []]);
});

test("nothing is over while it is being undone, and a closed line ends what is left", async () => {
  let answer;
  remove("A", { undo: () => new Promise((resolve) => (answer = resolve)) });
  await undo();
  mock.timers.tick(UNDO);
  assert.deepEqual([said(), gone], [["A was deleted."], []]);
  close();
  answer(false);
  await new Promise(setImmediate);
  assert.deepEqual([said(), gone], [[], ["A"]]);
});
