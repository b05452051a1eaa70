// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { command, originOf, read, snippet } from "./snippet.js";

const url = "https://phone.example.com";
const known = [
  { name: "clientId", script: false, entry: "text" },
  { name: "disableMessages", script: false, entry: "switch" },
  { name: "zIndex", script: true, entry: "number" },
  { name: "prefix", script: false, entry: "text" },
];

test("the three snippets say the same", () => {
  const values = new Map([["clientId", "a&b\""], ["disableMessages", "1"], ["zIndex", "7"]]);
  assert.equal(snippet(url, known, values, "script"), `<script src="${url}/adapter.js?clientId=a%26b%22&amp;disableMessages=1&amp;zIndex=7"></script>`);
  assert.equal(snippet(url, known, values, "frame"), `<iframe id="rc-widget-adapter-frame" title="Phone" width="300" height="500"
  allow="microphone; autoplay; clipboard-write; speaker-selection"
  src="${url}/app.html?clientId=a%26b%22&amp;disableMessages=1"></iframe>`);
  assert.equal(snippet(url, known, values, "module"), `<script type="module">
  import { phone } from "${url}/offhook.js";
  await phone.mount({
    clientId: "a&b\\"",
    disableMessages: true,
    zIndex: "7",
  });
</script>`);
});

test("what is typed cannot end the tag that it stands in", () => {
  const values = new Map([["clientId", `"></script><img src=x>`], ["prefix", `"><script>`]]);
  for (const form of /** @type {const} */ (["script", "frame", "module"])) {
    assert.equal(snippet(url, known, values, form).match(/<\/?(script|iframe|img)/g)?.length, 2, form);
  }
});

test("what people have already is read, whichever way they put it", () => {
  for (const [name, text] of Object.entries({
    "an address": `${url}/adapter.js?clientId=a&prefix=b`,
    "a tag": `<script src="${url}/adapter.js?clientId=a&amp;prefix=b"></script>`,
    "a loader": `(function() { var rcs = document.createElement("script"); rcs.src = "${url}/x/latest/adapter.js?clientId=a&prefix=b"; })();`,
    "an address without a scheme": "//phone.example.com/adapter.js?clientId=a&prefix=b",
    "values that are empty": `${url}/adapter.js?clientId=a&prefix=b&zIndex=`,
  })) {
    const found = read(text);
    assert.deepEqual([...(found?.values ?? [])], [["clientId", "a"], ["prefix", "b"]], name);
    assert.equal(found?.form, "script", name);
  }
  const frame = read(`<iframe src="${url}/app.html?clientId=a&prefix=b#prefix=c">`);
  assert.equal(frame?.form, "frame");
  assert.equal(frame?.values.get("prefix"), "c", "the fragment's word counts more");
  assert.equal(read("<p>Hello</p>"), null);
  assert.equal(read("https://other.example/script.js?clientId=a"), null);
});

test("the operator's command holds what was typed, and nothing else runs", () => {
  const values = new Map([["clientId", "a'; rm -rf /"], ["redirectUri", "https://crm.example/r.html"], ["stylesUri", "https://cdn.example/s.css"]]);
  assert.equal(command(values, "https://crm.example", "https://p.example"), `offhook embed add \\
  --platform https://p.example \\
  --client-id 'a'\\''; rm -rf /' \\
  --origin https://crm.example \\
  --redirect-uri https://crm.example/r.html \\
  --asset-origin https://cdn.example`);
});

test("an origin is that of a page on the web", () => {
  assert.equal(originOf(" https://CRM.example.com/contacts?x "), "https://crm.example.com");
  for (const text of ["", "crm.example.com", "javascript:alert(1)", "file:///x"]) assert.equal(originOf(text), "", text);
});
