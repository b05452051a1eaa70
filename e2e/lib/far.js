// The far end of calls: web phones that others have released, each in a page
// of its own, registered at the platform as what sip-provision says.

import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { Api } from './api.js';
import { executable } from './chromium.js';
import { hearing, hears, hearsElse, hearsNothing, installSound, patiently } from './tone.js';

/** The released phones, by the files that drive them. @typedef {'web-phone' | 'web-phone-0.9' | 'web-phone-0.8' | 'sip' | 'jssip'} Client */

/** All of them. @type {Client[]} */
export const clients = ['web-phone', 'web-phone-0.9', 'web-phone-0.8', 'sip', 'jssip'];

/**
 * A browser for far ends. It is a tool, not a person's: it trusts the demo's
 * certificate and lets every page speak and play at once.
 */
export class Exchange {
  /** @type {Map<string, Promise<string>>} */ #bundles = new Map();
  /** @type {import('node:http').Server | undefined} */ #server;

  /** @param {import('./demo.js').Demo} demo @param {import('playwright-core').Browser} browser */
  constructor(demo, browser) {
    this.demo = demo;
    this.browser = browser;
    this.origin = '';
  }

  /** @param {import('./demo.js').Demo} demo */
  static async open(demo) {
    const browser = await chromium.launch({
      executablePath: executable(true),
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--ignore-certificate-errors'],
        ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required'],
      ],
    });
    const exchange = new Exchange(demo, browser);
    await exchange.#serve();
    return exchange;
  }

  /** One page for each client: nothing but its script. */
  async #serve() {
    this.#server = createServer(async (req, res) => {
      const name = clients.find((client) => req.url === `/${client}`);
      if (!name) return res.writeHead(404).end();
      res.setHeader('Content-Type', 'text/html; charset=utf-8');
      return res.end(`<!doctype html><title>${name}</title><script>${(await this.#bundle(name)).replaceAll('</script', '<\\/script')}</script>`);
    });
    await new Promise((resolve) => this.#server?.listen(0, '127.0.0.1', () => resolve(undefined)));
    this.origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (this.#server.address()).port}`;
  }

  /** @param {string} name @returns {Promise<string>} */
  #bundle(name) {
    const already = this.#bundles.get(name);
    if (already) return already;
    const entry = fileURLToPath(new URL(`../calls/clients/${name}.js`, import.meta.url));
    const made = build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', define: { global: 'window' }, logLevel: 'error' }).then((b) => b.outputFiles[0].text);
    this.#bundles.set(name, made);
    return made;
  }

  /**
   * A page with a phone of this user, not yet registered.
   * @param {Client} client
   * @param {import('./demo.js').User} user
   * @param {{tone?: number, instance?: string, provision?: any}} [options]
   */
  async phone(client, user, { tone = 900, instance = crypto.randomUUID(), provision } = {}) {
    provision ??= await (await Api.as(this.demo, user)).provision();
    const context = await this.browser.newContext({ ignoreHTTPSErrors: true, permissions: ['microphone'] });
    await context.addInitScript(installSound, { tone, device: false });
    await context.addInitScript(recordSip);
    const far = new Far(client, user, await context.newPage(), tone, provision.sipInfo[0].authorizationId);
    await far.page.goto(`${this.origin}/${client}`);
    await far.page.evaluate((options) => void Reflect.get(window, '__party').connect(options), { provision, sipInfo: provision.sipInfo[0], instanceId: instance });
    return far;
  }

  /**
   * A page with a registered phone of this user.
   * @param {Client} client
   * @param {import('./demo.js').User} user
   * @param {Parameters<Exchange['phone']>[2]} [options]
   */
  async registered(client, user, options) {
    const far = await this.phone(client, user, options);
    await far.does('register');
    await far.told('registered');
    return far;
  }

  async close() {
    await this.browser.close();
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

/** One far end. */
export class Far {
  /** @type {string[]} */ console = [];

  /**
   * @param {Client} client @param {import('./demo.js').User} user
   * @param {import('playwright-core').Page} page @param {number} tone @param {string} authorizationId
   */
  constructor(client, user, page, tone, authorizationId) {
    this.client = client;
    this.user = user;
    this.page = page;
    this.tone = tone;
    this.authorizationId = authorizationId;
    page.on('console', (message) => this.console.push(message.text()));
    page.on('pageerror', (error) => this.console.push(`uncaught: ${error.message}`));
  }

  /**
   * Has the phone do something and does not wait for what comes of it.
   * @param {string} verb @param {...unknown} args
   */
  does(verb, ...args) {
    return this.page.evaluate(
      ([name, rest]) => {
        const done = Reflect.get(window, '__phone')[/** @type {string} */ (name)](.../** @type {unknown[]} */ (rest));
        Promise.resolve(done).catch((err) => console.log(`${name} failed: ${err}`));
      },
      /** @type {[string, unknown[]]} */ ([verb, args]),
    );
  }

  /**
   * Waits until the phone has said a word, as often as that in all.
   * @param {string} word @param {number} [times]
   * @returns {Promise<string>} what it said with the word
   */
  told(word, times = 1) {
    const heard = this.page.evaluate(([w, n]) => Reflect.get(window, '__party').hearOf(w, n), /** @type {[string, number]} */ ([word, times]));
    return patiently(heard, () => this.lament(`never told ${word}${times > 1 ? ` ${times} times` : ''}`));
  }

  /** Everything that the phone has said. @returns {Promise<string[]>} */
  words() {
    return this.page.evaluate(() => Reflect.get(window, '__party').told());
  }

  /** Waits until the far end hears these frequencies. @param {...number} hz */
  hears(...hz) {
    return hears(this.page, ...hz).catch(async (err) => Promise.reject(new Error(await this.lament(err.message))));
  }

  /** Waits until it has heard nothing for a while. @param {number} [ms] of sound */
  hearsNothing(ms) {
    return hearsNothing(this.page, ms);
  }

  /** Waits until it hears something that is no voice of these. @param {...number} voices in Hz */
  hearsElse(...voices) {
    return hearsElse(this.page, ...voices);
  }

  /**
   * Every SIP message so far, as short as the contract writes it: `>INVITE`
   * was sent, `<180` and `<MESSAGE 7` came.
   * @returns {Promise<string[]>}
   */
  async transcript() {
    return (await this.messages()).map(({ out, text }) => (out ? '>' : '<') + abbreviated(text));
  }

  /** Every SIP message so far, whole. @returns {Promise<{out: boolean, text: string}[]>} */
  messages() {
    return this.page.evaluate(() => Reflect.get(window, '__sip'));
  }

  /**
   * Waits for a SIP message that fits.
   * @param {string} short as transcript writes it @param {number} [times]
   * @returns {Promise<string>} the whole message
   */
  async message(short, times = 1) {
    for (;;) {
      const all = await this.messages();
      const found = all.filter(({ out, text }) => (out ? '>' : '<') + abbreviated(text) === short)[times - 1];
      if (found) return found.text;
      const more = this.page.evaluate((n) => Reflect.get(window, '__sipMore')(n), all.length);
      await patiently(more, () => this.lament(`no ${short} came`));
    }
  }

  /** @param {string} what went wrong */
  async lament(what) {
    const [words, sip, now] = await Promise.all([this.words(), this.transcript(), hearing(this.page)].map((p) => p.catch(String)));
    return `${this.user.name}'s ${this.client} ${what}\nwords: ${words}\nsip: ${sip}\nhears: ${JSON.stringify(now)}\n${this.console.slice(-15).join('\n')}`;
  }

  /** Ends the page without a word, as a crash does. */
  vanish() {
    return this.page.context().close();
  }
}

/** A SIP message in a word or two. @param {string} text */
function abbreviated(text) {
  const first = text.slice(0, text.indexOf('\r\n'));
  const status = /^SIP\/2\.0 (\d+)/.exec(first)?.[1];
  if (status) return status;
  const method = first.split(' ')[0];
  return method === 'MESSAGE' ? `MESSAGE ${/ Cmd="(\d+)"/.exec(text)?.[1]}` : method;
}

/** Runs before a page's own scripts: keeps what goes over its SIP sockets. */
function recordSip() {
  /** @type {{out: boolean, text: string}[]} */ const messages = [];
  /** @type {(() => void)[]} */ let waiting = [];
  const w = /** @type {any} */ (window);
  w.__sip = messages;
  w.__sipMore = (/** @type {number} */ n) => new Promise((resolve) => (messages.length > n ? resolve(undefined) : waiting.push(() => resolve(undefined))));
  const add = (/** @type {boolean} */ out, /** @type {unknown} */ data) => {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(/** @type {ArrayBuffer} */ (data));
    if (!text.trim()) return; // a keep-alive
    messages.push({ out, text });
    for (const tell of waiting.splice(0)) tell();
  };
  const Socket = window.WebSocket;
  w.__sockets = [];
  window.WebSocket = class extends Socket {
    /** @param {string | URL} url @param {string | string[]} [protocols] */
    constructor(url, protocols) {
      super(url, protocols);
      w.__sockets.push(this);
      this.addEventListener('message', (e) => add(false, e.data));
    }

    /** @param {any} data */
    send(data) {
      add(true, data);
      super.send(data);
    }
  };
}
