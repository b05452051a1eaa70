// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { mock, test } from "node:test";

process.env.TZ = "Europe/Berlin";
Object.defineProperty(globalThis, "navigator", { value: { language: "en-GB" }, configurable: true });
globalThis.document = { addEventListener() {}, querySelectorAll: () => [] };
mock.timers.enable({ apis: ["setInterval"] });
const { daysAgo, tell } = await import("./times.js");

const now = new Date("2026-11-20T09:00:00+01:00");

test("days are counted by the calendar, not by hours", () => {
  assert.equal(daysAgo(new Date("2026-11-19T23:59:00+01:00"), now), 1);
  assert.equal(daysAgo(new Date("2026-11-20T00:01:00+01:00"), now), 0);
});

test("a day of 25 hours is one day", () => {
  assert.equal(daysAgo(new Date("2026-10-24T12:00:00+02:00"), new Date("2026-10-26T01:00:00+01:00")), 2);
});

test("a row tells the time today, then the day, then the date", () => {
  const at = (iso) => tell(new Date(iso), now, "row");
  assert.equal(at("2026-11-20T08:05:00+01:00"), "08:05");
  assert.equal(at("2026-11-19T08:05:00+01:00"), "Yesterday");
  assert.equal(at("2026-11-17T08:05:00+01:00"), "Tue");
  assert.equal(at("2026-10-02T08:05:00+02:00"), "2 Oct");
  assert.equal(at("2025-10-02T08:05:00+02:00"), "2 Oct 2025");
});

test("a line between messages names the day in full", () => {
  const at = (iso) => tell(new Date(iso), now, "day");
  assert.equal(at("2026-11-20T08:05:00+01:00"), "Today");
  assert.equal(at("2026-11-17T08:05:00+01:00"), "Tuesday");
});

test("a clock that runs ahead says today", () => {
  assert.equal(tell(new Date("2026-11-21T00:30:00+01:00"), now, "day"), "Today");
});

test("a moment is told with its day and year", () => {
  assert.equal(tell(new Date("2025-10-02T08:05:00+02:00"), now, "moment"), "2 Oct 2025, 08:05");
});
