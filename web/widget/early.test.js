// @ts-check
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

class Element extends EventTarget {
  isConnected = true;
  type = "button";
  /** @type {object | null} */ form = null;
  pressed = 0;
  closest() {
    return this;
  }
}

const page = new EventTarget();
Object.assign(globalThis, { Element, MouseEvent: class extends Event {}, addEventListener: page.addEventListener.bind(page) });
const { bring } = await import("./early.js");

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

/** A button of a page, whose module looks after it. @param {Partial<Element>} [how] */
function button(how = {}) {
  const at = Object.assign(new Element(), how);
  at.addEventListener("click", () => at.pressed++);
  return at;
}

/** Presses it as a user does: the page hears of it first. @param {Element} at */
function press(at) {
  const click = new Event("click", { cancelable: true });
  Object.defineProperty(click, "target", { value: at });
  page.dispatchEvent(click);
  if (!click.defaultPrevented) at.dispatchEvent(new Event("click"));
}

/** A module on its way. */
function module() {
  /** @type {(value?: unknown) => void} */
  let come = () => {};
  const brought = bring(new Promise((resolve) => (come = resolve)));
  return async () => (come(), await brought, undefined);
}

test("each press on a key counts once its module has come", async () => {
  const [come, key] = [module(), button()];
  for (let i = 0; i < 3; i++) press(key);
  assert.equal(key.pressed, 0);
  await come();
  assert.equal(key.pressed, 3);
  press(key);
  assert.equal(key.pressed, 4);
});

test("a form is sent once, however often somebody presses before its module has come", async () => {
  const [come, call] = [module(), button({ form: {}, type: "submit" })];
  for (let i = 0; i < 3; i++) press(call);
  await come();
  assert.equal(call.pressed, 1);
});

test("a press on a form whose module takes too long counts no more", async () => {
  const [come, call] = [module(), button({ form: {}, type: "submit" })];
  press(call);
  mock.timers.tick(60_000);
  await come();
  assert.equal(call.pressed, 0);
});

test("other presses do not wait longer than two seconds, and go with their button", async () => {
  const [come, here, gone] = [module(), button(), button()];
  press(here);
  press(gone);
  gone.isConnected = false;
  mock.timers.tick(2_000);
  assert.deepEqual([here.pressed, gone.pressed], [1, 0]);
  await come();
  assert.equal(here.pressed, 1);
});
