// Signing in where the browser or the platform gets in the way: the sign-in
// window is cut off from the phone, or the phone may keep no cookie.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

/**
 * Presses Sign In and fills the platform's page.
 * @param {Person} person
 * @param {import('../lib/person.js').Tab} tab
 * @param {{username: string, password: string}} user
 */
async function throughTheWindow(person, tab, user) {
  const popup = person.context.waitForEvent('page');
  await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
  const window = await popup;
  await window.locator('input[autocomplete=username]').fill(user.username);
  await window.locator('input[type=password]').fill(user.password);
  await window.locator('input[type=password]').press('Enter');
  return window;
}

describe('a window whose opener was cut off by the platform', () => {
  /** A person whose platform isolates its pages. */
  async function cutOff() {
    const person = await Person.open(demo);
    await person.context.route(`${demo.facts.platform.url}/**`, async (route) => {
      const answer = await route.fetch({ maxRedirects: 0 });
      await route.fulfill({ response: answer, headers: { ...answer.headers(), 'cross-origin-opener-policy': 'same-origin' } });
    });
    return person;
  }

  it('shows a code that signs in when it is typed into the phone', async () => {
    const user = await demo.user();
    const person = await cutOff();
    try {
      const tab = await person.tab();
      const window = await throughTheWindow(person, tab, user);
      const code = await window.locator('#code:visible').textContent();
      assert.equal(await window.evaluate(() => globalThis.opener), null, 'the opener is really gone');
      assert.match(code ?? '', /^\d{3} \d{3}$/);
      assert.match((await window.textContent('main')) ?? '', new RegExp(demo.facts.host.url.replaceAll('.', '\\.')), 'the page says where to type it');
      assert.doesNotMatch((await window.textContent('main')) ?? '', new RegExp(user.name), 'and not whose phone it will be');

      const field = tab.phone.getByRole('textbox', { name: /six digits/ });
      await field.fill('000000' === code?.replace(' ', '') ? '111111' : '000000');
      await tab.phone.getByRole('button', { name: 'Continue' }).click();
      await tab.phone.getByText('That is not the code').waitFor();
      await field.fill(code ?? '');
      await tab.phone.getByRole('button', { name: 'Continue' }).click();
      await tab.signedIn();
    } finally {
      await person.close();
    }
  });

  it('ends the attempt after three wrong codes, with a sentence', async () => {
    const user = await demo.user();
    const person = await cutOff();
    try {
      const tab = await person.tab();
      const window = await throughTheWindow(person, tab, user);
      const code = (await window.locator('#code:visible').textContent()) ?? '';
      const wrong = code.startsWith('0') ? '1' : '0';
      const field = tab.phone.getByRole('textbox', { name: /six digits/ });
      for (let i = 0; i < 3; i++) {
        const answered = tab.page.waitForResponse((r) => r.url().endsWith('/redeem'));
        await field.fill(wrong + code.slice(1));
        await tab.phone.getByRole('button', { name: 'Continue' }).click();
        await answered;
      }
      await tab.phone.getByRole('alert').filter({ hasText: 'wrong too often' }).waitFor();
      await tab.signedOut();
    } finally {
      await person.close();
    }
  });
});

describe('a browser that keeps nothing for the phone', () => {
  it('signs in all the same, for as long as the page is open', async () => {
    const user = await demo.user();
    const person = await Person.open(demo, { cookies: 'refused' });
    try {
      const tab = await person.tab();
      await throughTheWindow(person, tab, user);
      await tab.signedIn();
      await tab.hears('rc-login-status-notify', '"loggedIn":true');
      await tab.page.reload();
      await tab.signedOut();
    } finally {
      await person.close();
    }
  });
});

describe('a page that embeds the phone', () => {
  /**
   * A host of one page, whose only content is the phone's frame. It is a real
   * server: a page that the driver makes up counts as a public one, which may
   * not frame what is on loopback.
   * @param {Record<string, string>} headers of the page
   * @param {(phone: (more?: Record<string, string>) => string) => string} address of the frame
   * @param {{registered?: boolean}} [options]
   */
  async function embedded(headers, address, { registered = true } = {}) {
    const server = createServer((_, res) => {
      res.writeHead(200, { 'Content-Type': 'text/html', ...headers });
      res.end(`<!doctype html><title>Host</title><iframe src="${src.replaceAll('&', '&amp;')}" width=400 height=600></iframe>`);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const origin = `http://127.0.0.1:${port}`;
    const clientId = `app-${port}`;
    const host = registered ? origin : 'https://elsewhere.example';
    await demo.command('embed', 'add', '--platform', demo.facts.platform.url, '--client-id', clientId, '--origin', host);
    const src = address((more = {}) => `${demo.facts.widget.url}/app.html?${new URLSearchParams({ clientId, appServer: demo.facts.platform.url, ...more })}`);
    const person = await Person.open(demo);
    const page = await person.context.newPage();
    const close = async () => {
      await person.close();
      server.close();
    };
    return { origin, page, frame: page.frameLocator('iframe'), open: () => page.goto(origin), close };
  }

  for (const [what, headers] of /** @type {[string, Record<string, string>][]} */ ([
    ['with a Referer', {}],
    ['without a Referer', { 'Referrer-Policy': 'no-referrer' }],
    ['isolated from other origins', { 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Opener-Policy': 'same-origin' }],
  ])) {
    it(`is known ${what}`, async () => {
      const host = await embedded(headers, (phone) => phone());
      try {
        await host.open();
        await host.frame.getByRole('button', { name: 'Sign In', exact: true }).waitFor();
      } finally {
        await host.close();
      }
    });
  }

  it('may put the parameters behind a hash', async () => {
    const host = await embedded({}, (phone) => phone().replace('?', '#'));
    try {
      await host.open();
      await host.frame.getByRole('button', { name: 'Sign In', exact: true }).waitFor();
    } finally {
      await host.close();
    }
  });

  it('reads why the phone is not for it when nobody registered it', async () => {
    const host = await embedded({}, (phone) => phone(), { registered: false });
    try {
      await host.open();
      await host.frame.getByText(`This phone is not set up for ${host.origin}`).waitFor();
    } finally {
      await host.close();
    }
  });

  it('is shown nothing when it claims to be another', async () => {
    const host = await embedded({}, (phone) => phone({ embedOrigin: 'https://elsewhere.example' }), { registered: false });
    try {
      const refused = host.page.waitForEvent('console', (m) => m.text().includes('frame-ancestors'));
      const empty = host.page.waitForEvent('framenavigated', (f) => f.url().startsWith('chrome-error:'));
      await host.open();
      await refused;
      await empty;
    } finally {
      await host.close();
    }
  });

  it('is told to use a web server when it was opened from a file', async () => {
    const person = await Person.open(demo);
    const dir = mkdtempSync(path.join(tmpdir(), 'offhook-file-'));
    try {
      const src = `${demo.facts.widget.url}/app.html?clientId=${demo.facts.apps[0].clientId}`;
      writeFileSync(path.join(dir, 'crm.html'), `<!doctype html><iframe src="${src}"></iframe>`);
      const page = await person.context.newPage();
      await page.goto(pathToFileURL(path.join(dir, 'crm.html')).href);
      await page.frameLocator('iframe').getByText('no address of its own').waitFor();
    } finally {
      await person.close();
      rmSync(dir, { recursive: true });
    }
  });
});
