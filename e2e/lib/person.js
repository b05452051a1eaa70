// A person at a computer: a browser of their own, a page that embeds the
// phone, and what they do with it, by the names that people see.

import { codeOf } from './api.js';
import { openBrowser } from './chromium.js';

/**
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{at: number, origin: string, data: any}} Heard a message that the host page got
 */

/** Where the phone sits in the host page. */
export const frameSelector = '#rc-widget-adapter-frame';

/** One open host page with the phone in it. */
export class Tab {
  /** @param {Page} page @param {string} [selector] of the phone's frame */
  constructor(page, selector = frameSelector) {
    this.page = page;
    this.selector = selector;
    this.phone = page.frameLocator(selector);
  }

  /** Waits until the frame shows either panel of a started phone. */
  async started() {
    await this.phone.getByRole('button', { name: 'Sign In', exact: true }).or(this.phone.getByRole('navigation')).first().waitFor();
    return this;
  }

  /** Waits until the phone of somebody signed in is there, at whichever page. */
  async signedIn() {
    await this.phone.getByRole('navigation').waitFor();
    await this.phone.locator('[data-panel=signin]').waitFor({ state: 'detached' });
    await this.phone.locator('[aria-busy]').waitFor({ state: 'detached' });
    return this;
  }

  /** Waits until the button to sign in is there; with single sign-on it says Continue. */
  async signedOut() {
    await this.phone.getByRole('button', { name: /^(Sign In|Continue)$/ }).waitFor();
    return this;
  }

  /** The frame behind the locator, to look at its document. */
  async frame() {
    const frame = await (await this.page.waitForSelector(this.selector)).contentFrame();
    if (!frame) throw new Error('the phone has no frame');
    return frame;
  }

  /** Shows the conversation with a person or number from the list. @param {string | RegExp} name */
  async openConversation(name) {
    await this.row(name).click();
    await this.composer().waitFor();
  }

  /** A conversation in the list, by anything that its row says. @param {string | RegExp} text */
  row(text) {
    return this.phone.getByRole('listitem').filter({ has: this.page.locator('a') }).filter({ hasText: text }).first().getByRole('link');
  }

  /** The field that texts are written in. */
  composer() {
    return this.phone.getByRole('textbox', { name: 'Message', exact: true });
  }

  /** Writes in the open conversation and sends. @param {string} text */
  async send(text) {
    await this.composer().fill(text);
    await this.composer().press('Enter');
  }

  /**
   * Starts a new text, as far as the composer.
   * @param {string} to what is typed: a number or a name
   * @param {string} shown what the wanted line of the suggestions says
   */
  async compose(to, shown) {
    await this.phone.getByRole('link', { name: 'New message' }).first().click();
    await this.phone.getByRole('combobox', { name: 'To' }).fill(to);
    await this.phone.getByRole('option').filter({ hasText: shown }).first().click();
  }

  /**
   * Uses the bottom bar, where a tab goes under More when a page adds others.
   * @param {'Messages' | 'History' | 'Contacts' | 'Settings'} name
   */
  async goTo(name) {
    const tab = this.phone.locator(`.bar [data-tab="/${name.toLowerCase()}"]:not([hidden])`);
    await tab.evaluate((/** @type {HTMLElement} */ a) => a.click());
    await this.phone.getByRole('heading', { name, exact: true }).first().waitFor();
  }

  /** Signs out in the settings. */
  async signOut() {
    await this.goTo('Settings');
    await this.phone.getByRole('button', { name: 'Sign Out', exact: true }).click();
    await this.signedOut();
  }

  /** A bubble that says exactly this. @param {string} text */
  bubble(text) {
    return this.phone.getByLabel('Messages', { exact: true }).getByText(text, { exact: true });
  }

  /** What the host page has heard so far. @returns {Promise<Heard[]>} */
  heard() {
    return this.page.evaluate(() => Reflect.get(window, '__heard'));
  }

  /**
   * Waits for a message to the host page. The page listens by itself, because a
   * strict page lets nobody compile a condition that is looked at again later.
   * @param {string} type
   * @param {string} [part] text that its JSON contains
   * @returns {Promise<any>} the first that fits
   */
  hears(type, part = '') {
    return this.page.evaluate(
      ([wanted, inside]) => new Promise((resolve, reject) => {
        /** @param {any} data */
        const fits = (data) => data?.type === wanted && JSON.stringify(data).includes(inside);
        const already = /** @type {Heard[]} */ (Reflect.get(window, '__heard')).find((m) => fits(m.data));
        if (already) return resolve(already.data);
        window.addEventListener('message', (e) => fits(e.data) && resolve(e.data));
        return setTimeout(() => reject(new Error(`the page never heard ${wanted} ${inside}`)), 30_000);
      }),
      [type, part],
    );
  }

  /** Posts to the frame as the host page. @param {unknown} message */
  post(message) {
    return this.page.evaluate(
      ([selector, data]) => /** @type {HTMLIFrameElement} */ (document.querySelector(/** @type {string} */ (selector))).contentWindow?.postMessage(data, '*'),
      [this.selector, message],
    );
  }
}

/** A browser with one signed-in or signed-out person. */
export class Person {
  /** @type {string[]} what the pages wrote to their consoles, and their errors */ console = [];
  /** @type {string[]} every address that was asked for */ urls = [];

  /**
   * @param {import('./demo.js').Demo} demo
   * @param {BrowserContext} context
   */
  constructor(demo, context) {
    this.demo = demo;
    this.context = context;
  }

  /**
   * @param {import('./demo.js').Demo} demo
   * @param {Parameters<typeof openBrowser>[0]} [options]
   */
  static async open(demo, options) {
    const context = await openBrowser(options);
    const person = new Person(demo, context);
    await context.addInitScript(() => {
      if (window !== window.top) return;
      /** @type {Heard[]} */
      const heard = [];
      Reflect.set(window, '__heard', heard);
      window.addEventListener('message', (e) => heard.push({ at: Date.now(), origin: e.origin, data: e.data }));
    });
    context.on('console', (message) => person.console.push(`${message.type()}: ${message.text()}`));
    context.on('weberror', (error) => person.console.push(`uncaught: ${error.error().stack}`));
    context.on('request', (request) => person.urls.push(request.url()));
    return person;
  }

  /** Opens a page that embeds the phone. @param {string} [path] of the host page */
  async tab(path = '/') {
    const page = await this.context.newPage();
    await page.goto(this.demo.facts.host.url + path);
    return new Tab(page).started();
  }

  /**
   * Signs in through the pop-up and waits until the phone shows the texts.
   * @param {Tab} tab
   * @param {{username: string, password: string}} user
   */
  async signIn(tab, user) {
    const popup = this.context.waitForEvent('page');
    await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
    const window = await popup;
    await fillSignIn(window, user);
    await tab.signedIn();
    return tab;
  }

  /**
   * Has the host page bring a code, which is quicker than the window.
   * @param {Tab} tab
   * @param {{username: string, password: string}} user
   */
  async enter(tab, user) {
    const [{ answer, verifier }] = await Promise.all([codeOf(this.demo, /** @type {import('./demo.js').User} */ (user)), tab.hears('rc-login-status-notify', '"loggedIn":false')]);
    await tab.post({ type: 'rc-adapter-authorization-code', callbackUri: `${answer}&code_verifier=${verifier}` });
    return tab.signedIn();
  }

  /**
   * A browser with the phone open and the user signed in: the engine alone,
   * because it is not the sign-in that such a test is about.
   * @param {import('./demo.js').Demo} demo
   * @param {{username: string, password: string}} user
   * @param {Parameters<typeof openBrowser>[0] & {path?: string}} [options]
   */
  static async signedIn(demo, user, options = {}) {
    const person = await Person.open(demo, { engine: true, ...options });
    try {
      const tab = await person.tab(options.path);
      await person.enter(tab, user);
      return { person, tab };
    } catch (err) {
      await person.close();
      throw err;
    }
  }

  close() {
    return this.context.close();
  }
}

/**
 * Fills the platform's page in the pop-up, which closes by itself. Somebody
 * whom the platform still knows goes on with one click.
 * @param {Page} window
 * @param {{username: string, password: string}} user
 */
export async function fillSignIn(window, user) {
  const closed = window.waitForEvent('close');
  const known = window.getByRole('button', { name: /^Continue as/ });
  const username = window.locator('input[autocomplete=username]');
  await known.or(username).first().waitFor();
  if (await known.isVisible()) {
    await known.click();
  } else {
    await username.fill(user.username);
    await window.locator('input[type=password]').fill(user.password);
    await window.locator('input[type=password]').press('Enter');
  }
  await closed;
}
