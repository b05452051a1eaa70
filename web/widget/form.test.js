// @ts-nocheck: the pretend page is as much of the DOM as a form touches.
import assert from "node:assert/strict";
import { test } from "node:test";

/** A form with one text field per name, drawn by a server that says what it is told to. */
class Page {
  answers = [];
  asked = [];
  told = [];
  drawn = { turn: 0, values: {} };

  constructor(values, turn = 1) {
    this.drawn = { turn, values };
    this.fields = Object.fromEntries(Object.keys(values).map((name) => [name, { tagName: "INPUT", type: "text", value: String(values[name]), dataset: { type: "string" }, name, getAttribute: () => JSON.stringify([name]), closest: (s) => (s.includes("data-path") ? this.fields[name] : null) }]));
    for (const f of Object.values(this.fields)) Object.setPrototypeOf(f, HTMLElement.prototype);
    this.listeners = {};
    this.root = Object.assign(new HTMLElement(), {
      dataset: { page: "p", turn: String(turn), kind: "page" },
      addEventListener: (type, f) => (this.listeners[type] ??= []).push(f),
      querySelector: (s) => (s === "[data-form]" ? this.form : null),
      querySelectorAll: () => [],
    });
    this.form = Object.assign(new HTMLElement(), {
      dataset: { values: JSON.stringify(values), needs: "[]" },
      hasAttribute: (a) => a === "data-reactive" && this.reactive,
      querySelectorAll: (s) => (s.startsWith("[data-path]") ? Object.values(this.fields) : []),
      matches: () => false,
    });
    globalThis.DOMParser = class {
      parseFromString = () => ({ querySelector: () => Object.assign(new HTMLElement(), { dataset: { turn: String(page.drawn.turn) }, matches: () => false, querySelector: () => Object.assign(new HTMLElement(), { dataset: { values: JSON.stringify(page.drawn.values) } }) }) });
    };
    globalThis.htmx = { swap: async () => void (this.form.dataset.values = JSON.stringify(this.drawn.values)) };
    const page = this;
    this.ties = {
      draw: async (filled) => {
        this.asked.push(filled);
        if (filled.turn >= this.server.turn) this.drawn = { turn: this.server.turn, values: filled.formData };
        else this.drawn = structuredClone(this.server);
        await this.onDraw?.();
        return "html";
      },
      input: (formData, keys) => {
        this.told.push({ formData, keys });
        return new Promise((resolve) => this.answers.push(resolve));
      },
      press: async () => {},
      submit: async () => {},
      say: () => {},
    };
    this.server = { turn, values };
  }

  type(name, text) {
    this.fields[name].value = text;
    for (const f of this.listeners.input) f({ target: this.fields[name] });
  }

  async answerAll() {
    for (const done of this.answers.splice(0)) done();
    await settled();
  }

  /** The host page sets values. */
  set(values) {
    this.server = { turn: this.server.turn + 1, values };
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
class Fake {}
globalThis.HTMLElement = globalThis.Element = Fake;
globalThis.HTMLButtonElement = class {};
globalThis.HTMLDetailsElement = class {};
globalThis.CSS = { escape: (s) => s };
globalThis.document = { activeElement: null, querySelector: () => null, getElementById: () => null };
const { files, Form, light } = await import("./form.js");

test("each change is told with all values and the names that changed", () => {
  const page = new Page({ name: "", note: "n" });
  const form = new Form(page.root, page.ties);
  page.type("name", "A");
  page.type("name", "A");
  page.type("note", "");
  assert.deepEqual(page.told, [
    { formData: { name: "A", note: "n" }, keys: ["name"] },
    { formData: { name: "A" }, keys: ["note"] },
  ]);
  form.close();
});

test("the host page's values are taken where nobody is typing", async () => {
  const page = new Page({ name: "a", note: "n" });
  const form = new Form(page.root, page.ties);
  page.set({ name: "Host", note: "Host" });
  await form.redraw();
  assert.deepEqual(form.values, { name: "Host", note: "Host" });
  assert.equal(page.fields.name.value, "Host");
});

test("a late repetition of what was typed takes nothing away", async () => {
  const page = new Page({ name: "", note: "" });
  const form = new Form(page.root, page.ties);
  for (const text of ["a", "ab", "abc"]) page.type("name", text);
  await page.answerAll();
  page.set({ name: "ab", note: "set" });
  await form.redraw();
  assert.equal(page.fields.name.value, "abc");
  assert.equal(page.fields.note.value, "set");
});

test("what is typed while the server draws stays", async () => {
  const page = new Page({ name: "a" });
  const form = new Form(page.root, page.ties);
  page.set({ name: "Host" });
  page.onDraw = () => {
    page.onDraw = null;
    page.type("name", "typed");
  };
  await form.redraw();
  assert.equal(page.fields.name.value, "typed");
});

test("a tab that is sent while it is drawn is checked after that, and sent", async () => {
  const page = new Page({ name: "" });
  page.root.dataset.kind = "tab";
  const { querySelector } = page.root;
  const button = { disabled: false, getAttribute: () => null, setAttribute() {}, removeAttribute() {} };
  page.root.querySelector = (s) => (s === "[data-submit]" ? button : querySelector(s));
  const [said, sent] = [[], []];
  const form = new Form(page.root, { ...page.ties, say: (sentence) => said.push(sentence), submit: async (values) => sent.push(values) });
  let drawn = () => {};
  page.onDraw = () => ((page.onDraw = null), new Promise((resolve) => (drawn = resolve)));
  const drawing = form.redraw();
  page.type("name", "Ada");
  const sending = form.submit();
  drawn();
  await Promise.all([drawing, sending]);
  assert.deepEqual([said, sent, page.asked.at(-1).check], [[], [{ name: "Ada" }], true]);
});

test("an answer that changes what was typed is shown once the page has answered", async () => {
  const page = new Page({ name: "" });
  const form = new Form(page.root, page.ties);
  page.type("name", "ada");
  page.set({ name: "ADA" });
  await form.redraw();
  assert.equal(page.fields.name.value, "ada", "before the answer");
  await page.answerAll();
  assert.equal(page.fields.name.value, "ADA", "after it");
  // The next key stroke goes on from there.
  page.type("name", "ADA L");
  assert.equal(form.values.name, "ADA L");
});

test("fields that depend on others are drawn again, and the last state counts", async () => {
  const page = new Page({ kind: "" });
  page.reactive = true;
  new Form(page.root, page.ties);
  page.type("kind", "a");
  page.type("kind", "ab");
  await settled();
  assert.equal(page.asked.at(-1).formData.kind, "ab");
});

test("what was kept is shown again, unless the host page has set other values since", () => {
  const page = new Page({ name: "first" }, 5);
  assert.equal(new Form(page.root, page.ties, { values: { name: "mine" }, turn: 5 }).values.name, "mine");
  assert.equal(new Form(page.root, page.ties, { values: { name: "mine" }, turn: 4 }).values.name, "first");
});

test("files stay in the page: the server is not sent what is in them, and they come back", () => {
  const file = { dataURL: "data:,abc", name: "a.txt", size: 3, type: "text/plain" };
  const values = { papers: [file], logo: file, note: "n" };
  const out = light(values);
  assert.equal(out.papers[0].dataURL, "");
  assert.equal(out.logo.dataURL, "");
  assert.equal(out.note, "n");
  assert.deepEqual(files(out, values), values);
  assert.equal(files({ logo: { ...file, dataURL: "", name: "other" } }, values).logo.dataURL, "");
});
