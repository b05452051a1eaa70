// What every test of calls stands on: a demo of its own, a browser full of web
// phones, and people who have never called anybody before.

import assert from 'node:assert/strict';
import { Watch } from '../lib/call.js';
import { Demo } from '../lib/demo.js';
import { Exchange } from '../lib/far.js';
import { patiently, together } from '../lib/tone.js';
import { Handset } from './handset.js';
import { letsIn, Softphone } from './softphone.js';

/** The voices of the parties of a call, in Hz: far from one another and from what a telephone says itself. */
export const voices = [560, 900, 1500, 2100];

/** A caller and a callee with web phones, and what each is told of their calls. */
export class Stage {
  /** @type {{vanish?: () => unknown, close?: () => unknown}[]} */ #open = [];
  /** @type {{close: () => unknown}[]} */ #kept = [];

  /** @param {Demo} demo @param {Exchange} exchange */
  constructor(demo, exchange) {
    this.demo = demo;
    this.exchange = exchange;
  }

  /** @param {string[]} [more] further flags of the demo */
  static async open(more = []) {
    const demo = await Demo.start([...letsIn, ...more]);
    return new Stage(demo, await Exchange.open(demo));
  }

  /**
   * A new user with one registered phone.
   * @param {import('../lib/far.js').Client} client
   * @param {number} tone @param {string} [name]
   */
  async party(client, tone, name = 'Ida Inner') {
    const user = await this.demo.user(name);
    const watch = await this.watch(user);
    const far = await this.phone(client, user, { tone });
    return Object.assign(far, { watch });
  }

  /** A new user with a phone without a browser, until the test is over. @param {number} tone @param {string} [name] */
  async softphone(tone, name = 'Sol Inner') {
    return this.keep(await Softphone.open(this.demo, await this.demo.user(name), tone));
  }

  /**
   * A person with our phone in a page, until the test is over.
   * @param {string | import('../lib/demo.js').User} who a user, or the name of a new one
   * @param {number} tone @param {Parameters<typeof Handset.open>[3]} [options]
   */
  async handset(who, tone, options) {
    const user = typeof who === 'string' ? await this.demo.user(who) : who;
    const me = await Handset.open(this.demo, user, tone, { path: '/plain', ...options });
    return this.keep(Object.assign(me, { user }));
  }

  /** Closes a thing of a test when it is over, before phones and watches end. @template {{close: () => unknown}} T @param {T} thing */
  keep(thing) {
    this.#kept.push(thing);
    return thing;
  }

  /** @param {import('../lib/demo.js').User} user */
  async watch(user) {
    const watch = await Watch.open(this.demo, user);
    this.#open.push(watch);
    return watch;
  }

  /**
   * A registered phone of a user's.
   * @param {import('../lib/far.js').Client} client @param {import('../lib/demo.js').User} user
   * @param {Parameters<Exchange['phone']>[2]} [options]
   */
  async phone(client, user, options) {
    const far = await this.exchange.registered(client, user, options);
    this.#open.push(far);
    return far;
  }

  /**
   * Parties with these clients, each with a voice of their own.
   * @param {...import('../lib/far.js').Client} clients
   */
  parties(...clients) {
    return Promise.all(clients.map((client, i) => this.party(client, voices[i], `${['Ann', 'Bob', 'Cid', 'Dan'][i]} Inner`)));
  }

  /** Ends all that a test has opened. */
  async clear() {
    await Promise.all(this.#kept.splice(0).map((thing) => thing.close()));
    await Promise.all(this.#open.splice(0).map((thing) => (thing.vanish ? thing.vanish() : thing.close?.())));
  }

  async close() {
    await this.clear();
    await this.exchange.close();
    await this.demo.close();
  }
}

/** @typedef {Awaited<ReturnType<Stage['party']>>} Party */

/** Has one call the other, who answers, and waits until they hear each other. @param {Party} a @param {Party} b */
export async function connect(a, b) {
  await ring(a, b);
  await b.does('answer');
  await together(a, b);
}

/** Has one call the other's number and waits until it rings there. @param {Party} a @param {Party} b */
export async function ring(a, b) {
  await a.does('call', b.user.phoneNumber);
  await b.told('incoming');
}

/**
 * The call log of somebody whose calls are over, as soon as it holds that many
 * with a result. More than that would be a call twice.
 * @param {Watch} watch @param {number} [count]
 */
export async function logged(watch, count = 1) {
  await watch.until(({ presence }) => presence.length > 0 && presence.at(-1).telephonyStatus === 'NoCall', 'presence without a call');
  const records = await patiently((async () => {
    for (;;) {
      const seen = watch.events.length; // what is told while the log is on its way may be of what it has not
      const log = await watch.log();
      if (log.length >= count && log.every((/** @type {any} */ r) => r.result !== 'In Progress')) return log;
      await watch.until(({ events }) => events.length > seen, 'another event');
    }
  })(), async () => `the log has ${JSON.stringify(await watch.log())}`);
  assert.equal(records.length, count, `calls in the log of ${watch.api.user.name}: ${JSON.stringify(records)}`);
  return records;
}
