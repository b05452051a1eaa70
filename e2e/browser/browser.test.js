// The browser itself, before anything of ours is tested with it: if it were
// softer than the ones people have, everything else here would prove little.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { openBrowser } from '../lib/chromium.js';

/** @type {import('node:http').Server} */
let server;
let port = 0;

/** Small pages of three sites: the host on 127.0.0.1, the framed one on localhost. */
/** @type {Record<string, string>} */
const pages = {
  '/host': '<iframe id=f src="http://localhost:PORT/frame"></iframe>',
  '/frame': '<script>addEventListener("message", (e) => { if (e.data === "open") window.opened = window.open("/empty") })</script>',
  '/empty': '<p>empty</p>',
  '/ungestured': '<script>window.result = window.open("/empty") === null ? "blocked" : "opened"</script>',
};

before(async () => {
  server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://localhost');
    if (url.pathname === '/cookies') {
      res.setHeader('Content-Type', 'text/plain');
      res.end(req.headers.cookie ?? '');
      return;
    }
    if (url.pathname === '/set') {
      res.setHeader('Set-Cookie', ['__Host-plain=1; Secure; Path=/; SameSite=None', '__Host-parted=1; Secure; Path=/; SameSite=None; Partitioned']);
      res.end('set');
      return;
    }
    res.setHeader('Content-Type', 'text/html');
    res.end((pages[url.pathname] ?? '').replaceAll('PORT', String(port)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  port = /** @type {import('node:net').AddressInfo} */ (server.address()).port;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

/**
 * @param {import('playwright-core').BrowserContext} context
 */
async function framed(context) {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${port}/host`);
  const frame = await (await page.waitForSelector('#f')).contentFrame();
  assert.ok(frame);
  await frame.waitForLoadState();
  return { page, frame };
}

/** @param {import('playwright-core').Frame} frame */
async function cookiesIn(frame) {
  await frame.evaluate(() => fetch('/set').then((r) => r.text()));
  return frame.evaluate(() => fetch('/cookies').then((r) => r.text()));
}

describe('the browser', () => {
  it('blocks a window that no click asked for', async () => {
    const context = await openBrowser();
    try {
      const page = await context.newPage();
      await page.goto(`http://localhost:${port}/ungestured`);
      assert.equal(await page.evaluate(() => Reflect.get(window, 'result')), 'blocked');
    } finally {
      await context.close();
    }
  });

  it('keeps a BroadcastChannel from crossing between a top-level page and a third-party frame', async () => {
    const context = await openBrowser();
    try {
      const { frame } = await framed(context);
      const top = await context.newPage();
      await top.goto(`http://localhost:${port}/empty`);
      const second = await context.newPage();
      await second.goto(`http://localhost:${port}/empty`);
      const listen = () => {
        const channel = new BroadcastChannel('canary');
        Reflect.set(window, 'heard', false);
        channel.onmessage = () => Reflect.set(window, 'heard', true);
      };
      await frame.evaluate(listen);
      await second.evaluate(listen);
      await top.evaluate(() => new BroadcastChannel('canary').postMessage('hello'));
      // Once the page of the same partition has heard it, the frame had its chance.
      await second.waitForFunction(() => Reflect.get(window, 'heard'));
      assert.equal(await frame.evaluate(() => Reflect.get(window, 'heard')), false);
    } finally {
      await context.close();
    }
  });

  it('in the blocked mode keeps partitioned cookies of a third party only', async () => {
    const context = await openBrowser({ cookies: 'blocked' });
    try {
      const { frame } = await framed(context);
      assert.equal(await cookiesIn(frame), '__Host-parted=1');
    } finally {
      await context.close();
    }
  });

  it('in the allowed mode keeps both kinds', async () => {
    const context = await openBrowser({ cookies: 'allowed' });
    try {
      const { frame } = await framed(context);
      assert.deepEqual((await cookiesIn(frame)).split('; ').sort(), ['__Host-parted=1', '__Host-plain=1']);
    } finally {
      await context.close();
    }
  });

  it('in the refused mode keeps nothing of ours and throws on storage', async () => {
    const context = await openBrowser({ cookies: 'refused' });
    try {
      const { frame } = await framed(context);
      assert.equal(await cookiesIn(frame), '');
      const storage = await frame.evaluate(() => {
        try {
          return String(window.localStorage.length);
        } catch (err) {
          return 'throws';
        }
      });
      assert.equal(storage, 'throws');
    } finally {
      await context.close();
    }
  });
});
