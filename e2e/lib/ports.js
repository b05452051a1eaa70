// Ports for programs that must be told theirs before they start, or that start
// twice at the same. The system gives out ports from 32768 on, and its own
// choice for somebody else may be one that was seen free a moment ago. So these
// are lower, and come in hundreds of which a process keeps the first for as
// long as it lives, so that others leave the rest alone. internal/rigtest does
// the same.

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const firstHundred = 15000;
const lastHundred = 32500;

let next = 0;
/** @type {Promise<unknown>} one asks at a time */ let turn = Promise.resolve();

/** Whether nobody listens there by TCP; the server that does then is kept where it is wanted. @param {number} port @param {string} host @param {boolean} [keep] @returns {Promise<boolean>} */
function listens(port, host, keep = false) {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).once('error', () => resolve(false)).listen({ port, host, exclusive: true }, () => {
      if (!keep) return server.close(() => resolve(true));
      server.unref();
      resolve(true);
    });
  });
}

/** Whether nobody has it by UDP. @param {number} port @param {string} host @returns {Promise<boolean>} */
function hears(port, host) {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').once('error', () => resolve(false)).bind(port, host, () => socket.close(() => resolve(true)));
  });
}

/** The first port of a hundred that no other process has, which is kept: any, so that two who ask in turn get others. */
async function hundred() {
  const all = (lastHundred - firstHundred) / 100 + 1;
  const from = Math.floor(Math.random() * all);
  for (let i = 0; i < all; i++) {
    const port = firstHundred + 100 * ((from + i) % all);
    if (await listens(port, '127.0.0.1', true)) return port;
  }
  throw new Error('no port is free');
}

/** @param {string} host */
async function take(host) {
  for (;;) {
    if (next % 100 === 0) next = (await hundred()) + 1;
    const port = next++;
    if (await listens(port, host) && await hears(port, host)) return port;
  }
}

/**
 * A port that nobody has, by TCP or UDP, and that nobody else is told of.
 * @param {string} [host]
 * @returns {Promise<number>}
 */
export function freePort(host = '127.0.0.1') {
  const port = turn.then(() => take(host));
  turn = port.catch(() => undefined);
  return port;
}
