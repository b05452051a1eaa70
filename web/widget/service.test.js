// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

const anything = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : key === "then" ? undefined : anything), apply: () => anything });
const page = new EventTarget();
page.body = { dataset: { key: "k", signedIn: "false" } };
page.querySelector = page.getElementById = () => null;
page.querySelectorAll = () => [];
page.documentElement = { lang: "en", dataset: {} };
globalThis.document = page;
globalThis.window = Object.assign(new EventTarget(), { parent: null });
globalThis.addEventListener = () => {};
globalThis.location = { search: "", hash: "" };
globalThis.matchMedia = anything;
globalThis.HTMLElement = class {};
globalThis.BroadcastChannel = undefined; // one that is open keeps node alive

// A server that keeps what it is told by user, as ours does.
let user = "ada";
let posted = [];
globalThis.fetch = async (url, init) => {
  if (!/\/service(\?first=1)?$/.test(url)) return new Response("", { status: 404 });
  const message = init?.body && JSON.parse(init.body);
  if (message) posted.push({ user, first: url.includes("first"), ...message });
  return Response.json({ warnings: [], service: message?.service ? { name: message.service.name, paths: {}, flags: {} } : null, user });
};
// Lets everything run that waits for nothing.
const settle = () => new Promise((resolve) => setImmediate(resolve));

const { forAnyone, take } = await import("./service.js");
await settle();
// The modules that draw have nothing to draw in here.
page.getElementById = () => anything;
page.querySelector = () => anything;

const registration = { type: "rc-adapter-register-third-party-service", service: { name: "Acme", authorizationPath: "/authorize", authorized: true, authorizedAccount: "ada@acme.example" } };

async function session(signedIn, whose = user) {
  user = whose;
  page.body.dataset.signedIn = String(signedIn);
  page.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn } }));
  await settle();
}

test("what a page says before anybody is signed in is the first user's", async () => {
  take(registration);
  await session(true, "ada");
  assert.deepEqual(posted, [{ user: "ada", first: true, ...registration }]);
});

test("whoever signs in again finds their account; somebody else does not", async () => {
  take({ type: "rc-adapter-update-authorization-status", authorized: true, authorizedAccount: "ada@other.example" });
  await settle();
  posted = [];
  await session(false);
  await session(true, "ada");
  assert.deepEqual(posted.map((m) => m.authorizedAccount ?? m.service?.authorizedAccount), ["ada@acme.example", "ada@other.example"]);

  posted = [];
  await session(false);
  await session(true, "ben");
  assert.deepEqual(posted, [{ user: "ben", first: true, type: registration.type, service: { name: "Acme", authorizationPath: "/authorize" } }]);

  posted = [];
  await session(false);
  user = "ada";
  page.body.dataset.signedIn = "true";
  page.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: true } }));
  take({ type: "rc-adapter-update-authorization-status", authorized: true, authorizedAccount: "said to Ada" });
  await settle();
  assert.deepEqual(posted.map((m) => m.authorizedAccount ?? m.service.name), ["Acme", "said to Ada"], "what the page says meanwhile counts");
});

test("a page that empties its path wants to be asked no more", () => {
  const say = (service) => (take({ type: registration.type, service: { name: "Acme", ...service } }), page.body.dataset.guarded);
  assert.deepEqual([say({ doNotContactPath: "/d" }), say({}), say({ doNotContactPath: "" }), say({ doNotContactPath: "/d" }), say({ doNotContactPath: null })], ["1", "1", undefined, "1", undefined]);
});

test("a service that needs no authorization has no account to lose", () => {
  const open = { type: registration.type, service: { name: "Open", authorized: true } };
  const banner = { type: "rc-adapter-update-customized-banner", banner: null };
  assert.deepEqual(forAnyone([open, { type: "rc-adapter-refresh-license-status", licenseStatus: "Ada's" }, banner]), [open, banner]);
});

test("a page that comes anew while the server is being told is sent as it is in the end", async () => {
  await session(true, "ada");
  posted = [];
  const sent = globalThis.fetch;
  let answer = () => {};
  const slow = new Promise((resolve) => (answer = resolve));
  globalThis.fetch = async (...asked) => (await slow, sent(...asked));
  const lead = (more) => take({ type: "rc-adapter-register-customized-page", page: { id: "lead", ...more } });
  lead({ title: "Lead", formData: { name: "" } });
  for (const name of ["A", "Ad", "Ada"]) lead({ formData: { name } });
  take({ type: "rc-adapter-register-widget-app", app: { id: "notes" } });
  lead({ title: "Deal" });
  answer();
  await settle();
  globalThis.fetch = sent;
  assert.deepEqual(posted.map((m) => m.page ?? m.app), [{ id: "lead", title: "Lead", formData: { name: "" } }, { id: "lead", formData: { name: "Ada" } }, { id: "notes" }, { id: "lead", title: "Deal" }]);
});
