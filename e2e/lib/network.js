// A slow and lossy network between a browser and the server's port for sound:
// datagrams take a while each way, and some never come. There is no such thing
// to switch on in a container, so the sound goes through sockets of ours; what
// the page asks by HTTP goes as ever.

import { createSocket } from 'node:dgram';

/** @typedef {import('node:dgram').Socket} Socket */
/** @typedef {{delay: number, loss?: number, random?: () => number}} Way delay: in ms, each way; loss: the part that is lost */

/** Runs in every frame: the ways that the server names lead to our socket. @param {number} port */
function detour(port) {
  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    /** @param {RTCSessionDescriptionInit} description */
    async setRemoteDescription({ type, sdp }) {
      const candidate = /^(a=candidate:\S+ \d udp \d+ )\S+ (\d+) (typ host.*\r\n)/im;
      Reflect.get(window, '__network')(Number(sdp?.match(candidate)?.[2]));
      const through = sdp?.replace(candidate, `$1127.0.0.1 ${port} $3`).replace(/^a=candidate:.*\r\n/gm, (line) => (line.includes(` ${port} `) ? line : ''));
      return super.setRemoteDescription({ type, sdp: through });
    }
  };
}

/** @typedef {'relay' | 'tcp'} Only */

/**
 * Runs in every frame of a browser on a network that lets sound through in one
 * way alone.
 * @param {Only} way
 */
export function only(way) {
  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    /** @param {RTCConfiguration} [config] */
    constructor(config) {
      super(way === 'relay' ? { ...config, iceTransportPolicy: 'relay' } : config);
    }

    /** @param {RTCSessionDescriptionInit} description */
    async setRemoteDescription({ type, sdp }) {
      return super.setRemoteDescription({ type, sdp: way === 'tcp' ? sdp?.replace(/^a=candidate:\S+ \d udp .*\r\n/gim, '') : sdp });
    }
  };
}

/**
 * How the sound of a page leaves it.
 * @param {import('./tone.js').Place} place
 * @returns {Promise<{candidateType: string, protocol: string}>}
 */
export const leaves = (place) => place.evaluate(async () => {
  /** @type {Map<string, any>} */
  const stats = await Reflect.get(window, '__peers').at(-1).getStats();
  const transport = [...stats.values()].find(({ type }) => type === 'transport');
  const { candidateType, protocol } = stats.get(stats.get(transport.selectedCandidatePairId).localCandidateId);
  return { candidateType, protocol };
});

/** A way between one browser and the server. */
export class Network {
  /** @type {Map<string, Socket>} as whom the server knows a sender */ #backs = new Map();
  #to = 0;
  carried = 0;
  lost = 0;

  /** @param {Socket} front @param {Way} options */
  constructor(front, { delay, loss = 0, random = Math.random }) {
    this.front = front;
    front.on('message', (data, { address, port }) => this.#pass(() => this.#back(address, port).send(data, this.#to, '127.0.0.1')));
    this.delay = delay;
    this.loss = loss;
    this.random = random;
  }

  /**
   * Lays a network around all pages of a browser that are opened from now on.
   * @param {import('playwright-core').BrowserContext} context @param {Way} options
   */
  static async around(context, options) {
    const front = createSocket('udp4');
    await new Promise((resolve, reject) => front.once('error', reject).bind(0, '127.0.0.1', () => resolve(undefined)));
    const network = new Network(front, options);
    await context.exposeFunction('__network', (/** @type {number} */ port) => void (network.#to = port));
    await context.addInitScript(detour, front.address().port);
    return network;
  }

  /** @param {string} address @param {number} port */
  #back(address, port) {
    const key = `${address}:${port}`;
    const known = this.#backs.get(key);
    if (known) return known;
    const back = createSocket('udp4');
    back.on('message', (data) => this.#pass(() => this.front.send(data, port, address)));
    this.#backs.set(key, back);
    return back;
  }

  /** @param {() => void} deliver */
  #pass(deliver) {
    if (this.random() < this.loss) {
      this.lost++;
      return;
    }
    setTimeout(() => {
      if (this.#to) deliver();
      this.carried++;
    }, this.delay);
  }

  close() {
    this.delay = this.loss = 0;
    this.#to = 0;
    for (const socket of [this.front, ...this.#backs.values()]) socket.close();
  }
}
