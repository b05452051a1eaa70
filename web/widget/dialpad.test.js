import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dialable, numberIn } from "./dialpad.js";

describe("a number that somebody has written", () => {
  for (const [why, written, calls] of [
    ["is called by its digits", "(650) 555-0102", "6505550102"],
    ["keeps the plus that it begins with, and no other", "+1 (650) 555+0102", "+16505550102"],
    ["keeps stars and pound signs", "*86#", "*86#"],
    ["may have words in it, which are keys", "1-800-FLOWERS", "18003569377"],
    ["is none where it begins as a name does", "Ada 2", ""],
    ["is none where nothing is written", "  ", ""],
  ]) it(why, () => assert.equal(dialable(written), calls));
});

describe("a number in what somebody has copied", () => {
  for (const [why, copied, found] of [
    ["is found between words", "Call me at (650) 555-0102, Ada", "(650) 555-0102"],
    ["is found in a link", "tel:+16505550102", "+16505550102"],
    ["is the longest of several", "Room 12, +49 30 901820 or 0171 2", "+49 30 901820"],
    ["keeps the hyphens that typesetters use", "650\u2011555\u20110102", "650\u2011555\u20110102"],
    ["is none in words alone", "Ada Lovelace", ""],
    ["is none in a few digits", "at 5 or 12", ""],
  ]) it(why, () => assert.equal(numberIn(copied), found));
});
