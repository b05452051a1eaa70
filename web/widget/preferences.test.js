// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const listeners = {};
let reloads = 0;
/** A field that something is typed into, where there is one. */
let search = null;
const root = { lang: "en-US", dataset: {} };
globalThis.document = {
  documentElement: root,
  body: { dataset: { signedIn: "true", route: "/messages" } },
  querySelector: () => search,
  addEventListener: (type, f, { once } = {}) => {
    const all = (listeners[type] ??= new Set());
    const heard = once ? (e) => (all.delete(heard), f(e)) : f;
    all.add(heard);
  },
  dispatchEvent: (e) => [...(listeners[e.type] ?? [])].forEach((f) => f(e)),
};
globalThis.CustomEvent = class {
  constructor(type, options) {
    this.type = type;
    this.detail = options?.detail;
  }
};
globalThis.history = { state: null, replaceState: (state) => (history.state = state) };
globalThis.location = { reload: () => reloads++ };
globalThis.getComputedStyle = () => ({ color: "" });
const { ask } = await import("./ask.js");
await import("./preferences.js");
const tell = (type, detail) => document.dispatchEvent(new CustomEvent(type, { detail }));

beforeEach(() => {
  reloads = 0;
  history.state = null;
  root.lang = "en-US";
  root.dataset = {};
});

test("another language draws the page anew, once for each choice", () => {
  tell("oh:preferences", { language: "fr-FR" });
  assert.equal(reloads, 1);
  tell("oh:preferences", { language: "fr-FR" }); // the server could not draw it
  assert.equal(reloads, 1);
  tell("oh:preferences", { language: "en-US" });
  assert.equal(reloads, 1);
});

test("taking a choice back draws it in the browser's language", () => {
  root.lang = root.dataset.language = "fr-FR";
  tell("oh:preferences", {});
  assert.equal(reloads, 1);
});

test("a form is finished in the language that it was begun in", () => {
  document.body.dataset.route = "/messages/fax/new";
  tell("oh:preferences", { language: "fr-FR" });
  assert.equal(reloads, 0);
  document.body.dataset.route = "/messages";
  tell("oh:route", {});
  assert.equal(reloads, 1);
});

test("a search that somebody reads the results of is not thrown away", () => {
  search = {};
  tell("oh:preferences", { language: "fr-FR" });
  assert.equal(reloads, 0);
  search = null;
  tell("oh:route", {});
  assert.equal(reloads, 1);
});

test("the end of a session leaves the page, so that it can say why", () => {
  root.lang = root.dataset.language = "fr-FR";
  root.dataset.theme = "dark";
  tell("oh:session", { signedIn: false, reason: "everywhere" });
  assert.equal(reloads, 0);
  assert.equal(root.dataset.theme, undefined);
});

test("a page that alone knows its session is never drawn anew", async () => {
  globalThis.fetch = async () => new Response("{}", { headers: { "X-Offhook-Session": "handle" } });
  await ask("/session");
  tell("oh:preferences", { language: "fr-FR" });
  assert.equal(reloads, 0);
});
