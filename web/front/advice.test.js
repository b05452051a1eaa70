// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { advise } from "./advice.js";

/** @param {Partial<import("./advice.js").Described> & {name: string}} d */
const described = (d) => ({ label: d.name, entry: "text", script: false, needs: "", clashes: [], ...d });
const all = [
  described({ name: "clientId" }),
  described({ name: "zIndex", entry: "number", script: true }),
  described({ name: "popupPageUri", entry: "url", needs: "enablePopup" }),
  described({ name: "embedderPolicy", needs: "authMode=sso" }),
  described({ name: "notification", entry: "switch", clashes: [{ with: "disableMessages", sentence: "There are no texts." }] }),
];

/** @param {Record<string, string>} values @param {"script" | "frame"} [form] */
const said = (values, form = "script") => advise(all, new Map(Object.entries(values)), form).map((a) => `${a.wrong ? "!" : ""}${a.sentence}`);

test("what is in order needs no word", () => {
  assert.deepEqual(said({ clientId: "abc", zIndex: "7", popupPageUri: "/popup.html", enablePopup: "1", embedderPolicy: "none", authMode: "sso", notification: "1" }), []);
});

test("what is wrong comes first", () => {
  assert.deepEqual(said({ zIndex: "high", embedderPolicy: "none", authMode: "other" }, "frame"), [
    "!zIndex must be a whole number.",
    "zIndex is read by adapter.js, so it is left out of a bare frame.",
    "embedderPolicy does nothing without authMode=sso.",
  ]);
});

test("what contradicts is said", () => {
  assert.deepEqual(said({ notification: "1", disableMessages: "1", popupPageUri: "http://[", }), [
    "!popupPageUri must be an address, such as https://crm.example.com/page.html.",
    "popupPageUri does nothing without enablePopup.",
    "notification: There are no texts.",
  ]);
});

test("a secret is recognised in whichever field it was put", () => {
  for (const secret of ["eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMDEifQ.c2lnbmF0dXJl", "OHEK_abc"]) assert.match(said({ clientId: secret })[0], /^!clientId looks like/);
});
