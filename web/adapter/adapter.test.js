// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import { gzipSync } from "node:zlib";

const source = readFileSync(new URL("adapter.js", import.meta.url), "utf8");
// The pretend page has no loader of modules: it gets the real file by another way.
const loadable = source.replace("import(", "load(");

/** As much of an element as the adapter touches. */
class Fake extends EventTarget {
  constructor(tag) {
    super();
    Object.assign(this, { tag, attributes: {}, children: [], style: {}, classList: { add() {}, remove() {} }, offsetWidth: 300, offsetHeight: 538, sent: [] });
    this.contentWindow = { postMessage: (data, target) => this.sent.push({ data, target }) };
  }
  setAttribute(name, value) { this.attributes[name] = value; }
  append(...children) { this.children.push(...children); }
  after(child) { this.next = child; }
  attachShadow() { return (this.shadow = this.shadowRoot = new Fake("shadow")); }
  remove() { this.removed = true; }
  focus() {}
}

// What looks.js, which runs outside of the pretend page, finds there.
Object.assign(globalThis, { CSSStyleSheet: class { replaceSync() {} }, addEventListener() {}, BroadcastChannel: class extends EventTarget { close() {} } });

/** Runs the adapter on a pretend page. */
function load({ src = "https://phone.example/adapter.js?clientId=app", script = { src }, stored, ...globals } = {}) {
  const body = new Fake("body");
  const document = Object.assign(new EventTarget(), {
    currentScript: script, body, hidden: true, createElementNS: (ns, tag) => new Fake(tag), querySelector: () => null,
  });
  const window = Object.assign(new EventTarget(), {
    document, URL, URLSearchParams, AbortController, innerWidth: 1280, innerHeight: 800, localStorage: stored ?? {},
    CSSStyleSheet: class { replaceSync() {} }, loaded: [], ...globals,
  });
  window.window = window;
  window.load = (url) => (window.loaded.push(url), import("./more.js"));
  vm.runInNewContext(loadable, window);
  const host = body.children[0];
  const frame = host?.children[0];
  const say = (data, from = {}) => window.dispatchEvent(Object.assign(new Event("message"), { source: frame.contentWindow, origin: "https://phone.example", data, ...from }));
  return { window, document, body, host, frame, say, ready: () => say({ type: "offhook-frame-notify", version: 1, name: "Acme", unread: 0 }) };
}

const click = (page, href, more = {}) => {
  const c = Object.assign(new Event("click", { cancelable: true }), { button: 0, composedPath: () => [{}, { href }], ...more });
  page.document.dispatchEvent(c);
  return c.defaultPrevented;
};

test("the script fits in five kilobytes", () => {
  assert.ok(gzipSync(source, { level: 9 }).length <= 5000);
});

test("the frame gets the script's parameters, and the adapter keeps its own", () => {
  const { frame, host } = load({
    src: "https://phone.example/x/adapter.js?clientId=app&appServer=https%3A%2F%2Fp.example&prefix=acme&zIndex=7&defaultDirection=left&notification=1&popupPageUri=%2Fp.html&brand=",
  });
  assert.equal(frame.attributes.src, "https://phone.example/x/app.html?clientId=app&appServer=https%3A%2F%2Fp.example&prefix=acme&fromAdapter=1");
  assert.equal(frame.attributes.id, "acme-adapter-frame");
  assert.equal(host.style.zIndex, "7");
  assert.match(host.className, /left/);
});

/** Lets everything that needs no time happen, the loading of a module too. */
const settled = async () => {
  await import("./more.js");
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
};

test("commands wait for the frame and go to its origin only", async () => {
  const page = load();
  page.window.RCAdapter.clickToSMS("+1", "Hi");
  page.window.RCAdapter.navigateTo("/settings");
  assert.deepEqual(page.frame.sent, []);
  page.ready();
  await settled();
  assert.deepEqual(page.window.loaded, [], "what every page needs is in the script itself");
  assert.deepEqual(page.frame.sent.map((s) => [s.target, s.data.type]), [
    ["https://phone.example", "rc-adapter-new-sms"],
    ["https://phone.example", "rc-adapter-navigate-to"],
  ]);
});

test("only the frame itself is heard", () => {
  const page = load();
  const forged = { type: "offhook-frame-notify", name: "Forged", unread: 99 };
  page.say(forged, { origin: "https://evil.example" });
  page.say(forged, { source: {} });
  assert.equal(page.frame.title, "Phone");
  page.say(null);
  page.say("text");
  page.ready();
  assert.equal(page.frame.title, "Acme");
});

test("links to numbers open the phone", async () => {
  const page = load();
  page.ready();
  page.window.RCAdapter.setMinimized(true);
  assert.equal(click(page, "tel:+1%20(650)%20555-0101;ext=7"), true);
  assert.equal(click(page, "sms:+16505550101?body=Hello%20there"), true);
  assert.equal(click(page, "SMS:+16505550101&body=from+iOS"), true);
  assert.equal(page.window.RCAdapter.minimized, false);
  await settled();
  assert.deepEqual(page.window.loaded, ["https://phone.example/more.js"]);
  assert.deepEqual(page.frame.sent.map(({ data }) => [data.type, data.phoneNumber, data.text]), [
    ["rc-adapter-new-call", "+1 (650) 555-0101", undefined],
    ["rc-adapter-new-sms", "+16505550101", "Hello there"],
    ["rc-adapter-new-sms", "+16505550101", "from iOS"],
  ]);
});

test("other links and clicks that mean something else are left alone", () => {
  const page = load();
  page.ready();
  assert.equal(click(page, "https://example.com/tel:1"), false);
  assert.equal(click(page, "mailto:a@example.com"), false);
  assert.equal(click(page, "tel:1", { ctrlKey: true }), false);
  assert.equal(click(page, "tel:1", { button: 1 }), false);
  assert.deepEqual(page.frame.sent, []);
});

test("where it was moved to is remembered, and storage that throws is no error", () => {
  const stored = {};
  load({ stored }).window.RCAdapter.setMinimized(true);
  assert.equal(load({ stored }).window.RCAdapter.minimized, true);
  assert.equal(load({ stored: { "rc-widget-adapter": "not json" } }).window.RCAdapter.minimized, false);
  const page = load({ stored: new Proxy({}, { get() { throw new Error("denied"); }, set() { throw new Error("denied"); } }) });
  assert.equal(page.window.RCAdapter.closed, false);
});

test("a phone that may not be minimized cannot be", () => {
  const page = load({ src: "https://phone.example/adapter.js?clientId=app&disableMinimize=1" });
  page.window.RCAdapter.toggleMinimized();
  assert.equal(page.window.RCAdapter.minimized, false);
});

test("starting can be left to the page, and ends with dispose", () => {
  const page = load({ RC_EMBEDDABLE_ADAPTER_MANUAL_INIT: true });
  assert.equal(page.body.children.length, 0);
  page.window.RCAdapterInit({ appUrl: "https://phone.example/other.html", options: { clientId: "other" } });
  const [host] = page.body.children;
  assert.equal(host.children[0].attributes.src, "https://phone.example/other.html?clientId=other&fromAdapter=1");
  page.window.RCAdapterDispose();
  assert.equal(host.removed, true);
  assert.equal(page.window.RCAdapter, undefined);
  assert.equal(click(page, "tel:1"), false);
});

test("the badge shows how many are unread", () => {
  const page = load();
  page.say({ type: "offhook-frame-notify", name: "Acme", unread: 120 });
  const pill = page.host.shadow.children[1];
  assert.equal(pill.attributes["aria-label"], "Open Acme, 120 unread");
  assert.equal(pill.children[1].textContent, "99+");
});

test("a phone that is put on the page and taken off it again and again leaves nothing behind", async () => {
  let listening = 0;
  const count = (target) => {
    const { addEventListener } = target;
    target.addEventListener = (type, fn, options) => {
      if (options?.signal?.aborted) return;
      listening++;
      options?.signal?.addEventListener("abort", () => listening--);
      return addEventListener.call(target, type, fn, options);
    };
  };
  const page = load({ RC_EMBEDDABLE_ADAPTER_MANUAL_INIT: true });
  for (const target of [page.window, page.document]) count(target);
  for (let i = 0; i < 2; i++) {
    const first = page.window.RCAdapterInit();
    assert.equal(page.window.RCAdapterInit(), first, "a second start is the same phone");
    assert.ok(listening > 0);
    const early = first.ready();
    page.window.RCAdapterDispose();
    page.window.RCAdapterDispose();
    await assert.rejects(early, /taken off the page/);
    assert.equal(listening, 0);
    assert.equal(page.window.RCAdapter, undefined);
  }
  assert.ok(page.body.children.every((host) => host.removed));
});

test("a number that is badly escaped goes to the phone as it stands", async () => {
  const page = load();
  page.ready();
  assert.equal(click(page, "tel:%E0%A4%A"), true);
  await settled();
  assert.equal(page.frame.sent.at(-1).data.phoneNumber, "%E0%A4%A");
});

test("the phone comes up when its frame asks for it", () => {
  const page = load();
  page.ready();
  page.window.RCAdapter.setMinimized(true);
  page.say({ type: "offhook-open-notify" }, { origin: "https://evil.example" });
  assert.equal(page.window.RCAdapter.minimized, true);
  page.say({ type: "offhook-open-notify" });
  assert.equal(page.window.RCAdapter.minimized, false);
});

test("loaded as a module it knows its own address from the start only", () => {
  const page = load({ script: null, RC_EMBEDDABLE_ADAPTER_MANUAL_INIT: true });
  page.window.RCAdapterInit({ appUrl: "https://phone.example/app.html", options: { clientId: "app" } });
  assert.equal(page.body.children[0].children[0].attributes.src, "https://phone.example/app.html?clientId=app&fromAdapter=1");
});

test("in a window of its own the phone has what the window's address says", async () => {
  const page = load({ src: "https://phone.example/adapter.js", __ON_RC_POPUP_WINDOW: 1, location: "https://phone.example/popup.html?clientId=app&zIndex=3&newAdapterUI=1", innerWidth: 300 });
  assert.equal(page.frame.attributes.src, "https://phone.example/app.html?clientId=app&fromPopup=1&fromAdapter=1");
  await settled();
  await import("./looks.js");
  await settled();
  assert.equal(page.window.RCAdapter.minimized, false, "a narrow window is no reason to minimize");
});

test("an option that is false is not there", () => {
  const page = load({ RC_EMBEDDABLE_ADAPTER_MANUAL_INIT: true });
  page.window.RCAdapterInit({ options: { disableMessages: false, disableContacts: true } });
  assert.equal(page.body.children[0].children[0].attributes.src, "https://phone.example/app.html?clientId=app&disableContacts=true&fromAdapter=1");
});

test("a page that asks for notifications, and no other, loads what makes them", async () => {
  const asking = load({ src: "https://phone.example/adapter.js?clientId=app&notification=1" });
  const other = load();
  await settled();
  assert.deepEqual([asking.window.loaded, other.window.loaded], [["https://phone.example/more.js"], []]);
});
