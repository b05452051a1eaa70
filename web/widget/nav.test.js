// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

const anything = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : anything), apply: () => anything });
globalThis.document = anything;
globalThis.matchMedia = anything;
const { known } = await import("./nav.js");

test("the contract's routes are known", () => {
  for (const path of ["/", "/messages", "/composeText", "/settings", "/settings/region", "/settings/audio", "/settings/ringtone", "/settings/theme", "/history", "/history/recordings", "/history/call/1795300406865804", "/conversations/1795300406865804", "/conversations/nGwoV0KtSXv30TybU", "/conversations/1795300406865804/people"]) {
    assert.equal(known(path), path);
  }
});

test("a number may be written in any notation", () => {
  const path = `/number/${encodeURIComponent("+1 (415) 555-0123")}`;
  assert.equal(known(path), path);
});

test("a slash too many, a query and a fragment do not matter", () => {
  assert.equal(known("/settings/"), "/settings");
  assert.equal(known("/messages?a=1#b"), "/messages");
});

test("a page that the settings do not have is their list", () => {
  for (const path of ["/settings/phases", "/settings/..", "/settings/theme/x"]) assert.equal(known(path), "/settings");
});

test("a page that the phone does not have is the messages", () => {
  assert.equal(known("/meeting/home"), "/messages");
  assert.equal(known("nonsense"), "/messages");
});

test("the dialer and the calls are places; a call has one name", () => {
  for (const path of ["/dialer", "/calls/active", "/calls/active/c1"]) assert.equal(known(path), path);
  for (const path of ["/calls/c1", "/flip/c1", "/transfer/c1", "/transfer/c1/active"]) assert.equal(known(path), "/calls/active/c1");
  assert.equal(known("/conferenceCall/dialer/+16505550100/c1"), "/dialer");
  for (const path of ["/conferenceCall/participants", "/conferenceCall/callsOnhold/c1"]) assert.equal(known(path), "/calls/active");
  for (const path of ["/calls/active/..", "/calls/%2e%2e", "/calls/now", "/calls/active/c1/hangup"]) assert.equal(known(path), "/messages", path);
});

test("no path climbs out of the panels", () => {
  for (const path of ["/conversations/..", "/conversations/%2e%2E", "/conversations/..\\..\\x", "/conversations/a/../../x", "/conversations/../people", "/conversations/7/people/8", "//evil.example/messages", "/number/.", "/history/call/..", "/history/x", "https://evil.example/"]) {
    assert.equal(known(path), "/messages", path);
  }
});

test("a page of a service may have any name, and nothing climbs out by it", () => {
  assert.equal(known("/customized/my lead"), "/customized/my%20lead");
  assert.equal(known("/customizedTabs/a%2Fb"), "/customizedTabs/a%2Fb");
  assert.equal(known("/customizedTabs/100%"), "/customizedTabs/100%25");
  for (const path of ["/customized/..", "/customized/%2e%2e", "/customized/..%2f..%2fsettings", "/customized/a/../../x", "/customized/"]) assert.equal(known(path), "/messages");
});

test("the form of a contact is a place, and nothing climbs out of it", () => {
  for (const path of ["/contacts/personal/new/edit", "/contacts/personal/12/edit", "/contacts/personal/new/edit/%2B14155550177"]) {
    assert.equal(known(path), path);
  }
  assert.equal(known("/contacts/personal/new/edit/+1 415"), "/contacts/personal/new/edit/%2B1%20415");
  assert.equal(known("/contacts/personal/12/edit/%2e%2e"), "/contacts/personal/12/edit");
  for (const path of ["/contacts/personal/x/edit", "/contacts/personal/../edit", "/contacts/personal/12/delete", "/contacts/company/12/edit"]) {
    assert.equal(known(path), "/messages", path);
  }
});
