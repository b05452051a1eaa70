// A host page of a test's own: a real server on a free port of 127.0.0.1, so
// another site than the widget on localhost and the platform on 127.0.0.2. A
// page that the driver makes up would count as a public one, which may not
// frame what is on loopback.

import { createServer } from 'node:http';
import { Tab } from './person.js';

/** @typedef {{html: string, headers: Record<string, string>}} Page */

/** One host site, with the pages that a test has put on it. */
export class Host {
  /** @type {Map<string, Page>} */ #pages = new Map();
  #server;
  origin = '';

  /** @param {import('./demo.js').Demo} demo whose phone its pages show */
  constructor(demo) {
    this.demo = demo;
    this.#server = createServer((req, res) => {
      const page = this.#pages.get(new URL(req.url ?? '/', 'http://host').pathname);
      res.writeHead(page ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8', ...page?.headers });
      res.end(page?.html);
    });
  }

  /** @param {import('./demo.js').Demo} demo */
  static async start(demo) {
    const host = new Host(demo);
    await new Promise((resolve) => host.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
    host.origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (host.#server.address()).port}`;
    return host;
  }

  /**
   * Lets this site embed an app, which is then registered for this site alone.
   * @param {string} clientId
   * @param {string[]} flags of offhook embed add
   */
  allow(clientId, ...flags) {
    return this.demo.command('embed', 'add', '--platform', this.demo.facts.platform.url, '--client-id', clientId, '--origin', this.origin, ...flags);
  }

  /**
   * Puts a page here.
   * @param {string} path
   * @param {string} body
   * @param {Record<string, string>} [headers]
   */
  put(path, body, headers = {}) {
    this.#pages.set(path, { html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><body>${body}`, headers });
  }

  /** The phone as a script. @param {Record<string, string>} parameters */
  script(parameters) {
    return `<script src="${escape(this.#address('adapter.js', parameters))}"></script>`;
  }

  /** The phone as a frame of the page's own. @param {Record<string, string>} parameters */
  frame(parameters) {
    return `<iframe id="rc-widget-adapter-frame" width="300" height="500" src="${escape(this.#address('app.html', parameters))}"></iframe>`;
  }

  /** @param {string} file @param {Record<string, string>} parameters */
  #address(file, parameters) {
    const { widget, platform } = this.demo.facts;
    return `${widget.url}/${file}?${new URLSearchParams({ appServer: platform.url, ...parameters })}`;
  }

  /**
   * Opens a page of this site in a person's browser.
   * @param {import('./person.js').Person} person
   * @param {string} path
   */
  async open(person, path) {
    const tab = new Tab(await person.context.newPage());
    await tab.page.goto(this.origin + path);
    return tab;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** @param {string} text as an attribute */
function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
