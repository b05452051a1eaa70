// A NATS server of one's own: built from the module that the Go tests use too,
// on a free loopback port, and ended by its process id.

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { freePort } from './process.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A running server. */
export class Nats {
  #child;
  #exited;

  /** @param {string} dir @param {number} port */
  constructor(dir, port) {
    this.dir = dir;
    this.url = `nats://127.0.0.1:${port}`;
    this.#child = spawn(path.join(dir, 'nats-server'), ['--addr', '127.0.0.1', '--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#exited = new Promise((resolve) => this.#child.once('close', resolve));
  }

  static async start() {
    const dir = mkdtempSync(path.join(tmpdir(), 'offhook-nats-'));
    await run('go', ['build', '-o', dir, 'github.com/nats-io/nats-server/v2'], { cwd: root, env: { ...process.env, CGO_ENABLED: '0' } });
    const server = new Nats(dir, await freePort('127.0.0.1'));
    await server.#ready();
    return server;
  }

  #ready() {
    return new Promise((resolve, reject) => {
      let log = '';
      this.#child.stderr.on('data', (chunk) => {
        log += chunk;
        if (log.includes('Server is ready')) resolve(undefined);
      });
      this.#child.once('close', () => reject(new Error(`NATS ended at its start:\n${log}`)));
    });
  }

  async close() {
    this.#child.kill('SIGKILL');
    await this.#exited;
    rmSync(this.dir, { recursive: true, force: true });
  }
}
