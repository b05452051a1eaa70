// RingCentral's released client for phones without a browser
// (ringcentral-softphone): SIP by TLS, sound by RTP that its descriptions hold
// the keys of. It looks at every byte of what a platform says.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import Softphone from 'ringcentral-softphone';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { patiently } from '../lib/tone.js';
import { share, sine, unwav } from '../lib/wave.js';

/** The client's own codec, and the one in which the exchange itself speaks. */
const opus = 'OPUS/16000';
const pcmu = 'PCMU/8000';

/** @type {Demo} */ let demo;
/** @type {Phone[]} */ let phones = [];
before(async () => {
  demo = new Demo(path.join(mkdtempSync(path.join(tmpdir(), 'offhook-e2e-')), 'data'));
  mkdirSync(demo.dir, { mode: 0o700 });
  await demo.start(['--platform-sip-addr', '127.0.0.1:0']);
});
afterEach(() => {
  for (const phone of phones) phone.close();
  phones = [];
});
after(() => demo.close());

/** A phone that says one tone. */
class Phone {
  /** @param {any} client @param {number} tone */
  constructor(client, tone) {
    this.client = client;
    this.tone = tone;
    /** @type {any[]} */ this.invites = [];
    /** @type {any[]} */ this.sessions = [];
    client.on('invite', (/** @type {any} */ invite) => this.invites.push(invite));
  }

  /** A phone of a user of the demo, registered. @param {number} user @param {number} tone @param {typeof opus | typeof pcmu} [codec] */
  static async open(user, tone, codec = opus) {
    const api = await Api.as(demo, demo.facts.users[user]);
    const { sipInfo } = await api.request('POST', '/restapi/v1.0/client-info/sip-provision', {
      sipInfo: [{ transport: 'TLS' }],
      device: { appExternalId: 'softphone' },
    });
    const [{ domain, outboundProxy, username, password, authorizationId }] = sipInfo;
    const client = new Softphone({ domain, outboundProxy, username, password, authorizationId, codec, ignoreTlsCertErrors: true });
    const phone = new Phone(client, tone);
    phones.push(phone);
    await client.register();
    return phone;
  }

  /** Calls a number, and speaks when it is connected. @param {string} number */
  async call(number) {
    const session = await this.client.call(number);
    await patiently(once(session, 'answered'), () => `${number} did not answer`);
    return this.#speak(session);
  }

  /** Waits until it rings. */
  async rings() {
    if (!this.invites.length) await patiently(once(this.client, 'invite'), () => 'the phone did not ring');
    return this.invites.shift();
  }

  /** Takes the call that rings. */
  async answer() {
    return this.#speak(await this.client.answer(await this.rings()));
  }

  /** @param {any} session */
  #speak(session) {
    this.sessions.push(session);
    if (this.client.codec.name !== opus) return session;
    const samples = sine(this.tone, 60, 16_000);
    const pcm = Buffer.alloc(samples.length * 2);
    samples.forEach((s, i) => pcm.writeInt16LE(Math.round(s * 32767), 2 * i));
    session.streamAudio(pcm);
    return session;
  }

  /** The client keeps the sockets of calls that it hangs up itself. */
  close() {
    for (const session of this.sessions) if (!session.disposed) session.dispose();
    this.client.revoke();
  }
}

/** Bytes of µ-law as numbers. @param {Buffer} bytes */
function fromMuLaw(bytes) {
  const header = Buffer.from('RIFF....WAVEfmt ........................data....', 'latin1').subarray(0, 44);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(7, 20); // µ-law
  header.writeUInt16LE(1, 22);
  header.writeUInt16LE(8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(bytes.length, 40);
  return unwav(Buffer.concat([header, bytes])).samples;
}

/** Bytes of 16 bit samples as numbers. @param {Buffer} bytes */
const fromPCM = (bytes) => Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);

/**
 * Waits until a call's last fifth of a second is these tones at once.
 * @param {any} session @param {...number} hz
 */
function hears(session, ...hz) {
  const { name } = session.softphone.codec;
  const rate = name === opus ? 16_000 : 8000;
  let heard = new Float32Array();
  /** @type {(packet: any) => void} */ let listen = () => {};
  const found = new Promise((resolve) => {
    listen = ({ payload }) => {
      heard = Float32Array.from([...heard, ...(name === opus ? fromPCM(payload) : fromMuLaw(payload))]).slice(-rate / 5);
      const shares = hz.map((tone) => share(heard, rate, tone));
      const all = shares.reduce((sum, n) => sum + n, 0);
      if (heard.length === rate / 5 && all > 0.7 && Math.min(...shares) > 0.2) resolve(undefined);
    };
    session.on('audioPacket', listen);
  });
  return patiently(found, () => `${hz.join(' and ')} Hz was not heard`).finally(() => session.off('audioPacket', listen));
}

describe('a phone without a browser', () => {
  it('hears its own voice from *601', async () => {
    const phone = await Phone.open(0, 700);
    const session = await phone.call('*601');
    assert.match(session.sessionId, /^s-/);
    assert.match(session.partyId, /^p-/);
    await hears(session, 700);
    session.hangup();
  });

  it('calls another, hears it and is hung up on', async () => {
    const [ada, sam] = [await Phone.open(0, 700), await Phone.open(1, 1100)];
    const [out, back] = await Promise.all([ada.call(demo.facts.users[1].extensionNumber), sam.answer()]);
    await Promise.all([hears(out, 1100), hears(back, 700)]);
    const key = once(back, 'dtmf');
    out.sendDTMF('5');
    assert.deepEqual(await patiently(key, () => 'the key was not heard'), ['5']);
    const ended = once(out, 'disposed');
    back.hangup();
    await patiently(ended, () => 'the call did not end');
  });

  it('declines, and the caller hears that the line is busy', async () => {
    const [ada, sam] = [await Phone.open(0, 700, pcmu), await Phone.open(1, 1100)];
    const calling = ada.call(demo.facts.users[1].extensionNumber);
    sam.client.decline(await sam.rings());
    const session = await calling;
    await hears(session, 480, 620);
    session.hangup();
  });
});
