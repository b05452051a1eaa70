// A person with our phone in a page, who calls and is called: by the buttons
// that people press, with a microphone that says one tone.

import { hears, hearsElse, hearsNothing, installSound, microphone, together } from '../lib/tone.js';
import { Network, only } from '../lib/network.js';
import { Person } from '../lib/person.js';

/** @typedef {import('../lib/host.js').Host} Host */
/** @typedef {import('../lib/person.js').Tab} Tab */

/** A page with the phone: of a host, or of the demo's own. @param {Person} person @param {Host} [host] @param {string} [path] */
const page = async (person, host, path) => (host ? (await host.open(person, path ?? '/')).started() : person.tab(path));

/** One person at one computer. */
export class Handset {
  /**
   * @param {Person} person @param {Tab} tab @param {number} tone
   * @param {{network?: Network, host?: Host}} [where] the network that the sound goes through, and whose the page is
   */
  constructor(person, tab, tone, { network, host } = {}) {
    this.network = network;
    this.host = host;
    this.person = person;
    this.tab = tab;
    this.tone = tone;
  }

  /**
   * A browser with the phone open, signed in, and able to call.
   * @param {import('../lib/demo.js').Demo} demo
   * @param {import('../lib/demo.js').User} user
   * @param {number} tone in Hz
   * @param {{path?: string, host?: Host, before?: () => void, network?: import('../lib/network.js').Way, only?: import('../lib/network.js').Only} & Parameters<typeof Person.open>[1]} [options]
   */
  static async open(demo, user, tone, options = {}) {
    const person = await Person.open(demo, { engine: true, ...options, microphone: microphone(tone) });
    try {
      await person.context.addInitScript(installSound, { tone, device: true });
      if (options.before) await person.context.addInitScript(options.before);
      const network = options.network && (await Network.around(person.context, options.network));
      if (options.only) await person.context.addInitScript(only, options.only);
      const me = new Handset(person, await page(person, options.host, options.path), tone, { network, host: options.host });
      await person.enter(me.tab, user);
      return await me.ready();
    } catch (err) {
      await person.close();
      throw err;
    }
  }

  /** Another tab of the same person. @param {string} [path] of the host page */
  async another(path) {
    const tab = await (await page(this.person, this.host, path)).signedIn();
    return new Handset(this.person, tab, this.tone, { host: this.host }).ready();
  }

  get phone() {
    return this.tab.phone;
  }

  /** Waits until calls can be placed. */
  async ready() {
    await this.phone.locator('body[data-line=registered]').waitFor();
    return this;
  }

  /** Opens the dialer, and returns its field. */
  async dialer() {
    await this.phone.getByRole('navigation').getByRole('link', { name: 'Phone' }).click();
    await this.phone.locator('#panel:not([aria-busy]) [data-panel=dialer]').waitFor();
    return this.phone.getByLabel('Name or number');
  }

  /** Opens the dialer, and waits until it takes keys as they are pressed. */
  async keys() {
    const field = await this.dialer();
    await (await this.tab.frame()).evaluate(async () => {
      const script = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/widget/calls.js'));
      await import(new URL('dialer.js', script?.name).href);
    });
    return field;
  }

  /** Types a number into the dialer and presses Call, whatever comes of it. @param {string} number */
  async dial(number) {
    await (await this.dialer()).fill(number);
    await this.phone.getByRole('button', { name: 'Call', exact: true }).click();
  }

  /** Types a number into the dialer and calls it. @param {string} number */
  async call(number) {
    await this.dial(number);
    await this.sees('[data-panel=active-call]');
  }

  /** Calls somebody, who answers, and waits until they hear each other. @param {import('./stage.js').Party} far */
  async talksTo(far) {
    await this.call(far.user.phoneNumber);
    await far.told('incoming');
    await far.does('answer');
    await this.is('connected');
    await together(this, far);
  }

  /** Waits for a call that rings. @param {string | RegExp} [from] what the sheet says */
  async rings(from = '') {
    const sheet = this.phone.getByRole('alertdialog').filter({ hasText: from });
    await sheet.waitFor();
    return sheet;
  }

  /** Waits until a call rings, and takes it. */
  async answer() {
    await (await this.rings()).getByRole('button', { name: 'Answer', exact: true }).click();
  }

  /** Presses a button of the call that goes on. @param {string} name */
  press(name) {
    return this.live.getByRole('button', { name, exact: true }).click();
  }

  /** The page of the call that goes on. */
  get live() {
    return this.phone.locator('[data-panel=active-call]');
  }

  /** Waits until the call that is open is in a state. @param {'dialing' | 'ringing' | 'connected' | 'held' | 'ended'} state */
  is(state) {
    return this.sees(`[data-panel=active-call][data-call-state=${state}]`);
  }

  /** Waits until something is there. What was there instead is in the error. @param {string} selector */
  async sees(selector) {
    await this.phone.locator(selector).waitFor().catch(async (/** @type {Error} */ err) => {
      const instead = await this.phone.locator('body').innerText({ timeout: 5_000 }).catch(String);
      throw new Error(`${err.message}\nThe phone shows:\n${instead}`, { cause: err });
    });
  }

  /** Waits until nothing of a call is left to see. */
  async quiet() {
    await this.phone.locator('[data-now], [data-ring]').first().waitFor({ state: 'detached' });
  }

  /** Waits until the person hears these frequencies. @param {...number} hz */
  async hears(...hz) {
    return hears(await this.tab.frame(), ...hz);
  }

  /** @param {number} [ms] of sound */
  async hearsNothing(ms) {
    return hearsNothing(await this.tab.frame(), ms);
  }

  /** @param {...number} voices in Hz */
  async hearsElse(...voices) {
    return hearsElse(await this.tab.frame(), ...voices);
  }

  /**
   * How the phone says that the calls are.
   * @returns {Promise<import('../../web/widget/calls.js').Snapshot>}
   */
  async snapshot() {
    return (await this.tab.frame()).evaluate(async () => {
      const script = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/widget/calls.js'));
      return (await import(script?.name ?? '')).snapshot();
    });
  }

  /** The calls that go on. */
  async calls() {
    return (await this.snapshot()).calls.filter(({ state }) => state !== 'ended');
  }

  /**
   * Does with a call what a button does, and returns the sentence that says
   * why not, or nothing.
   * @param {string} id @param {string} act @param {Record<string, unknown>} [body]
   * @returns {Promise<string>}
   */
  async act(id, act, body = {}) {
    return (await this.tab.frame()).evaluate(async ([call, name, rest]) => {
      const script = performance.getEntriesByType('resource').find((r) => r.name.endsWith('/widget/calls.js'));
      return (await import(script?.name ?? '')).act(call, name, rest).then(() => '', (/** @type {Error} */ e) => e.message);
    }, /** @type {[string, string, Record<string, unknown>]} */ ([id, act, body]));
  }

  /** Places a call without the dialer. @param {string} to @returns {Promise<string>} the sentence that says why not */
  async place(to) {
    return (await this.tab.frame()).evaluate(async (number) => {
      const script = performance.getEntriesByType('resource').find((r) => r.name.endsWith('/widget/calls.js'));
      return (await import(script?.name ?? '')).place(number).then(() => '', (/** @type {Error} */ e) => e.message);
    }, to);
  }

  /** Reloads the whole page, phone and all. */
  async reload() {
    await this.tab.page.reload();
    return this;
  }

  async close() {
    await this.person.close();
    this.network?.close();
  }
}
