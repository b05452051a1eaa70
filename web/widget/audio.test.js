// @ts-nocheck: the pretend page is not the DOM that the types know.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

const element = () => Object.assign(new EventTarget(), { dataset: {}, play: async () => {}, remove() {} });
globalThis.addEventListener = () => {};
globalThis.document = Object.assign(new EventTarget(), { body: { dataset: {}, appendChild: (e) => e }, documentElement: { dataset: {} }, createElement: element, hidden: false });
globalThis.HTMLMediaElement = class {};
globalThis.MediaStream = class {};
globalThis.location = new URL("http://phone.test/app.html");
globalThis.window = globalThis;
globalThis.window.isSecureContext = true;
globalThis.navigator ??= {};
Object.defineProperty(navigator, "mediaDevices", { configurable: true, writable: true, value: new EventTarget() });
const { Sound, spoken } = await import("./audio.js");
const { tab } = await import("./ask.js");

const settled = async () => {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
};

const timers = mock.timers;
beforeEach(() => timers.reset());
/** Those that a test has begun. */
const ends = [];
afterEach(() => ends.splice(0).forEach((sound) => sound.close()));

const running = { id: "c-1", direction: "Outbound", state: "connected" };
let version = 0;
const snapshot = (microphone = "", calls = [running]) => ({ version: ++version, microphone, calls });

class Track extends EventTarget {
  stopped = false;
  stop() {
    this.stopped = true;
  }
}

/** A tab's end of the calls, on a pretend browser. */
function end({ allowed = "granted", hidden = false, answer = () => ({ ok: true, status: 200, json: async () => ({ sdp: "answer", version }) }) } = {}) {
  const it = { sent: [], peers: [], said: [], tracks: [], allowed, answer, refuse: null };
  it.sound = new Sound({
    async send(path, body) {
      it.sent.push([path, body]);
      return it.answer(path, body);
    },
    peer() {
      const sender = { replaceTrack: async (t) => (sender.track = t) };
      const peer = {
        sender, connectionState: "new",
        addTransceiver: () => ({ sender }), getTransceivers: () => [{}],
        setLocalDescription: async () => (peer.localDescription = { sdp: "offer" }),
        setRemoteDescription: async (d) => (peer.remote = d),
        close: () => (peer.closed = true),
        become: (state) => ((peer.connectionState = state), peer.onconnectionstatechange?.()),
      };
      it.peers.push(peer);
      return peer;
    },
    async listen() {
      if (it.refuse) throw it.refuse;
      const track = new Track();
      it.tracks.push(track);
      return { getTracks: () => [track], getAudioTracks: () => [track] };
    },
    allowed: async () => it.allowed,
    say: (state, sentence) => it.said.push([state, sentence]),
    hidden: () => hidden,
  });
  ends.push(it.sound);
  it.state = () => it.said.at(-1)?.[0];
  it.offers = () => it.sent.filter(([path]) => path === "/audio").map(([, body]) => body);
  return it;
}

/** One that speaks. */
async function live(options) {
  const it = end(options);
  it.sound.take(snapshot());
  await settled();
  it.peers[0].become("connected");
  it.sound.take(snapshot(tab));
  await settled();
  assert.equal(it.state(), "live");
  return it;
}

test("a call that somebody speaks in, or is about to, needs a microphone, and one that rings does not", () => {
  const one = (more) => spoken(snapshot("", [{ ...running, ...more }]));
  assert.deepEqual([one({ state: "dialing" }), one({ state: "held" }), one({ state: "ended" }), one({ direction: "Inbound", state: "ringing" }), one({ state: "ringing" }), spoken(null)], [true, true, false, false, true, false]);
});

test("lends itself to a call that nobody lends a microphone to, and takes none from another tab", async () => {
  const it = end();
  it.sound.take(snapshot());
  await settled();
  assert.deepEqual(it.offers(), [{ tab, sdp: "offer", take: false }]);
  assert.deepEqual(it.peers[0].remote, { type: "answer", sdp: "answer" });
  assert.equal(it.peers[0].sender.track, it.tracks[0]);
  it.peers[0].become("connected");
  assert.equal(it.state(), "live");
});

test("the offer does not wait for the microphone", async () => {
  const it = end();
  let give;
  it.sound.lent.listen = () => new Promise((resolve) => (give = resolve));
  void it.sound.resume(false);
  await settled();
  assert.equal(it.offers().length, 1);
  const track = new Track();
  it.peers[0].become("connected");
  assert.equal(it.state(), "connecting");
  give({ getTracks: () => [track], getAudioTracks: () => [track] });
  await settled();
  assert.deepEqual([it.state(), it.peers[0].sender.track], ["live", track]);
});

test("a page that is drawn anew takes back the microphone that it had", async () => {
  const it = end();
  await it.sound.resume(true);
  assert.equal(it.offers()[0].take, true);
});

test("where the browser would ask, nothing is done until the user clicks", async () => {
  const it = end({ allowed: "prompt" });
  for (let i = 0; i < 3; i++) it.sound.take(snapshot());
  await settled();
  it.sound.take(snapshot());
  await settled();
  assert.deepEqual([it.state(), it.offers().length, it.tracks.length], ["continue", 0, 0]);
  await it.sound.here();
  assert.equal(it.offers()[0].take, true);
});

test("a tab that has the microphone keeps what another one is told to leave alone", async () => {
  const it = end();
  it.sound.take(snapshot("another"));
  await settled();
  assert.deepEqual([it.state(), it.offers()], ["elsewhere", []]);
  await it.sound.here();
  assert.equal(it.offers()[0].take, true);
});

test("gives way when another tab speaks, and lets go of the microphone", async () => {
  const it = await live();
  it.sound.take(snapshot("another"));
  assert.equal(it.state(), "elsewhere");
  assert.deepEqual([it.peers[0].closed, it.tracks[0].stopped], [true, true]);
});

test("what was told before it attached does not take the call away again", async () => {
  const late = snapshot("another");
  const it = end({ answer: () => ({ ok: true, status: 200, json: async () => ({ sdp: "answer", version: version + 1 }) }) });
  await it.sound.here();
  it.sound.take(late);
  assert.notEqual(it.state(), "elsewhere");
  assert.equal(it.peers[0].closed, undefined);
});

test("the last call over, the microphone is closed", async () => {
  const it = await live();
  it.sound.take(snapshot("", [{ ...running, state: "ended" }]));
  assert.equal(it.state(), "idle");
  assert.deepEqual([it.peers[0].closed, it.tracks[0].stopped], [true, true]);
});

test("the microphone that is opened for a call stays open until the call is there, and no longer than wanted", async () => {
  const it = end();
  await it.sound.prepare();
  it.sound.take(snapshot("", []));
  assert.equal(it.tracks[0].stopped, false);
  it.sound.take(snapshot());
  await settled();
  assert.deepEqual([it.offers()[0].take, it.tracks.length], [true, 1]);
  const other = end();
  await other.sound.prepare();
  other.sound.unwanted();
  assert.equal(other.tracks[0].stopped, true);
});

test("a microphone that is refused is a sentence, and no call", async () => {
  const it = end();
  it.refuse = new DOMException("", "NotAllowedError");
  navigator.mediaDevices = {};
  await assert.rejects(it.sound.prepare(), /have forbidden the microphone/);
  assert.equal(it.offers().length, 0);
});

test("who comes back without a microphone still hears, and reads why", async () => {
  const it = end();
  it.refuse = new DOMException("", "NotFoundError");
  await it.sound.resume(true);
  it.peers[0].become("connected");
  await settled();
  assert.equal(it.state(), "listening");
  assert.match(it.said.at(-1)[1], /No microphone is connected/);
  // Connected again, it is taken without a word.
  it.refuse = null;
  it.sound.plugged();
  await settled();
  assert.equal(it.state(), "live");
});

test("a microphone that is unplugged is replaced by another, or missed", async () => {
  const it = await live();
  it.tracks[0].onended();
  await settled();
  assert.deepEqual([it.state(), it.tracks.length], ["live", 2]);
  it.refuse = new DOMException("", "NotFoundError");
  it.tracks[1].onended();
  await settled();
  assert.equal(it.state(), "listening");
  assert.match(it.said.at(-1)[1], /The microphone is gone/);
});

test("a way that breaks is made anew, by the tab that has the microphone", async () => {
  const it = await live();
  timers.enable({ apis: ["setTimeout"] });
  it.peers[0].become("disconnected");
  assert.equal(it.state(), "lost");
  timers.tick(700);
  timers.reset();
  await settled();
  assert.deepEqual([it.peers[0].closed, it.offers().length, it.offers()[1].take], [true, 2, true]);
  it.peers[1].become("connected");
  assert.equal(it.state(), "live");
});

test("a way that mends itself is left alone", async () => {
  const it = await live();
  timers.enable({ apis: ["setTimeout"] });
  it.peers[0].become("disconnected");
  timers.tick(600);
  it.peers[0].become("connected");
  timers.tick(10_000);
  assert.deepEqual([it.state(), it.offers().length], ["live", 1]);
});

test("a server that does not answer is asked again, in steps that grow, for as long as there is a call", async () => {
  const it = end({ answer: () => Promise.reject(new TypeError("no network")) });
  timers.enable({ apis: ["setTimeout"] });
  it.sound.take(snapshot());
  await settled();
  assert.deepEqual([it.state(), it.offers().length], ["lost", 1]);
  it.sound.take(snapshot()); // does not hurry it
  for (const wait of [200, 400, 800]) {
    timers.tick(wait);
    await settled();
  }
  assert.equal(it.offers().length, 4);
  it.sound.take(snapshot("", []));
  timers.tick(60_000);
  await settled();
  assert.deepEqual([it.state(), it.offers().length], ["idle", 4]);
});

test("a tab that is too late leaves the microphone where it is", async () => {
  const it = end({ answer: () => ({ ok: false, status: 409, text: async () => "" }) });
  it.sound.take(snapshot());
  await settled();
  assert.deepEqual([it.state(), it.tracks[0].stopped, it.offers().length], ["elsewhere", true, 1]);
});

test("a browser that wants a click before it sounds gets it", async () => {
  const it = await live();
  const refused = element();
  refused.play = () => Promise.reject(new DOMException("", "NotAllowedError"));
  document.createElement = () => refused;
  it.peers[0].ontrack({ streams: [{}] });
  await settled();
  assert.equal(it.state(), "silent");
  refused.play = async () => {};
  it.sound.sounded();
  await settled();
  assert.equal(it.state(), "live");
  document.createElement = element;
});

for (const [name, kept, closed] of [["and is heard until it is gone", false, false], ["and lets go where it may come back", true, true]]) {
  test(`a page that goes says so at once, ${name}`, async () => {
    const it = await live();
    it.sound.leave(kept);
    assert.deepEqual(it.sent.at(-1), ["/audio/leave", { tab }]);
    assert.equal(Boolean(it.peers[0].closed), closed);
  });
}

test("disableNoiseReduction: the browser leaves the noise in", async () => {
  const asked = [];
  navigator.mediaDevices = { addEventListener() {}, getUserMedia: async (how) => (asked.push(how.audio.noiseSuppression), { getTracks: () => [], getAudioTracks: () => [] }) };
  await (await import("./audio.js?usual")).sound.prepare();
  location.search = "?disableNoiseReduction=1";
  await (await import("./audio.js?noisy")).sound.prepare();
  assert.deepEqual(asked, [true, false]);
});

test("a network that lets no sound through is said, until one does", async () => {
  timers.enable({ apis: ["setTimeout"] });
  const it = end();
  it.sound.take(snapshot());
  await settled();
  assert.equal(it.state(), "connecting");
  timers.tick(6_000);
  const [state, sentence] = it.said.at(-1);
  assert.equal(state, "lost");
  assert.match(sentence, /network does not let the sound/);
  timers.tick(6_000);
  await settled();
  assert.equal(it.peers.length, 2, "it tries again, also when the browser has not given up");
  assert.ok(it.peers[0].closed);
  assert.deepEqual(it.said.at(-1), [state, sentence], "and does not say meanwhile that all is well");
  it.peers[1].become("connected");
  assert.equal(it.state(), "live");
  it.peers[1].become("disconnected");
  assert.match(it.said.at(-1)[1], /comes back by itself/);
});

/** What lend.js has begun before this module was there. */
function begun(it, version, track = new Track()) {
  const peer = it.sound.lent.peer();
  const { sender } = peer;
  peer.getReceivers = () => [{ track: {} }];
  const way = { peer, sender, offered: Promise.resolve(), take: true, stream: Promise.resolve({ getTracks: () => [track], getAudioTracks: () => [track] }), version, adopted: () => (way.done = true) };
  return way;
}

test("goes on with a way that was begun before, and neither offers nor asks for a microphone again", async () => {
  const it = end();
  const track = new Track();
  const way = begun(it, Promise.resolve(1), track);
  Object.assign(way.peer, { remoteDescription: {}, connectionState: "connected" });
  it.sound.take(snapshot());
  await it.sound.resume(true, way);
  await settled();
  assert.deepEqual([it.state(), it.offers().length, it.tracks.length, it.peers.length, way.done, way.sender.track], ["live", 0, 0, 1, true, track]);
  it.sound.take(snapshot("other"));
  assert.deepEqual([it.state(), track.stopped, way.peer.closed], ["elsewhere", true, true]);
});

test("a way that was begun and refused is followed by another", async () => {
  const it = end();
  const way = begun(it, Promise.reject(new Error("gone")));
  await it.sound.resume(true, way);
  assert.deepEqual([it.state(), way.peer.closed], ["idle", true]);
  it.sound.take(snapshot());
  await settled();
  assert.deepEqual([it.offers().length, it.peers.length], [1, 2]);
});
