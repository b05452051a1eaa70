// @ts-nocheck: the pretend server and page are not what the types know.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Logger } from "./log.js";

let posted; // what the server got, by path
let replies; // what it answers, by path, in turn; the last one stays
let handed; // what the page got
let answers; // what the page answers
let told;
let logger;

const ok = (body) => ({ ok: true, status: 200, json: async () => body, text: async () => "" });
const failed = (status, text = "") => ({ ok: false, status, json: async () => null, text: async () => text });
const work = (more = {}) => ok({ items: [], match: [], auto: { message: false, call: false }, loggers: { message: true, call: false }, ...more });
const item = (key) => ({ key, kind: "message", body: { idempotencyKey: key } });

beforeEach(() => {
  posted = [];
  handed = [];
  told = [];
  replies = { "/log/next": [work()], "/log/matches": [ok()], "/log/settings": [ok()] };
  answers = () => Promise.resolve({ data: "ok" });
  logger = new Logger({
    tab: "t",
    defaults: { message: true, call: false },
    open: () => ({ message: "7", call: "s7" }),
    post: async (path, body) => {
      posted.push([path, body]);
      const turns = replies[path] ?? [ok()];
      return turns.length > 1 ? turns.shift() : turns[0];
    },
    request: (field, body, how) => (handed.push([field, body, how]), answers(field, body)),
    tell: (message) => told.push(message),
  });
});

const settle = () => new Promise((resolve) => setImmediate(resolve));
const reports = () => posted.filter(([path]) => path.startsWith("/log/items/")).map(([path, body]) => [path.slice(11), body.OK]);

test("asks as this tab, hands what comes to the page and acknowledges it", async () => {
  replies["/log/next"] = [work({ items: [item("a"), { key: "b", kind: "call", body: {} }] }), work()];
  await logger.next();
  await settle();
  assert.deepEqual(posted[0], ["/log/next", { Tab: "t", Open: "7", OpenCall: "s7", Defaults: { message: true, call: false } }]);
  assert.deepEqual(handed.map(([field, , how]) => [field, how.timeout]), [["messageLoggerPath", 15_000], ["callLoggerPath", 15_000]]);
  assert.deepEqual(reports(), [["a", true], ["b", true]]);
  assert.equal(posted.filter(([path]) => path === "/log/next").length, 2, "it asks again when it is done");
});

test("says so when the page does not answer", async () => {
  replies["/log/next"] = [work({ items: [item("a")] }), work()];
  answers = () => Promise.resolve(null);
  await logger.next();
  await settle();
  assert.deepEqual(reports(), [["a", false]]);
});

test("keeps an acknowledgement that the server did not take, and hands nothing over twice", async () => {
  replies["/log/next"] = [work({ items: [item("a")] }), null, work({ items: [item("a")] }), work()];
  replies["/log/items/a"] = [null, failed(503), failed(503), ok()];
  await logger.next();
  await settle();
  assert.equal(handed.length, 1);
  await logger.next();
  await settle();
  assert.equal(handed.length, 1, "the page got it again");
  assert.deepEqual(reports().at(-1), ["a", true]);
  const before = reports().length;
  await logger.next();
  assert.equal(reports().length, before, "it was acknowledged after the server had taken it");
});

test("does not hand over what the page still has in its hand", async () => {
  let answer;
  answers = () => new Promise((resolve) => (answer = resolve));
  replies["/log/next"] = [work({ items: [item("a")] }), work({ items: [item("a")] }), work()];
  await logger.next();
  await logger.next();
  assert.equal(handed.length, 1);
  answer({ data: "ok" });
  await settle();
  assert.deepEqual(reports(), [["a", true]]);
});

test("asks once more when it is asked while it asks", async () => {
  await Promise.all([logger.next(), logger.next(), logger.next()]);
  assert.ok(posted.length <= 2);
});

test("tells the page of a switch when there is a logger, and when it changes", async () => {
  await logger.next();
  await logger.next();
  replies["/log/next"] = [work({ auto: { message: true, call: true } })];
  await logger.next();
  assert.deepEqual(told, [
    { type: "rc-messageLogger-auto-log-notify", autoLog: false },
    { type: "rc-messageLogger-auto-log-notify", autoLog: true },
  ]);
});

test("asks the page what is logged, and takes lists only", async () => {
  replies["/log/next"] = [work({ match: ["7/1", "8/1", "9/1"] })];
  answers = () => Promise.resolve({ data: { "7/1": [{ id: 1 }], "8/1": "no list", other: [{}] } });
  await logger.next();
  await settle();
  assert.deepEqual(handed[0], ["messageLogEntityMatcherPath", { conversationLogIds: ["7/1", "8/1", "9/1"] }, { timeout: 30_000 }]);
  assert.deepEqual(posted.at(-1), ["/log/matches", { Calls: false, Asked: ["7/1", "8/1", "9/1"], Found: { "7/1": [{ id: 1 }] } }]);
  replies["/log/next"] = [work({ calls: ["s1", "s2"] })];
  answers = () => Promise.resolve({ data: { s1: [{ id: 1 }] } });
  await logger.next();
  await settle();
  assert.deepEqual(handed.at(-1), ["callLogEntityMatcherPath", { sessionIds: ["s1", "s2"], activeSessionIds: [] }, { timeout: 30_000 }]);
  assert.deepEqual(posted.at(-1), ["/log/matches", { Calls: true, Asked: ["s1", "s2"], Found: { s1: [{ id: 1 }] } }]);
  posted.length = 0;
  answers = () => Promise.resolve(null);
  await logger.next();
  await settle();
  assert.ok(!posted.some(([path]) => path === "/log/matches"), "no answer is not an answer");
});

test("asks which texts are logged, and says what the page calls the log of chosen ones", async () => {
  replies["/log/next"] = [work({ texts: { conversationId: "7", messageIds: ["1", "2"] } }), work()];
  answers = () => Promise.resolve({ data: { 1: { logId: "n1" }, 2: { logId: 2 }, 3: { logId: "n3" } } });
  await logger.next();
  await settle();
  assert.deepEqual(handed[0], ["messageLogEntityMatcherPath", { conversationId: "7", messageIds: ["1", "2"] }, { timeout: 30_000 }]);
  assert.deepEqual(posted.at(-1), ["/log/texts", { Found: { 1: { LogID: "n1" } } }]);
  replies["/log/things/messages/7"] = [work({ items: [item("a")], pressed: ["a"] })];
  answers = () => Promise.resolve({ data: { logId: "n8" } });
  await logger.press("message", "7", { Messages: [2] });
  assert.deepEqual(posted.find(([path]) => path === "/log/items/a")[1], { Tab: "t", OK: true, LogID: "n8" });
});

test("a click waits for its own entries and says what became of them", async () => {
  replies["/log/things/messages/7"] = [work({ items: [item("a"), item("old")], pressed: ["a"] })];
  answers = (_, body) => Promise.resolve(body.idempotencyKey === "a" ? { data: { logId: "n1" } } : null);
  assert.deepEqual(await logger.press("message", "7"), { logged: true, why: "", answer: { logId: "n1" } });
  answers = () => Promise.resolve(null);
  assert.match((await logger.press("message", "7")).why, /The log is kept/);
  const presses = posted.filter(([path]) => path === "/log/things/messages/7").map(([, body]) => body.Press);
  assert.equal(new Set(presses).size, 2);
  replies["/log/things/messages/7"] = [failed(409, "There is nothing to log yet.\n")];
  assert.equal((await logger.press("message", "7", { FormData: { note: "x" } })).why, "There is nothing to log yet.");
  assert.deepEqual(posted.at(-1)[1].FormData, { note: "x" });
  replies["/log/things/messages/7"] = [null];
  assert.match((await logger.press("message", "7")).why, /no connection/);
});

test("a click hears of its entries also when another question brought them", async () => {
  replies["/log/things/messages/7"] = [work({ pressed: ["a"] })];
  replies["/log/things/messages/8"] = [work({ pressed: ["b"] })];
  replies["/log/next"] = [work({ items: [item("a")] }), work()];
  answers = () => Promise.resolve(null);
  assert.match((await logger.press("message", "7")).why, /The log is kept/);
  assert.deepEqual(await logger.press("message", "8"), { logged: false, why: "", answer: undefined }, "a webhook has it");
});

test("a click logs a call, or asks to see what is logged of it", async () => {
  replies["/log/things/call/s1"] = [work({ items: [{ key: "c", kind: "call", body: {} }], pressed: ["c"] })];
  assert.equal((await logger.press("call", "s1", { View: true })).logged, true);
  assert.equal(handed[0][0], "callLoggerPath");
  assert.deepEqual(posted[0][1].View, true);
});

test("a switch that cannot be changed says why", async () => {
  assert.equal(await logger.choose({ message: true }), "");
  assert.deepEqual(posted.at(-1), ["/log/settings", { Message: true, Call: undefined, Host: false }]);
  replies["/log/settings"] = [failed(409, "This switch cannot be changed here.\n")];
  assert.equal(await logger.choose({ call: false }, true), "This switch cannot be changed here.");
});
