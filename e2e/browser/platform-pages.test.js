// The platform's own pages, in a pop-up and on a phone, in every language:
// nothing is cut off, and an accessibility checker objects to nothing, nor to
// the colours of the dark. Set OFFHOOK_SHOTS to a folder to keep a picture of each.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { colours, objections } from '../lib/axe.js';
import { openBrowser } from '../lib/chromium.js';
import { Demo } from '../lib/demo.js';

const languages = ['en', 'de', 'fr', 'es', 'it', 'pt-BR', 'nl', 'ja', 'zh-CN', 'zh-TW', 'he'];
const sizes = [{ width: 600, height: 600 }, { width: 360, height: 640 }];

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

/** @param {Record<string, string>} more */
function address(more) {
  const [app] = demo.facts.apps;
  const challenge = createHash('sha256').update(randomBytes(32)).digest('base64url');
  const query = { response_type: 'code', client_id: app.clientId, redirect_uri: app.redirectUris[0], state: 's', code_challenge: challenge, code_challenge_method: 'S256' };
  return `${demo.facts.platform.url}/restapi/oauth/authorize?${new URLSearchParams({ ...query, ...more })}`;
}

/** @param {import('playwright-core').Page} page */
async function signIn(page) {
  await page.goto(address({ prompt: 'login consent' }));
  await page.locator('#username').fill(demo.facts.users[0].username);
  await page.locator('#password').fill(demo.facts.users[0].password);
  await page.locator('form').first().getByRole('button').click();
  await page.locator('button[value=allow]').waitFor();
}

/**
 * What is wrong with the page as it stands.
 * @param {import('playwright-core').Page} page
 * @param {readonly string[]} [rules]
 */
async function faults(page, rules) {
  const sizes = await page.evaluate(() => {
    const all = [];
    if (document.documentElement.scrollWidth > innerWidth) all.push(`it is ${document.documentElement.scrollWidth} pixels wide`);
    for (const el of document.querySelectorAll('button, a, input:not([type=hidden])')) {
      const { height } = el.getBoundingClientRect();
      if (height < 44) all.push(`${el.textContent || el.id} is ${height} pixels high`);
    }
    return all;
  });
  return [...(await objections(page, { rules })), ...sizes];
}

/** Pages that anybody may see, and pages of somebody who is signed in.
 * @type {Record<string, Record<string, string>>} */
const strangers = { 'sign-in': {}, 'pop-up': { display: 'popup' }, touch: { display: 'touch' }, refusal: { redirect_uri: 'https://evil.example/' } };
/** @type {Record<string, Record<string, string>>} */
const known = { choice: {}, consent: { prompt: 'consent' } };

for (const { colorScheme, tongues, rules } of [
  { colorScheme: /** @type {const} */ ('light'), tongues: languages, rules: undefined },
  { colorScheme: /** @type {const} */ ('dark'), tongues: ['en'], rules: colours },
]) {
  it(`nobody is put off by a page in ${colorScheme}`, { timeout: 300_000 }, async () => {
    const context = await openBrowser({ engine: true, colorScheme });
    try {
      const page = await context.newPage();
      /** @type {string[]} */
      const problems = [];
      const look = async (/** @type {string} */ name, /** @type {Record<string, string>} */ query) => {
        for (const viewport of sizes) {
          await page.setViewportSize(viewport);
          for (const lang of tongues) {
            await page.goto(address({ ...query, ui_locales: lang }));
            const label = `${name} ${lang} ${viewport.width} ${colorScheme}`;
            assert.equal(await page.locator('html').getAttribute('lang'), lang, label);
            problems.push(...(await faults(page, rules)).map((line) => `${label}: ${line}`));
            if (process.env.OFFHOOK_SHOTS) await page.screenshot({ path: path.join(process.env.OFFHOOK_SHOTS, `${label.replaceAll(' ', '-')}.png`) });
          }
        }
      };
      for (const [name, query] of Object.entries(strangers)) await look(name, query);
      await signIn(page);
      for (const [name, query] of Object.entries(known)) await look(name, query);
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
    }
  });
}

it('a long list of permissions does not hide the decision', async () => {
  const context = await openBrowser({ engine: true, viewport: { width: 360, height: 640 } });
  try {
    const page = await context.newPage();
    await signIn(page);
    for (const value of ['allow', 'cancel']) {
      const box = await page.locator(`.decide button[value=${value}]`).boundingBox();
      assert.ok(box && box.y >= 0 && box.y + box.height <= 640, `${value} is at ${JSON.stringify(box)}`);
    }
    assert.ok(await page.locator('.wishes__item').count() > 10, 'there are few permissions: the test shows nothing');
    await page.keyboard.press('Tab');
    await page.locator('button[value=allow]').focus();
    const outline = await page.locator('button[value=allow]').evaluate((el) => getComputedStyle(el).outlineStyle);
    assert.equal(outline, 'solid', 'the focus cannot be seen');
  } finally {
    await context.close();
  }
});

it('the sign-in fits a pop-up without scrolling, also when it says what was wrong', async () => {
  const context = await openBrowser({ engine: true, viewport: { width: 600, height: 600 } });
  try {
    const page = await context.newPage();
    for (const lang of languages) {
      await page.goto(address({ ui_locales: lang }));
      await page.locator('#username').fill('nobody@example.com');
      await page.locator('#password').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      const button = await page.locator('form').first().getByRole('button').boundingBox();
      assert.ok(button && button.y + button.height <= 600, `${lang}: the button ends at ${button && button.y + button.height}`);
      assert.deepEqual(await faults(page), [], lang);
      if (process.env.OFFHOOK_SHOTS) await page.screenshot({ path: path.join(process.env.OFFHOOK_SHOTS, `wrong-${lang}.png`) });
    }
  } finally {
    await context.close();
  }
});
