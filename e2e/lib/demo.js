// A demo server of one's own: started as a process of the real binary in a
// temporary folder, on free loopback ports, and ended by its process id.
//
// The platform listens on 127.0.0.2, the widget on localhost and the host page
// on 127.0.0.1, so that all three are different sites to the browser.

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** How long a start may take before it counts as failed. A busy machine is slow. */
const startDeadline = 60_000;

/** @returns {Promise<string>} the binary under test, built once per process unless OFFHOOK_BINARY names it */
export async function binary() {
  if (process.env.OFFHOOK_BINARY) return process.env.OFFHOOK_BINARY;
  built ??= (async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'offhook-build-')), 'offhook');
    process.on('exit', () => rmSync(path.dirname(file), { recursive: true, force: true }));
    await run('go', ['build', '-o', file, './cmd/offhook'], { cwd: root });
    return file;
  })();
  return built;
}
/** @type {Promise<string> | undefined} */
let built;

/**
 * @typedef {{name: string, extensionId: string, extensionNumber: string, phoneNumber: string, username: string, password: string, jwt?: string}} User
 * @typedef {{name: string, clientId: string, clientSecret: string, grants: string[], redirectUris: string[], scopes: string[]}} App
 * @typedef {{widget: {url: string}, platform: {url: string, tlsUrl: string, caFile: string}, host: {url: string},
 *   account: {id: string, mainNumber: string}, apps: App[], users: User[],
 *   testNumbers: {name: string, kind: string, extensionNumber: string, phoneNumber: string}[], pid: number}} Facts
 */

/** One demo server. `facts` is what demo.json says of the running process. */
export class Demo {
  /** @type {Facts} */ facts;
  /** @type {import('node:child_process').ChildProcess | undefined} */ #child;
  /** @type {Promise<unknown> | undefined} */ #exited;
  /** @type {string[]} of widget, platform by HTTP and TLS, and host */ #addresses = [];
  #users = 0;
  #log = '';
  /** @type {Set<() => void>} */ #readers = new Set();

  /** @param {string} dir the data folder, removed by close */
  constructor(dir) {
    this.dir = dir;
    this.facts = /** @type {Facts} */ ({});
  }

  /** Starts a demo in a fresh folder. Close it when done. @param {string[]} [more] further flags */
  static async start(more) {
    const parent = mkdtempSync(path.join(tmpdir(), 'offhook-e2e-'));
    const demo = new Demo(path.join(parent, 'data'));
    mkdirSync(demo.dir, { mode: 0o700 });
    try {
      await demo.start(more);
    } catch (err) {
      await demo.close();
      throw err;
    }
    return demo;
  }

  /**
   * Starts the process, the second time at the same addresses as before.
   * @param {string[]} [more] further flags
   */
  async start(more = []) {
    const file = await binary();
    if (!this.#addresses.length) {
      for (const host of ['127.0.0.1', '127.0.0.2', '127.0.0.2', '127.0.0.1']) this.#addresses.push(`${host}:${await freePort(host)}`);
    }
    const flags = ['--widget-addr', '--platform-addr', '--platform-tls-addr', '--host-addr'];
    const args = ['demo', '--dir', this.dir, '--log-level', 'debug', ...flags.flatMap((flag, i) => [flag, this.#addresses[i]]), ...more];
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#log += chunk;
        for (const read of this.#readers) read();
      });
    }
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    this.facts = await this.#ready(child);
  }

  /**
   * Waits until demo.json names this process. An older file may still lie there.
   * @param {import('node:child_process').ChildProcess} child
   * @returns {Promise<Facts>}
   */
  #ready(child) {
    const file = path.join(this.dir, 'demo.json');
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!existsSync(file)) return;
        let facts;
        try {
          facts = JSON.parse(readFileSync(file, 'utf8'));
        } catch {
          return; // half written: the rest makes another event
        }
        if (facts.pid === child.pid) finish(() => resolve(facts));
      };
      const watcher = watch(this.dir, look);
      const timer = setTimeout(() => finish(() => reject(new Error(`no demo.json after ${startDeadline} ms\n${this.log()}`))), startDeadline);
      const onExit = () => finish(() => reject(new Error(`the demo ended at its start\n${this.log()}`)));
      /** @param {() => void} settle */
      const finish = (settle) => {
        watcher.close();
        clearTimeout(timer);
        child.off('close', onExit);
        settle();
      };
      child.once('close', onExit);
      look();
    });
  }

  /** The process id of the running server. */
  get pid() {
    return this.#child?.pid;
  }

  /** Everything the server has written so far, over all its starts. */
  log() {
    return this.#log;
  }

  /**
   * Waits until what the server has written fits.
   * @param {(log: string) => boolean} fits
   * @param {number} [deadline]
   * @returns {Promise<void>}
   */
  logged(fits, deadline = 15_000) {
    return new Promise((resolve, reject) => {
      const read = () => fits(this.#log) && settle(resolve);
      const timer = setTimeout(() => settle(() => reject(new Error(`the server never wrote what fits ${fits}`))), deadline);
      /** @param {() => void} done */
      const settle = (done) => {
        clearTimeout(timer);
        this.#readers.delete(read);
        done();
      };
      this.#readers.add(read);
      read();
    });
  }

  /** Ends the server as Ctrl-C does and returns its exit code. */
  async stop() {
    return this.#end('SIGINT');
  }

  /** Ends the server as a power cut does. */
  async kill() {
    return this.#end('SIGKILL');
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const exited = this.#exited;
    this.#child?.kill(signal);
    this.#child = undefined;
    this.#exited = undefined;
    return exited;
  }

  /**
   * Ends the server and has it say what it was doing.
   * @returns {Promise<Map<string, number>>} how many goroutines there were, by the function that each had begun with
   */
  async goroutines() {
    const before = this.#log.length;
    await this.#end('SIGQUIT');
    const all = new Map();
    for (const stack of this.#log.slice(before).split('\n\n')) {
      const frames = stack.split('\n').filter((line) => /^\S+\(.*\)$/.test(line) && !/^(runtime\.|sync\.\(\*WaitGroup\))/.test(line));
      const first = frames.at(-1)?.replace(/\([^()]*\)$/, '');
      if (first && stack.startsWith('goroutine')) all.set(first, (all.get(first) ?? 0) + 1);
    }
    return all;
  }

  /** Ends the server and removes its data. */
  async close() {
    await this.kill();
    rmSync(path.dirname(this.dir), { recursive: true, force: true });
  }

  /**
   * Runs a subcommand of the binary on the data folder, also while it runs.
   * @param {string[]} args
   */
  async command(...args) {
    const { stdout } = await run(await binary(), [...args.slice(0, 2), '--dir', this.dir, '--json', ...args.slice(2)]);
    return JSON.parse(stdout);
  }

  /** Removes a user, and with them their sessions at the platform. @param {string} username */
  async removeUser(username) {
    await run(await binary(), ['user', 'remove', '--dir', this.dir, '--user', username]);
  }

  /** The audit trail, oldest first. @returns {Promise<Record<string, string>[]>} */
  async audit() {
    const { stdout } = await run(await binary(), ['audit', '--dir', this.dir, '--json']);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /**
   * Adds a user, so that tests do not share one user's rate limits. Letters are
   * added to the name, so that no two users of a demo are called the same.
   * @param {string} [name]
   * @returns {Promise<User>}
   */
  async user(name = 'Tess Tester') {
    this.#users += 1;
    const letters = String.fromCharCode(...[Math.floor(this.#users / 26), this.#users % 26].map((n) => 65 + n));
    const full = `${name} ${letters}`;
    const password = `correct horse ${this.#users} battery`;
    const email = `${letters}.${this.#users}@test.example`.toLowerCase();
    return this.command('user', 'add', '--name', full, '--email', email, '--password', password);
  }
}

/**
 * One https request that trusts the demo's own certificate authority, for
 * tests of what no browser would send.
 * @param {string} url
 * @param {string} caFile
 * @returns {Promise<number | undefined>} the status
 */
export function httpsStatus(url, caFile) {
  return new Promise((resolve, reject) => {
    request(url, { ca: readFileSync(caFile) }, (res) => {
      res.resume();
      resolve(res.statusCode);
    }).on('error', reject).end();
  });
}
