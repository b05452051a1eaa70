// A run of the binary, with what it writes at hand.

import { spawn } from 'node:child_process';
import { binary } from './demo.js';

/** One process of the binary. */
export class Process {
  output = '';
  /** @type {Set<() => void>} */ #listeners = new Set();

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.child = child;
    /** @type {Promise<number | string | null>} the exit code, or the signal */
    this.exited = new Promise((resolve) => child.once('close', (code, signal) => {
      this.#tell();
      resolve(code ?? signal);
    }));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk;
        this.#tell();
      });
    }
  }

  /**
   * @param {string[]} args
   * @param {Record<string, string>} [env]
   */
  static async start(args, env = {}) {
    // What steers the tests is no setting of the server, which would refuse it.
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OFFHOOK_')));
    return new Process(spawn(await binary(), args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...inherited, ...env } }));
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }

  /**
   * Waits until the output says something, and fails when the process ends before.
   * @param {RegExp} pattern
   * @param {number} [deadline]
   */
  says(pattern, deadline = 30_000) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.output);
        if (found) settle(() => resolve(found));
        else if (this.child.exitCode !== null) settle(() => reject(new Error(`ended without ${pattern}:\n${this.output}`)));
      };
      const timer = setTimeout(() => settle(() => reject(new Error(`never said ${pattern}:\n${this.output}`))), deadline);
      /** @param {() => void} done */
      const settle = (done) => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        done();
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** Ends it as Ctrl-C does. */
  async stop() {
    this.child.kill('SIGINT');
    return this.exited;
  }
}
