// A site with sounds on it, as the servers of a page's application have them:
// another site than the page, the phone and the platform.

import { createServer } from 'node:http';

export class Files {
  #server;
  origin = '';

  /** @param {Record<string, Buffer>} files what stands at which path: sounds that any page may read */
  constructor(files) {
    this.#server = createServer((req, res) => {
      const file = files[req.url ?? ''];
      if (!file) return res.writeHead(404).end();
      return res.writeHead(200, { 'Content-Type': 'audio/wav', 'Access-Control-Allow-Origin': '*' }).end(file);
    });
  }

  /** @param {Record<string, Buffer>} files */
  static async start(files) {
    const site = new Files(files);
    await new Promise((resolve) => site.#server.listen(0, '127.0.0.4', () => resolve(undefined)));
    site.origin = `http://127.0.0.4:${/** @type {import('node:net').AddressInfo} */ (site.#server.address()).port}`;
    return site;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
