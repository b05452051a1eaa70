// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { literals } from "../../e2e/lib/literals.js";

const CATALOGS = {
  "/he.json": {
    "Hello {0}": "שלום {0}",
    "{0} of {1}": "{1}/{0}",
    "{0} texts": { one: "הודעה אחת", two: "שתי הודעות", other: "{0} הודעות" },
    Nothing: "",
  },
  "/own.json": { "Hello {0}": "own {0}" },
};

/** The words of a page in a language. */
async function speaking(lang, words) {
  globalThis.document = { documentElement: { lang, dataset: { words } } };
  globalThis.fetch = async (address) => {
    if (address === "/cut.json") return new Response('{"Hello');
    return Response.json(CATALOGS[address] ?? {}, { status: address in CATALOGS ? 200 : 404 });
  };
  return import(`./lang.js?${lang}-${words}`);
}

test("a sentence is said in the language, with its values where that language has them", async () => {
  const { t, language } = await speaking("he-IL", "/he.json");
  assert.equal(language, "he-IL");
  assert.equal(t("Hello {0}", "Ada {1}"), "שלום Ada {1}");
  assert.equal(t("{0} of {1}", 2, 3), "3/2");
});

test("a sign stays on the line of the word that it belongs to", async () => {
  const { t } = await speaking("fr-FR", "");
  assert.equal(t("Mauvaise : « {0} » ?", "a : b"), "Mauvaise\u00a0: «\u00a0a : b\u00a0»\u00a0?");
});

test("where reading goes from right to left, what is filled in keeps its own direction", async () => {
  globalThis.document = { documentElement: { lang: "he-IL", dir: "rtl", dataset: { words: "/he.json" } } };
  const { n, t } = await import("./lang.js?rtl");
  assert.equal(t("Hello {0}", "+1 650"), "שלום \u2068+1 650\u2069");
  assert.equal(n(3, "{0} text", "{0} texts"), "\u20683\u2069 הודעות");
});

test("a sentence that the catalog lacks stays English", async () => {
  const { n, t } = await speaking("he-IL", "/he.json");
  assert.deepEqual([t("Nothing"), t("Hello"), t("Bye {0}", "Ada")], ["Nothing", "Hello", "Bye Ada"]);
  assert.deepEqual([1, 2].map((count) => n(count, "{0} fax", "{0} faxes")), ["1 fax", "2 faxes"]);
});

test("counts have the plural forms of the language, and its digits", async () => {
  const { n } = await speaking("he-IL", "/he.json");
  assert.deepEqual([1, 2, 3, 1200].map((count) => n(count, "{0} text", "{0} texts")), ["הודעה אחת", "שתי הודעות", "3 הודעות", "1,200 הודעות"]);
  const english = await speaking("en-US", "");
  assert.deepEqual([1, 2].map((count) => english.n(count, "{0} text of {1}", "{0} texts of {1}", 9)), ["1 text of 9", "2 texts of 9"]);
});

test("of several catalogs the first that has a sentence wins, and one that cannot be read takes nothing away", async () => {
  const { t } = await speaking("he-IL", "/own.json /gone.json /cut.json /he.json");
  assert.deepEqual([t("Hello {0}", "Ada"), t("{0} of {1}", 1, 2)], ["own Ada", "2/1"]);
});

// Whatever is said must be in the catalogs, and only t and n find it there.

/** Modules that talk to those who build the page, in English: how the phone is told off, and what analytics are called. */
const FOR_DEVELOPERS = ["inbound.js", "protocol.js", "analytics.js", "callhost.js", "callcommands.js", "calling.js", "ringtones.js"];
/** What is written where nobody reads: names of keys, classes and errors, selectors, and the developers' console. */
const UNREAD = [
  /(?:console\.warn|warn|link\.once|track|querySelector(?:All)?|closest|getElementById|postMessage|import|headers\.get)\($/,
  /this\.once\($/,
  /(?:link|this)\.once\([^)]*, $/,
  /(?:className =|className:|rel =|role:|from|case|\.key ===|\.key !==|e\??\.name ===|\.direction ===) $/,
  /(?:make|element|add|setAttribute)\((?:[^()]|\([^()]*\))*"[\w-]+", $/, // the class is the second
  /new Sheet\($/,
  /"(?:rel|class)", $/,
];
const KEYS = /^(?:[a-z]+\/\w|(?:Accept-Language|Content-Type|Arrow\w*|Enter|Escape|Home|End|Tab|Backspace|Delete|Page(?:Up|Down)|Files|Notification|Shift\+\u0001)$)/;
/** Said by modules that speak to people, too: why each is English. */
const ENGLISH = new Set([
  "no answer", "warned: \u0001", "do not contact", // guard.js: what the server writes down
  "Nobody is signed in. Nothing was done.", "Nobody is signed in.", // commands.js: the answer to the page around
  "\u0001 texts", "1 text", // leave.js: of the console's warning
  "the draft was answered \u0001", "the draft was refused with \u0001", // rescue.js: thrown to be caught
]);

/** Whether a literal reads as words that somebody is told. @param {string} text */
const reads = (text) => !KEYS.test(text) && (/^[A-Z“][a-z]/.test(text) || /[a-z]{2} [a-z]/.test(text) || /\u0001 [a-z]{2}|[a-z]{3} \u0001/.test(text) || /[a-z]{2}[.!?…]$/.test(text));

const said = /(?:\bt\(|\bn\((?:[^"()]|\([^"()]*\))*,? ?(?:"(?:[^"\\]|\\.)*", )?)$/;

/** As internal/widget/lang reads the modules. */
const KEY = /^\(\s*"(?:[^"\\]|\\.)*"/;
const COUNT = /^\(\s*[^"()]*(?:\([^"()]*\)[^"()]*)*,\s*"(?:[^"\\]|\\.)*",\s*"(?:[^"\\]|\\.)*"/;

test("what t and n are given stands there in full, for the catalogs to have it", () => {
  for (const name of readdirSync(import.meta.dirname)) {
    const source = name.endsWith(".js") && readFileSync(`${import.meta.dirname}/${name}`, "utf8");
    if (!source || name.endsWith(".test.js") || !source.includes("./lang.js")) continue;
    for (const [at, pattern] of [[/(?<![\w.#])t\(/g, KEY], [/(?<![\w.#])n\(/g, COUNT]]) {
      for (const { index } of source.matchAll(at)) assert.match(source.slice(index + 1, index + 600), pattern, `${name}: ${source.slice(index, index + 60)}`);
    }
  }
});

test("every sentence of a module is said by t or n", () => {
  const modules = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".js") && !name.endsWith(".test.js") && !FOR_DEVELOPERS.includes(name));
  const all = modules.flatMap((name) => literals(readFileSync(`${import.meta.dirname}/${name}`, "utf8")).map((literal) => ({ name, ...literal })));
  assert.ok(all.length > 3000, `${all.length} literals`);
  const silent = all.filter(({ text, before }) => reads(text) && !ENGLISH.has(text) && !said.test(before.replace(/\s+/g, " ")) && !UNREAD.some((place) => place.test(before.replace(/\s+/g, " "))));
  assert.deepEqual(silent.map(({ name, line, text }) => `${name}:${line}: ${text}`), []);
});
