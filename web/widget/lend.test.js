// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let copy = 0;
let heard, asked, peers, answers, permission, stream, rest;

const settled = async () => {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
};

globalThis.location = new URL("http://phone.test/app.html?disableNoiseReduction=1");
globalThis.navigator ??= {};
globalThis.fetch = async (url, { headers, body, ...init }) => {
  asked.push({ url, proof: headers["X-Offhook"], keepalive: Boolean(init.keepalive), ...JSON.parse(body) });
  return answers(url);
};
globalThis.addEventListener = (name, f) => heard.set(name, f);
globalThis.removeEventListener = (name, f) => heard.get(name) === f && heard.delete(name);
globalThis.RTCPeerConnection = class {
  constructor(config) {
    this.config = config;
    peers.push(this);
  }
  addTransceiver = () => ({ sender: (this.sender = { replaceTrack: async (track) => (this.sender.track = track) }) });
  getTransceivers = () => [{}];
  setLocalDescription = async () => void (this.localDescription = { sdp: "offer" });
  setRemoteDescription = async (d) => void (this.remote = d);
};
Object.defineProperty(navigator, "permissions", { configurable: true, value: { query: async () => ({ state: permission }) } });
Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: { getUserMedia: async (wanted) => ({ wanted, getAudioTracks: () => [stream] }) } });

beforeEach(() => {
  [heard, asked, peers, permission, stream] = [new Map(), [], [], "granted", { kind: "audio" }];
  answers = () => new Response('{"sdp":"answer","version":7}');
});

/** The module as a page has it whose root says this, in a tab that was another before. */
async function page(dataset, { before = null, hidden = false, readyState = "complete" } = {}) {
  const kept = new Map(before ? [["oh-tab-k", before]] : []);
  globalThis.sessionStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  globalThis.localStorage = { getItem: (key) => (key === "oh-audio-input-k" ? '{"id":"mic-2"}' : null) };
  rest = { content: "the rest", now: null, replaceWith: (content) => (rest.now = content) };
  globalThis.document = { documentElement: { dataset }, hidden, readyState, addEventListener: (name, f) => heard.set(name, f), getElementById: (id) => (id === "rest" ? rest : null) };
  const module = await import(`./lend.js?${copy++}`);
  await settled();
  return { ...module, tab: dataset.tab, kept };
}

for (const [name, dataset, options] of [
  ["no call goes on", {}],
  ["another tab has the microphone", { key: "k", microphone: "other" }],
  ["nobody looks at the page", { key: "k", microphone: "" }, { hidden: true }],
]) {
  test(`begins nothing where ${name}`, async () => {
    const { begun } = await page(dataset, options);
    assert.deepEqual([begun, asked, peers.length], [null, [], 0]);
    assert.equal(rest.now, dataset.key ? "the rest" : null);
  });
}

test("comes back with the microphone that the tab had, and puts it into the way itself", async () => {
  const { begun, tab } = await page({ key: "k", microphone: "before" }, { before: "before" });
  assert.deepEqual(asked, [{ url: "/p/k/audio", proof: "1", keepalive: false, tab, sdp: "offer", take: true }]);
  assert.deepEqual([begun.take, await begun.version, peers[0].remote, peers[0].sender.track], [true, 7, { type: "answer", sdp: "answer" }, stream]);
  assert.deepEqual((await begun.stream).wanted.audio, { echoCancellation: true, autoGainControl: true, noiseSuppression: false, deviceId: { ideal: "mic-2" } });
});

test("takes a microphone that is free from nobody", async () => {
  answers = () => ({ ok: false, status: 409 });
  const { begun } = await page({ key: "k", microphone: "" });
  assert.equal(asked[0].take, false);
  await assert.rejects(begun.version, { state: "elsewhere" });
});

test("asks the server for nothing where the browser would ask the user", async () => {
  permission = "prompt";
  const { begun } = await page({ key: "k", microphone: "" });
  assert.deepEqual(asked, []);
  await assert.rejects(begun.version, { state: "continue" });
  await assert.rejects(begun.stream, { state: "continue" });
});

test("a page that goes before anybody went on with the way says so, and is known after", async () => {
  const { begun, tab, kept } = await page({ key: "k", microphone: "" });
  heard.get("pagehide")();
  assert.deepEqual(asked[1], { url: "/p/k/audio/leave", proof: "1", keepalive: true, tab });
  assert.equal(kept.get("oh-tab-k"), tab);
  begun.adopted();
  assert.equal(heard.size, 0);
});

test("the rest of a page waits for the answer, but not for long", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let answer;
  answers = () => new Promise((resolve) => (answer = resolve));
  await page({ key: "k", microphone: "" });
  assert.equal(rest.now, null);
  answer({ ok: true, status: 200, json: async () => ({ sdp: "answer" }) });
  await settled();
  assert.deepEqual([peers[0].remote.sdp, rest.now], ["answer", "the rest"]);
  await page({ key: "k", microphone: "" });
  t.mock.timers.tick(499);
  await settled();
  assert.equal(rest.now, null);
  t.mock.timers.tick(1);
  await settled();
  assert.equal(rest.now, "the rest");
});

test("the rest of a page waits until it is there, and not for sound where there can be none", async () => {
  answers = () => ({ ok: false, status: 500, text: async () => "no" });
  await page({ key: "k", microphone: "" }, { readyState: "loading" });
  assert.equal(rest.now, null);
  heard.get("DOMContentLoaded")();
  await settled();
  assert.equal(rest.now, "the rest");
  const { RTCPeerConnection } = globalThis;
  globalThis.RTCPeerConnection = undefined;
  await assert.rejects(page({ key: "k", microphone: "" }), TypeError);
  globalThis.RTCPeerConnection = RTCPeerConnection;
  await settled();
  assert.equal(rest.now, "the rest");
});

test("relays that know us still are used as the page names them, and others are asked for", async () => {
  const servers = (name) => [{ urls: ["turn:t"], username: name, credential: "c" }];
  const fresh = await page({ relays: JSON.stringify({ servers: servers("old"), seconds: 60 }) });
  await fresh.peer(() => assert.fail("asked for relays that are there"));
  const stale = await page({ relays: '{"servers":[],"seconds":0}' });
  await stale.peer(async (path) => {
    assert.equal(path, "/audio/relays");
    return { ok: true, json: async () => ({ servers: servers("new"), seconds: 60 }) };
  });
  await stale.peer(() => assert.fail("asked twice"));
  const away = await page({ relays: '{"servers":[],"seconds":0}' });
  await away.peer(async () => Promise.reject(new TypeError("no network")));
  assert.deepEqual(peers.map(({ config }) => config.iceServers.map(({ username }) => username)), [["old"], ["new"], ["new"], []]);
});
