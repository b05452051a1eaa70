// The front page of the widget: choosing parameters, seeing the phone with
// them, copying the snippet, and what it warns of.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { objections } from '../lib/axe.js';
import { openBrowser } from '../lib/chromium.js';
import { Demo } from '../lib/demo.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

/**
 * The front page in a browser of its own, with what went wrong there.
 * @param {(page: import('playwright-core').Page) => Promise<void>} use
 * @param {{hash?: string} & Parameters<typeof openBrowser>[0]} [how]
 */
async function front(use, { hash = '', ...options } = {}) {
  const context = await openBrowser(options);
  try {
    const page = await context.newPage();
    /** @type {string[]} */
    const problems = [];
    page.on('console', (m) => m.type() === 'error' && problems.push(m.text()));
    page.on('pageerror', (err) => problems.push(String(err)));
    page.on('request', (r) => !r.url().startsWith(`${demo.facts.widget.url}/`) && !/^(data|about):/.test(r.url()) && problems.push(`asked ${r.url()}`));
    await page.goto(`${demo.facts.widget.url}/${hash}`);
    await use(page);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

/** @param {import('playwright-core').Page} page */
const snippet = (page) => page.getByLabel('Snippet', { exact: true });
/** @param {import('playwright-core').Page} page */
const stage = (page) => page.frameLocator('[data-stage]');
/** @param {import('playwright-core').Page} page @param {string} [id] */
const phone = (page, id = 'rc-widget-adapter-frame') => stage(page).frameLocator(`#${id}`);
/** Opens a group of parameters. @param {import('playwright-core').Page} page @param {string} name */
const open = (page, name) => page.getByRole('heading', { name, exact: true }).click();

describe('the configurator', () => {
  it('shows the phone at work beside what is chosen, and a snippet that makes the same phone elsewhere', async () => {
    await front(async (page) => {
      await phone(page).getByRole('button', { name: 'Sign In', exact: true }).waitFor();
      assert.match(await snippet(page).innerText(), new RegExp(`^<script src="${demo.facts.widget.url}/adapter\\.js\\?clientId=${demo.facts.apps[0].clientId}"></script>$`));

      await page.getByLabel('Prefix').fill('second');
      await phone(page, 'second-adapter-frame').getByRole('button', { name: 'Sign In', exact: true }).waitFor();
      await open(page, 'On your page');
      await page.getByLabel('Corner').selectOption('Left');
      await stage(page).locator('#second.left').waitFor({ state: 'attached' });
      assert.match(page.url(), /#.*prefix=second.*defaultDirection=left/, 'it can be kept and passed on');

      const written = await snippet(page).innerText();
      const host = createServer((_, res) => res.setHeader('Content-Type', 'text/html').end(`<!doctype html><title>Mine</title><body>${written}</body>`));
      await new Promise((resolve) => host.listen(0, '127.0.0.1', () => resolve(undefined)));
      try {
        const mine = await page.context().newPage();
        await mine.goto(`http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (host.address()).port}/`);
        await mine.locator('#second.left').waitFor({ state: 'attached' });
        await mine.frameLocator('#second-adapter-frame').getByText(/Sign In|There is no phone here/).first().waitFor();
      } finally {
        host.closeAllConnections();
        host.close();
      }
    });
  });

  it('writes a frame and a module as well, and copies them', async () => {
    await front(async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: demo.facts.widget.url });
      await page.getByRole('radio', { name: 'Frame' }).check({ force: true });
      await phone(page).getByRole('button', { name: 'Sign In', exact: true }).waitFor();
      assert.equal(await stage(page).locator('#rc-widget').count(), 0, 'a bare frame has no corner');
      assert.match(await snippet(page).innerText(), /^<iframe id="rc-widget-adapter-frame"/);

      await page.getByRole('radio', { name: 'Module' }).check({ force: true });
      await page.getByRole('button', { name: 'Copy', exact: true }).click();
      await page.getByRole('button', { name: 'Copied', exact: true }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.equal(copied, await snippet(page).innerText());
      assert.match(copied, /import \{ phone \} from "http.*\/offhook\.js";/);
    });
  });

  it('reads a snippet that somebody has, and keeps its secret out of everything', async () => {
    await front(async (page) => {
      await page.getByText('You have a snippet already?').click();
      await page.getByLabel('Your snippet, or the address in it').fill(
        `<script>var s = document.createElement("script"); s.src = "https://apps.ringcentral.com/integration/ringcentral-embeddable/latest/adapter.js?clientId=${demo.facts.apps[0].clientId}&clientSecret=s3cretive&jwt=eyJh&authProxy=1&zIndex=12&appServer=https://platform.example.com&nonsense=1";</script>`,
      );
      await page.getByRole('button', { name: 'Read it' }).click();
      const advice = page.locator('[data-advice]');
      await advice.getByText('clientSecret was left out. Everybody who opens your page could read').waitFor();
      await advice.getByText('--secret-file FILE').waitFor();
      await advice.getByText('jwt was left out.').waitFor();
      await advice.getByText('authProxy was left out. A proxy was for keeping tokens out of the browser.').waitFor();
      await advice.getByText('The appServer of your snippet is none that this server knows.').waitFor();
      await advice.getByText('There is no parameter nonsense.').waitFor();
      assert.match(await snippet(page).innerText(), /zIndex=12/);
      assert.doesNotMatch(`${page.url()} ${await page.content()}`, /s3cretive|eyJh/);
      await stage(page).locator('#rc-widget').waitFor({ state: 'attached' });
      assert.equal(await page.frames().some((f) => /s3cretive|eyJh/.test(f.url())), false);
    });
  });

  it('takes a secret out of the link that it was opened with', async () => {
    await front(async (page) => {
      await page.locator('[data-advice]').getByText('appSecret was left out.').waitFor();
      assert.doesNotMatch(page.url(), /s3cretive/);
      assert.equal(await page.getByLabel('Client id').inputValue(), 'my-app');
    }, { hash: '#clientId=my-app&appSecret=s3cretive' });
  });

  it('says what the server says of the app and the page, and what contradicts', async () => {
    await front(async (page) => {
      const advice = page.locator('[data-advice]');
      await page.getByLabel('Your page’s address').fill('https://other.example/contacts');
      await advice.getByText('This phone is not set up for https://other.example.').waitFor();
      assert.match(await page.getByLabel('Command for the operator').innerText(), /--origin https:\/\/other\.example$/);
      await page.getByLabel('Your page’s address').fill('other.example');
      await advice.getByText('must begin with https://').waitFor();
      await page.getByLabel('Your page’s address').fill('');

      await open(page, 'On your page');
      await page.getByLabel('Layer').fill('high');
      await advice.getByText('zIndex must be a whole number.').waitFor();
      assert.equal(await page.getByLabel('Layer').getAttribute('aria-invalid'), 'true');
      await page.getByRole('radio', { name: 'Frame' }).check({ force: true });
      await advice.getByText('zIndex is read by adapter.js').waitFor();
      await page.getByLabel('Layer').fill('');

      await open(page, 'Sign-in');
      await page.getByLabel('Embedder policy').selectOption('None');
      await advice.getByText('embedderPolicy does nothing without authMode=sso.').waitFor();

      await page.getByLabel('Client id').fill('two words');
      await advice.getByText('not registered here').waitFor();
      await page.locator('[data-stage-none]').getByText('not registered here').waitFor();
      await page.getByLabel('Client id').fill('');
      await page.locator('[data-stage-none]').getByText('Enter the client id').waitFor();
    });
  });

  it('asks the server anew while an answer is still coming, and says what is true now', async () => {
    await front(async (page) => {
      // The answer's head is here, its body waits.
      await page.evaluate(() => {
        const { json } = Response.prototype;
        Response.prototype.json = async function () {
          if (!this.url.includes('clientId=two+words')) return json.call(this);
          document.body.dataset.begun = '';
          await new Promise((resolve) => addEventListener('go', resolve, { once: true }));
          return json.call(this);
        };
      });
      await page.getByLabel('Client id').fill('two words');
      await page.locator('body[data-begun]').waitFor();
      await page.getByLabel('Client id').fill('');
      await page.locator('[data-stage-none]').getByText('Enter the client id').waitFor();
      await page.evaluate(() => dispatchEvent(new Event('go')));
      await page.getByLabel('Client id').fill('other words');
      await page.locator('[data-stage-none]').getByText('not registered here').waitFor();
    });
  });

  it('is used by keyboard alone', async () => {
    await front(async (page) => {
      await page.getByLabel('Your page’s address').focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'p-defaultDirection');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.getByLabel('Always open').focus();
      await page.keyboard.press('Space');
      assert.match(await snippet(page).innerText(), /disableMinimize=1/);
      await page.getByRole('radio', { name: 'Script' }).focus();
      await page.keyboard.press('ArrowRight');
      assert.match(await snippet(page).innerText(), /^<iframe/);
    });
  });

  it('moves to the public name of the server', async () => {
    const other = new URL(demo.facts.widget.url);
    other.hostname = '127.0.0.1';
    const answer = await fetch(other, { redirect: 'manual' });
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, `${demo.facts.widget.url}/`]);
  });

  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    for (const width of [1200, 400]) {
      it(`draws at ${width} px in ${colorScheme} without an objection, and fits`, async () => {
        await front(async (page) => {
          await stage(page).locator('#rc-widget').waitFor({ state: 'attached' });
          for (const heading of await page.locator('.choices summary').all()) {
            if (!(await heading.evaluate((e) => /** @type {HTMLDetailsElement} */ (e.parentElement).open))) await heading.click();
          }
          await page.getByLabel('Layer').fill('high');
          await page.locator('[data-advice]').getByText('zIndex must be').waitFor();
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing hangs out');
          assert.deepEqual(await objections(page), []);
        }, { colorScheme, viewport: { width, height: 900 } });
      });
    }
  }
});
