import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped } from "./grouping.js";

test("a number of North America is grouped while it grows", () => {
  const typed = "4155550199";
  const seen = [...typed].map((_, i) => grouped(typed.slice(0, i + 1), "US"));
  assert.deepEqual(seen.slice(0, 6), ["4", "41", "415", "4155", "41555", "415555"], "an extension stays as it is");
  assert.deepEqual(seen.slice(6), ["415-5550", "(415) 555-01", "(415) 555-019", "(415) 555-0199"]);
  for (const step of seen) assert.equal(grouped(step, "US"), step, "what is grouped stays so");
});

test("a number is grouped with its country, and from another country only with it", () => {
  assert.equal(grouped("+16505550104", "US"), "+1 (650) 555-0104");
  assert.equal(grouped("+1650555", "DE"), "+1 (650) 555");
  assert.equal(grouped("16505550104", "CA"), "1 (650) 555-0104");
  assert.equal(grouped("6505550104", "DE"), "6505550104");
});

test("what is no such number stays as it is typed", () => {
  for (const text of ["", "Priya", "*601", "#31#", "1-800-FLOWERS", "+493012345", "415555019912345", "102", "+1", "911"]) assert.equal(grouped(text, "US"), text);
});
