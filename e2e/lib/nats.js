// A NATS server of one's own: built from the module that the Go tests use too,
// on a free loopback port, and ended by its process id.

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A running server. */
export class Nats {
  /** @type {import('node:child_process').ChildProcess | undefined} */ #child;
  /** @type {Promise<unknown> | undefined} */ #exited;
  #port;

  /** @param {string} dir @param {number} port */
  constructor(dir, port) {
    this.dir = dir;
    this.#port = port;
    this.url = `nats://127.0.0.1:${port}`;
  }

  static async start() {
    const dir = mkdtempSync(path.join(tmpdir(), 'offhook-nats-'));
    await run('go', ['build', '-o', dir, 'github.com/nats-io/nats-server/v2'], { cwd: root, env: { ...process.env, CGO_ENABLED: '0' } });
    const server = new Nats(dir, await freePort());
    await server.begin();
    return server;
  }

  /** Starts it, again after end. @returns {Promise<void>} */
  begin() {
    const child = spawn(path.join(this.dir, 'nats-server'), ['--addr', '127.0.0.1', '--port', String(this.#port)], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('close', resolve));
    return new Promise((resolve, reject) => {
      let log = '';
      child.stderr.on('data', (chunk) => {
        log += chunk;
        if (log.includes('Server is ready')) resolve();
      });
      child.once('close', () => reject(new Error(`NATS ended at its start:\n${log}`)));
    });
  }

  /** Has it hang: connections stand, and nothing is answered. */
  hang() {
    this.#child?.kill('SIGSTOP');
  }

  /** Has it go on. */
  wake() {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it in the middle of whatever it does. */
  async end() {
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  async close() {
    await this.end();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
