// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

const anything = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : anything), apply: () => anything });
for (const name of ["document", "window", "matchMedia"]) globalThis[name] = anything;
const { parse } = await import("./vcard.js");

test("a card of today is read", () => {
  const text = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Omar\\, Haddad\r\nORG:Harbor Supply;Sales;\r\nTEL;VALUE=uri;TYPE=cell:tel:+16505550133\r\nitem1.TEL;TYPE=WORK,VOICE:+1 650\r\n  555 0134\r\nEMAIL:omar@example.com\r\nEND:VCARD";
  assert.deepEqual(parse(text), {
    name: "Omar, Haddad",
    org: "Harbor Supply, Sales",
    phones: [{ label: "Mobile", number: "+16505550133" }, { label: "Work", number: "+1 650 555 0134" }],
    emails: ["omar@example.com"],
  });
});

test("an old card is read, and named by its parts", () => {
  const text = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;\nTEL;HOME:030 123\nEND:VCARD";
  assert.deepEqual(parse(text), { name: "Jörg Müller", org: "", phones: [{ label: "Home", number: "030 123" }], emails: [] });
});

test("a stranger's card stays words", () => {
  const c = parse(`FN:\u202eevil\nEMAIL:javascript:alert(1)\nEMAIL:a@b c\nnonsense\n${"TEL:1\n".repeat(500)}`);
  assert.equal(c.name, "evil");
  assert.deepEqual(c.emails, []);
  assert.equal(c.phones.length, 20);
  assert.deepEqual(parse("\u0000".repeat(1000)), { name: "", org: "", phones: [], emails: [] });
});
