// The circumstances that a sign-in must get over: what the browser refuses to
// keep, what it refuses to open, and what the host page's own policies cut.
// Each proves that it holds before anything of ours is tried in it, because a
// mode that does not hold makes every test in it worthless.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';

/**
 * @typedef {import('./person.js').Person} Person
 * @typedef {import('./host.js').Host} Host
 * @typedef {{
 *   name: string,
 *   cookies: import('./chromium.js').CookieMode,
 *   headers: Record<string, string>,
 *   prelude: string,
 *   opener: boolean,
 *   click: boolean,
 *   prove: (person: Person, host: Host, bystander: Bystander) => Promise<void>,
 * }} Mode
 * headers and prelude are of the host page; opener says whether the sign-in
 * window can reach the phone, click whether a click may open it.
 */

/** A third site's server on localhost, which is the widget's site to a browser. */
export class Bystander {
  #server = createServer((req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://bystander');
    // A frame of a page with COEP must carry both; /bare carries neither.
    const framed = { 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Resource-Policy': 'cross-origin' };
    if (pathname === '/set') {
      res.setHeader('Set-Cookie', ['__Host-plain=1; Secure; Path=/; SameSite=None', '__Host-parted=1; Secure; Path=/; SameSite=None; Partitioned']);
    }
    res.writeHead(200, { 'Content-Type': 'text/html', ...(pathname === '/bare' ? {} : framed) });
    res.end(pathname === '/cookies' ? (req.headers.cookie ?? '') : '');
  });
  origin = '';

  static async start() {
    const bystander = new Bystander();
    await new Promise((resolve) => bystander.#server.listen(0, '127.0.0.1', () => resolve(undefined)));
    bystander.origin = `http://localhost:${/** @type {import('node:net').AddressInfo} */ (bystander.#server.address()).port}`;
    return bystander;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/**
 * What a frame of the widget's site may keep on a host page.
 * @param {Person} person @param {Host} host @param {Bystander} bystander
 */
async function kept(person, host, bystander) {
  host.put('/kept', `<iframe id="f" src="${bystander.origin}/"></iframe>`);
  const page = await person.context.newPage();
  await page.goto(`${host.origin}/kept`);
  const frame = await (await page.waitForSelector('#f')).contentFrame();
  assert.ok(frame);
  await frame.waitForURL(`${bystander.origin}/`);
  const found = await frame.evaluate(async () => {
    await fetch('/set');
    const cookies = await (await fetch('/cookies')).text();
    try {
      return { cookies, storage: String(localStorage.length) };
    } catch {
      return { cookies, storage: 'refused' };
    }
  });
  await page.close();
  return { cookies: found.cookies.split('; ').sort().join('; '), storage: found.storage };
}

/** @type {Mode} */
const plain = {
  name: 'third-party cookies blocked',
  cookies: 'blocked',
  headers: {},
  prelude: '',
  opener: true,
  click: true,
  async prove(person, host, bystander) {
    assert.deepEqual(await kept(person, host, bystander), { cookies: '__Host-parted=1', storage: '0' });
  },
};

const severed = { 'Cross-Origin-Opener-Policy': 'same-origin' };
const isolated = { 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** @type {Mode[]} */
export const modes = [
  plain,
  {
    ...plain,
    name: 'third-party cookies allowed',
    cookies: 'allowed',
    async prove(person, host, bystander) {
      assert.deepEqual(await kept(person, host, bystander), { cookies: '__Host-parted=1; __Host-plain=1', storage: '0' });
    },
  },
  {
    ...plain,
    name: "the widget's own cookies refused",
    cookies: 'refused',
    async prove(person, host, bystander) {
      assert.deepEqual(await kept(person, host, bystander), { cookies: '', storage: 'refused' });
    },
  },
  {
    ...plain,
    name: 'pop-ups blocked',
    click: false,
    // What a test evaluates counts as a click, and so does what follows from
    // it; only a script that runs with the page asks without one.
    prelude: `<script>
      addEventListener('message', function ask(e) {
        if (e.data?.type !== 'rc-login-status-notify' || e.data.loggedIn) return;
        removeEventListener('message', ask);
        e.source.postMessage({ type: 'rc-adapter-login' }, e.origin);
      });
    </script>`,
    async prove(person, host) {
      host.put('/unasked', '<script>window.result = window.open("/unasked") === null ? "blocked" : "opened"</script>');
      const page = await person.context.newPage();
      await page.goto(`${host.origin}/unasked`);
      assert.equal(await page.evaluate(() => Reflect.get(window, 'result')), 'blocked');
      await page.close();
    },
  },
  {
    ...plain,
    name: 'the opener severed by the host page',
    headers: severed,
    opener: false,
    async prove(person, host, bystander) {
      // The frame is told null, although the window opens; its opener is gone.
      host.put('/severed', `<iframe id="f" src="${bystander.origin}/"></iframe>`, severed);
      const page = await person.context.newPage();
      await page.goto(`${host.origin}/severed`);
      const frame = await (await page.waitForSelector('#f')).contentFrame();
      assert.ok(frame);
      await frame.waitForURL(`${bystander.origin}/`);
      const opened = person.context.waitForEvent('page');
      assert.equal(await frame.evaluate(() => window.open('/')), null);
      const window = await opened;
      await window.waitForURL(`${bystander.origin}/`);
      assert.equal(await window.evaluate(() => globalThis.opener), null);
      await window.close();
      await page.close();
    },
  },
  {
    ...plain,
    name: 'a host page with COEP require-corp',
    headers: isolated,
    async prove(person, host, bystander) {
      // The same resource, which lets nobody embed it, by both kinds of page.
      const load = `<script>window.result = fetch("${bystander.origin}/bare", { mode: "no-cors" }).then(() => "loaded", () => "refused")</script>`;
      host.put('/open', load);
      host.put('/isolated', load, isolated);
      const page = await person.context.newPage();
      await page.goto(`${host.origin}/open`);
      assert.equal(await page.evaluate(() => Reflect.get(window, 'result')), 'loaded');
      await page.goto(`${host.origin}/isolated`);
      assert.equal(await page.evaluate(() => Reflect.get(window, 'result')), 'refused');
      await page.close();
    },
  },
];
