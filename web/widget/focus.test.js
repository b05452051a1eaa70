// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

globalThis.HTMLElement = class {
  focus() {
    document.activeElement = this;
  }
};
globalThis.document = { body: new HTMLElement(), hasFocus: () => true, getElementById: (id) => list.find((row) => row.id === id) ?? null };
const { after } = await import("./focus.js");

/** The list, and the heading above it. */
let list, heading;
const box = { querySelectorAll: () => list };
const view = { querySelector: () => heading };
/** @param {string} id */
function row(id) {
  const link = new HTMLElement();
  return Object.assign(new HTMLElement(), { id, link, isConnected: true, closest: (s) => (s === ".view" ? view : box), querySelector: () => link, contains: (at) => at === link });
}

beforeEach(() => {
  list = ["a", "b", "c"].map(row);
  heading = new HTMLElement();
  document.activeElement = document.body;
});

test("the row that follows has the focus of the one that is gone", () => {
  const follow = after([list[1]]);
  list.splice(1, 1);
  follow();
  assert.equal(document.activeElement, list[1].link);
});

test("what was drawn anew meanwhile is found again", () => {
  const [, gone, next] = list;
  const follow = after([gone]);
  next.isConnected = false;
  list = [row("a"), row("c")];
  follow();
  assert.equal(document.activeElement, list[1].link);
});

test("of several, the one after the last follows", () => {
  after([list[1], list[0]])();
  assert.equal(document.activeElement, list[2].link);
});

test("after the last row comes the heading", () => {
  after([list[2]])();
  assert.equal(document.activeElement, heading);
});

test("whoever went elsewhere stays there", () => {
  const elsewhere = (document.activeElement = new HTMLElement());
  after([list[0]])();
  assert.equal(document.activeElement, elsewhere);
  after([])();
  assert.equal(document.activeElement, elsewhere);
});

test("what still has the focus in the row passes it on", () => {
  document.activeElement = list[0].link;
  after([list[0]])();
  assert.equal(document.activeElement, list[1].link);
});
