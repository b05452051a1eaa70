// A relay for sound of one's own: Debian's coturn on a free loopback port,
// which knows people by names that end, and is ended by its process id.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './ports.js';

/** A running relay. */
export class TurnServer {
  #child;
  #exited;
  /** What it has said. */
  log = '';

  /** @param {string} dir @param {number} port @param {string} secret */
  constructor(dir, port, secret) {
    this.dir = dir;
    this.url = `turn:127.0.0.1:${port}`;
    this.secretFile = path.join(dir, 'secret');
    const config = path.join(dir, 'turnserver.conf');
    writeFileSync(this.secretFile, `${secret}\n`, { mode: 0o600 });
    writeFileSync(config, [
      `listening-port=${port}`, 'listening-ip=127.0.0.1', 'relay-ip=127.0.0.1', 'allow-loopback-peers', 'realm=offhook.test',
      'use-auth-secret', `static-auth-secret=${secret}`, 'no-cli', 'no-tls', 'no-dtls', 'fingerprint', 'verbose', 'log-file=stdout', 'simple-log',
      `pidfile=${path.join(dir, 'pid')}`, `userdb=${path.join(dir, 'db')}`, '',
    ].join('\n'), { mode: 0o600 });
    this.#child = spawn('turnserver', ['-c', config], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#exited = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  /** Starts a relay with a secret, and waits until it listens. @param {string} secret */
  static async start(secret) {
    const dir = mkdtempSync(path.join(tmpdir(), 'offhook-turn-'));
    const server = new TurnServer(dir, await freePort(), secret);
    try {
      await server.#ready();
    } catch (err) {
      await server.close();
      throw err;
    }
    return server;
  }

  /** @returns {Promise<void>} */
  #ready() {
    return new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      void this.#exited.then(() => reject(new Error(`the relay has ended:\n${this.log}`)));
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.log += `${line}\n`;
        if (/UDP listener opened on/i.test(line)) resolve();
      });
    });
  }

  async close() {
    if (this.#child.pid) {
      this.#child.kill();
      await this.#exited;
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}
