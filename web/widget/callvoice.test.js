// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

const page = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : page), apply: () => page });
globalThis.document = page;
globalThis.matchMedia = page;
const { spoken, switched } = await import("./callvoice.js");

const out = (state, more) => ({ id: "c", direction: "Outbound", number: "+16505550102", began: "2026-11-21T12:00:00Z", state, ...more });

test("who called somebody hears that they have answered, once", () => {
  assert.equal(spoken(out("ringing"), out("connected")), "Connected");
  assert.equal(spoken(out("dialing"), out("connected")), "Connected");
  for (const [was, is] of [["dialing", "ringing"], ["connected", "connected"], ["held", "connected"], ["ringing", "ended"]]) assert.equal(spoken(out(was), out(is)), "", `${was} to ${is}`);
});

test("whoever answers has the page of the call read out, and nothing else", () => {
  const to = (state) => ({ ...out(state), direction: "Inbound" });
  assert.equal(spoken(to("ringing"), to("connected")), "");
});

test("it is said that a call is recorded, and that it is not any more", () => {
  assert.equal(spoken(out("connected"), out("connected", { recording: true })), "The call is being recorded.");
  assert.equal(spoken(out("connected", { recording: true }), out("held")), "The call is not recorded any more.");
  assert.equal(spoken(out("connected", { recording: true }), out("ended")), "");
});

test("it is said what a key has done: muted, not muted any more, and taken up again", () => {
  const said = (was, is) => switched(was, is)?.sentence;
  assert.equal(said(out("connected"), out("connected", { muted: true })), "Muted");
  assert.equal(said(out("connected", { muted: true }), out("connected", { muted: false })), "You are not muted any more.");
  for (const more of [{}, { muted: true }]) assert.equal(said(out("held", more), out("connected", more)), "The call goes on.");
  assert.equal(said(out("connected"), out("held")), undefined, "which is drawn where it is read out");
  for (const was of [out("connected", { muted: true }), out("held")]) assert.equal(said(was, out("ended")), undefined);
});
