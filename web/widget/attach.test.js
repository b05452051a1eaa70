// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { test } from "node:test";

const anything = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => "" : anything), apply: () => anything, construct: () => anything });
for (const name of ["document", "window", "matchMedia", "IntersectionObserver"]) globalThis[name] = anything;
globalThis.createImageBitmap = () => Promise.reject(new Error("no picture"));
const { carried, decode, fit, jpegName, kind, ROOM } = await import("./attach.js");
const { sizeWords } = await import("./sizes.js");

const file = (name, type, size = 10) => new File([new Uint8Array(size)], name, { type });

test("what texts carry is known by its type, and by its name where nothing says the type", () => {
  for (const f of [file("a.png", "image/png"), file("a.VCF", ""), file("a.zip", "application/octet-stream")]) assert.ok(carried(f), f.name);
  for (const f of [file("a.png", "text/html"), file("a.exe", ""), file("a", "")]) assert.ok(!carried(f), f.name);
});

test("a small file goes as it is, and what cannot go is named in a sentence", async () => {
  const zip = file("a.zip", "application/zip");
  assert.deepEqual(await fit(zip, ROOM), { body: zip, name: "a.zip", type: "application/zip" });
  // A picture that the browser cannot read goes as it is where it fits.
  const odd = file("a.tiff", "image/tiff", 500_000);
  assert.equal((await fit(odd, ROOM)).body, odd);
  await assert.rejects(fit(file("a.exe", "application/x-msdownload"), ROOM), /“a.exe” cannot go with a text/);
  await assert.rejects(fit(file("a.pdf", "application/pdf"), ROOM), /“a.pdf” is a PDF, which phone services do not carry/);
  await assert.rejects(fit(file("a.heic", "image/heic"), ROOM), /“a.heic” cannot go with a text/);
  await assert.rejects(fit(file("a.mp4", "video/mp4", ROOM + 1), ROOM), /has 1.5 MB. A text carries/);
  await assert.rejects(fit(file("a.zip", "application/zip", 100), 99), /A text carries/);
  await assert.rejects(fit(file("a.zip", "application/zip", 0), ROOM), /is empty/);
});

test("what a page offers is taken where it is base64 of a known type", async () => {
  const { files, refused } = decode([
    { name: "a.png", content: "data:image/png;base64,AQID" },
    { name: "b.vcf", content: "data:text/vcard;charset=utf-8;base64,QkVHSU4=" },
    { name: "c.txt", content: "data:text/plain;base64,AQID" },
    { name: "d.html", content: "data:text/html,<script>" },
    { name: "e.png", content: "data:image/png,raw" },
    { name: "f.png", content: "data:image/png;base64,%%%" },
    { name: "g.png", content: "data:image/png;base64,A" },
  ]);
  assert.deepEqual(files.map((f) => [f.name, f.type, f.size]), [["a.png", "image/png", 3], ["b.vcf", "text/vcard", 5]]);
  assert.deepEqual(new Uint8Array(await files[0].arrayBuffer()), new Uint8Array([1, 2, 3]));
  assert.deepEqual(refused, ["c.txt", "d.html", "e.png", "f.png", "g.png"]);
});

test("names, sizes and kinds read well", () => {
  assert.equal(jpegName("holiday.photo.png"), "holiday.photo.jpg");
  assert.equal(jpegName(".png"), "picture.jpg");
  assert.deepEqual([12, 12_345, 1_450_000].map(sizeWords), ["12 bytes", "12 kB", "1.5 MB"]);
  assert.deepEqual(["image/png", "image/svg+xml", "text/vcard", "video/mp4", "application/zip"].map(kind), ["picture", "file", "card", "play", "file"]);
});
