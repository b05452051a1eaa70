// A phone without a browser: RingCentral's released client (ringcentral-softphone),
// with SIP by TLS and sound by RTP. It takes each packet in its own time, so
// what it hears does not depend on how busy the machine is.

import { once } from 'node:events';
import Client from 'ringcentral-softphone';
import { Api } from '../lib/api.js';
import { patiently } from '../lib/tone.js';
import { share, sine, unwav } from '../lib/wave.js';

/** The flags of a demo that lets such phones in. */
export const letsIn = ['--platform-sip-addr', '127.0.0.1:0'];

/** The client's own codec, and the one in which the exchange itself speaks. */
export const opus = 'OPUS/16000';
export const pcmu = 'PCMU/8000';

/** The keys of a phone in the order of their codes (RFC 4733). */
const keyCodes = '0123456789*#';

/** A phone that says one tone. */
export class Softphone {
  /** @type {any[]} */ #invites = [];
  /** @type {any[]} */ #sessions = [];

  /** @param {any} client @param {import('../lib/demo.js').User} user @param {number} tone */
  constructor(client, user, tone) {
    this.client = client;
    this.user = user;
    this.tone = tone;
    client.on('invite', (/** @type {any} */ invite) => this.#invites.push(invite));
  }

  /**
   * A registered phone of a user's.
   * @param {import('../lib/demo.js').Demo} demo @param {import('../lib/demo.js').User} user
   * @param {number} tone in Hz @param {typeof opus | typeof pcmu} [codec]
   */
  static async open(demo, user, tone, codec = opus) {
    const api = await Api.as(demo, user);
    const { sipInfo } = await api.request('POST', '/restapi/v1.0/client-info/sip-provision', {
      sipInfo: [{ transport: 'TLS' }],
      device: { appExternalId: 'softphone' },
    });
    const [{ domain, outboundProxy, username, password, authorizationId }] = sipInfo;
    const client = new Client({ domain, outboundProxy, username, password, authorizationId, codec, ignoreTlsCertErrors: true });
    const phone = new Softphone(client, user, tone);
    try {
      await client.register();
    } catch (err) {
      phone.close();
      throw err;
    }
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
    if (!this.#invites.length) await patiently(once(this.client, 'invite'), () => 'the phone did not ring');
    return this.#invites.shift();
  }

  /** Takes the call that rings. */
  async answer() {
    return this.#speak(await this.client.answer(await this.rings()));
  }

  /** @param {any} session */
  #speak(session) {
    this.#sessions.push(session);
    if (this.client.codec.name !== opus) return session;
    const samples = sine(this.tone, 60, 16_000);
    const pcm = Buffer.alloc(samples.length * 2);
    samples.forEach((s, i) => pcm.writeInt16LE(Math.round(s * 32767), 2 * i));
    session.streamAudio(pcm);
    return session;
  }

  /** The client keeps the sockets of calls that it hangs up itself. */
  close() {
    for (const session of this.#sessions) if (!session.disposed) session.dispose();
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
export function hears(session, ...hz) {
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

/**
 * Waits until these keys have been pressed, from now on. The packets of one key
 * have one timestamp (RFC 4733).
 * @param {any} session @param {string} wanted
 * @returns {Promise<string>} all that were pressed until then
 */
export function hearsKeys(session, wanted) {
  let heard = '';
  /** @type {number | undefined} */ let last;
  /** @type {(packet: any) => void} */ let listen = () => {};
  const found = new Promise((resolve) => {
    listen = ({ header, payload }) => {
      if (header.timestamp !== last) heard += keyCodes[payload[0]] ?? '';
      last = header.timestamp;
      if (heard.endsWith(wanted)) resolve(heard);
    };
    session.on('dtmfPacket', listen);
  });
  return patiently(found, () => `the keys ${wanted} were not heard, but «${heard}»`).finally(() => session.off('dtmfPacket', listen));
}
