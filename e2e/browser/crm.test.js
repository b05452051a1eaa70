// examples/crm beside a demo: a server that knows its users signs them in to
// the phone, as docs/sign-in.md describes.

import assert from 'node:assert/strict';
import { spawn, execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openBrowser } from '../lib/chromium.js';
import { Demo } from '../lib/demo.js';
import { Tab } from '../lib/person.js';
import { freePort } from '../lib/ports.js';
import { Process } from '../lib/process.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @type {Demo} */ let demo;
/** @type {Process} */ let crm;
/** @type {string} */ let home;
const dir = mkdtempSync(path.join(tmpdir(), 'offhook-crm-'));

before(async () => {
  const port = await freePort();
  home = `http://127.0.0.1:${port}`;
  const program = path.join(dir, 'crm');
  await promisify(execFile)('go', ['build', '-o', program, './examples/crm'], { cwd: root });
  demo = new Demo(path.join(dir, 'demo', 'data'));
  mkdirSync(demo.dir, { recursive: true, mode: 0o700 });
  await demo.start(['--crm-addr', `127.0.0.1:${port}`]);
  crm = new Process(spawn(program, ['--demo', path.join(demo.dir, 'demo.json')], { stdio: ['ignore', 'pipe', 'pipe'] }));
  await crm.says(/Ctrl-C/);
});

after(async () => {
  await crm?.stop();
  await demo?.close();
  rmSync(dir, { recursive: true, force: true });
});

/**
 * Signs a user in to the CRM and opens one of its pages.
 * @param {import('playwright-core').BrowserContext} browser
 * @param {string} way
 */
async function open(browser, way, user = demo.facts.users[0]) {
  const page = await browser.newPage();
  await page.goto(`${home}/signin?back=${way}`);
  await page.locator('input[autocomplete=username]').fill(user.username);
  await page.locator('input[type=password]').fill(user.password);
  await page.locator('input[type=password]').press('Enter');
  await page.waitForURL(`${home}/${way}`);
  return new Tab(page);
}

/** @param {Tab} tab */
const own = (tab) => tab.page.locator('.own b').textContent();

describe('a ticket', () => {
  for (const cookies of /** @type {const} */ (['blocked', 'allowed', 'refused'])) {
    it(`signs in without a click where third-party cookies are ${cookies}`, async () => {
      const browser = await openBrowser({ cookies });
      try {
        const tab = await open(browser, 'ticket');
        await tab.signedIn();
        assert.equal(await own(tab), demo.facts.users[0].name);
        await tab.page.reload();
        await tab.signedIn();
      } finally {
        await browser.close();
      }
    });
  }

  it('is asked for again at a reload, not right after a sign-out', async () => {
    const browser = await openBrowser();
    try {
      const tab = await open(browser, 'ticket');
      await tab.signedIn();
      let asked = 0;
      tab.page.on('request', (request) => request.url().endsWith('/phone-ticket') && asked++);
      await tab.signOut();
      assert.equal(asked, 0);
      await tab.page.reload();
      await tab.signedIn();
      assert.equal(asked, 1);
    } finally {
      await browser.close();
    }
  });

  it('of another user replaces the session', async () => {
    const browser = await openBrowser();
    const [ada, sam] = demo.facts.users;
    try {
      const tab = await open(browser, 'ticket', ada);
      await tab.signedIn();
      await tab.goTo('Settings');
      await tab.phone.getByText(ada.name).first().waitFor();
      // The CRM's own user changes, in the same browser, while the phone is open.
      await browser.clearCookies({ domain: '127.0.0.1' });
      await browser.clearCookies({ domain: '127.0.0.2' });
      const other = await open(browser, 'sso', sam);
      await other.page.close();
      await tab.page.evaluate(async () => {
        const { ticket } = await (await fetch('/phone-ticket', { method: 'POST' })).json();
        Reflect.get(globalThis, 'RCAdapter').signIn({ ticket });
      });
      await tab.phone.getByRole('heading', { name: 'Messages', exact: true }).waitFor(); // where a new user begins
      await tab.signedIn();
      await tab.goTo('Settings');
      await tab.phone.getByText(sam.name).first().waitFor();
      assert.equal(await tab.phone.getByText(ada.name).count(), 0);
    } finally {
      await browser.close();
    }
  });

  it('that is stale leaves the usual sign-in', async () => {
    const browser = await openBrowser();
    try {
      const tab = await open(browser, 'ticket');
      await tab.signedIn();
      await tab.signOut();
      const answered = tab.page.waitForResponse((r) => r.url().endsWith('/ticket') && r.status() === 200);
      const refused = assert.rejects(tab.page.evaluate(() => Reflect.get(globalThis, 'RCAdapter').signIn({ ticket: 'OHTK_' + 'A'.repeat(43) })), /The ticket is not good/);
      await answered;
      await refused;
      await tab.signedOut();
      assert.equal(await tab.phone.getByRole('alert').filter({ visible: true }).count(), 0);
    } finally {
      await browser.close();
    }
  });
});

it('no secret is in what either server says', () => {
  for (const text of [demo.log(), crm.output]) assert.doesNotMatch(text, /OHEK_|OHTK_|RCAT_|RCRT_|RCAC_/);
});

describe('single sign-on', () => {
  it('signs in without a click where the browser lets the platform see its session', async () => {
    const browser = await openBrowser({ cookies: 'allowed' });
    try {
      /** @type {string[]} */ const windows = [];
      const tab = await open(browser, 'sso');
      browser.on('page', (p) => windows.push(p.url()));
      await tab.signedIn();
      assert.deepEqual(windows, [], 'no window was opened');
    } finally {
      await browser.close();
    }
  });

  for (const cookies of /** @type {const} */ (['blocked', 'refused'])) {
    it(`takes one click and no password where cookies are ${cookies}`, async () => {
      const browser = await openBrowser({ cookies });
      try {
        const tab = await open(browser, 'sso');
        const opened = browser.waitForEvent('page');
        await tab.phone.getByRole('button', { name: 'Continue', exact: true }).click();
        const window = await opened;
        if (!window.isClosed()) await window.waitForEvent('close');
        await tab.signedIn();
      } finally {
        await browser.close();
      }
    });
  }

  it('shows the sign-in page in the same window where nobody is signed in', async () => {
    const browser = await openBrowser();
    try {
      const tab = await open(browser, 'sso');
      await tab.phone.getByRole('button', { name: 'Continue', exact: true }).waitFor();
      await browser.clearCookies({ domain: '127.0.0.2' });
      const opened = browser.waitForEvent('page');
      await tab.phone.getByRole('button', { name: 'Continue', exact: true }).click();
      const window = await opened;
      const [user] = demo.facts.users;
      await window.locator('input[autocomplete=username]').fill(user.username);
      await window.locator('input[type=password]').fill(user.password);
      await window.locator('input[type=password]').press('Enter');
      await tab.signedIn();
    } finally {
      await browser.close();
    }
  });

  it('waits for the click after a sign-out', async () => {
    const browser = await openBrowser({ cookies: 'allowed' });
    try {
      const tab = await open(browser, 'sso');
      await tab.signedIn();
      await tab.goTo('Settings');
      await tab.phone.getByRole('button', { name: 'Sign Out', exact: true }).click();
      await tab.phone.getByRole('button', { name: 'Continue', exact: true }).waitFor();
      await tab.page.reload();
      await tab.phone.getByRole('button', { name: 'Continue', exact: true }).waitFor();
    } finally {
      await browser.close();
    }
  });
});

describe('a window of the page\'s own', () => {
  it('signs in', async () => {
    const browser = await openBrowser();
    try {
      const tab = await open(browser, 'popup');
      const opened = browser.waitForEvent('page');
      await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
      const window = await opened;
      await window.getByRole('button', { name: /Continue/ }).click();
      await tab.signedIn();
      if (!window.isClosed()) await window.waitForEvent('close');
    } finally {
      await browser.close();
    }
  });
});
