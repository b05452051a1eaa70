// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
const pass = (ms) => mock.timers.tick(ms);
const kept = new Map();
globalThis.localStorage = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) };
globalThis.sessionStorage = globalThis.localStorage;
globalThis.location = { search: "", hash: "" };
globalThis.matchMedia = () => ({ addEventListener() {} });
globalThis.HTMLTextAreaElement = class {
  form = { id: "composer" };
  value = "";
};
const field = new HTMLTextAreaElement();
const page = Object.assign(new EventTarget(), { body: { dataset: { key: "k", signedIn: "true", route: "/conversations/7" } }, querySelector: () => field });
globalThis.document = page;
const { on, placeOf, set } = await import("./typing.js");

const say = (type, detail) => page.dispatchEvent(new CustomEvent(type, { detail }));
function write(value) {
  field.value = value;
  const e = new Event("input");
  Object.defineProperty(e, "target", { value: field });
  page.dispatchEvent(e);
}
/** What is said of a text that is offered. */
function offer(id, path = "/panel/conversations/7/messages") {
  const body = new URLSearchParams({ id });
  say("oh:offer", { path, body });
  return body.get("typed");
}
const leave = () => say("oh:leave", { path: "/conversations/7" });

beforeEach(() => {
  say("oh:session", { signedIn: false });
  field.value = "";
  set(true);
});

test("the page's word counts more than the address, and nothing is timed without either", () => {
  kept.clear();
  assert.equal(on(), false);
  location.search = "?enableTypingTimeTracking=1";
  assert.equal(on(), true);
  set(false);
  write("a");
  pass(500);
  assert.equal(offer("t0"), null);
  location.search = "";
});

test("time runs from the first character, not while the writer is elsewhere, and ends when it is sent", () => {
  pass(900);
  write("H");
  pass(1000);
  write("He");
  leave();
  pass(60_000);
  write("Hel");
  pass(500);
  assert.equal(offer("t1"), "1500");
  assert.equal(offer("t1"), "1500", "offered again");
  say("oh:texting", { state: "sent", id: "t1" });
  assert.equal(offer("t2"), null, "the next text begins anew");
});

test("who leaves nothing behind was not writing, and who fails goes on", () => {
  write("H");
  pass(1000);
  field.value = "";
  leave();
  write("A");
  pass(200);
  assert.equal(offer("t3"), "200");
  say("oh:texting", { state: "failed", id: "t3" });
  write("Ab");
  pass(300);
  assert.equal(offer("t4"), "500");
});

test("each conversation has a clock, and new texts share one", () => {
  assert.deepEqual(["/conversations/a%3Ab", "/composeText", "/settings", "/messages"].map(placeOf), ["a:b", "", null, null]);
  write("H");
  pass(100);
  assert.equal(offer("t5", "/panel/composeText"), null);
  assert.equal(offer("t6"), "100");
});
