// Every state of every panel, as /_stories draws it: no errors, nothing from
// elsewhere, nothing that an accessibility checker objects to, in the corner of
// a page and on a wide screen; and in the dark, where only colours differ.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { colours, objections } from '../lib/axe.js';
import { openBrowser } from '../lib/chromium.js';
import { cut } from '../lib/cut.js';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';
import { covered } from '../lib/reach.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

it('the checker objects to what is wrong', async () => {
  const context = await openBrowser({ engine: true });
  try {
    const page = await context.newPage();
    await page.setContent('<p style="color:#aaa;background:#fff">Too pale</p><input>');
    assert.deepEqual((await objections(page)).map((line) => line.split(':')[0]).filter((id) => /contrast|label/.test(id)), ['color-contrast', 'label']);
  } finally {
    await context.close();
  }
});

const narrow = { width: 300, height: 500 };
const wide = { width: 1100, height: 760 };

for (const { name: looks, colorScheme, theme, viewports, rules } of /** @type {const} */ ([
  { name: 'light', colorScheme: 'light', theme: '', viewports: [narrow, wide], rules: undefined },
  { name: 'dark', colorScheme: 'dark', theme: '', viewports: [narrow], rules: colours },
  { name: 'high contrast', colorScheme: 'light', theme: 'contrast', viewports: [narrow], rules: colours },
])) {
  describe(`the panels in ${looks}`, () => {
    it('draw without an error and without an objection', { timeout: 900_000 }, async () => {
      const context = await openBrowser({ engine: true, colorScheme, viewport: narrow });
      try {
        const page = await context.newPage();
        /** @type {string[]} */
        const problems = [];
        let name = '';
        page.on('console', (m) => ['error', 'warning'].includes(m.type()) && problems.push(`${name}: ${m.text()}`));
        page.on('pageerror', (err) => problems.push(`${name}: ${err}`));
        page.on('request', (r) => !r.url().startsWith(`${demo.facts.widget.url}/`) && !r.url().startsWith('data:') && problems.push(`${name}: asked ${r.url()}`));
        await page.goto(`${demo.facts.widget.url}/_stories`);
        const links = await page.locator('a[href^="/_stories/"]').evaluateAll((all) => [...new Set(all.map((a) => /** @type {HTMLAnchorElement} */ (a).href))]);
        assert.ok(links.length >= 15, `${links.length} stories`);
        // Colours are few: every third panel shows them, but for scripts/soak.
        const some = links.filter((_, i) => !rules || process.env.OFFHOOK_MODES === 'all' || i % 3 === (theme ? 0 : 1));
        for (const link of some) {
          name = new URL(link).pathname.split('/').pop() ?? '';
          await page.goto(link);
          if (theme) await page.evaluate((t) => void (document.documentElement.dataset.theme = t), theme);
          for (const viewport of viewports) {
            await page.setViewportSize(viewport);
            for (const line of await objections(page, { rules })) problems.push(`${name} at ${viewport.width}: ${line}`);
            const sideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
            if (sideways) problems.push(`${name} at ${viewport.width}: scrolls sideways`);
          }
        }
        assert.deepEqual([...new Set(problems)], []);
      } finally {
        await context.close();
      }
    });

    // The theme is the phone's own; the pages around it have none.
    if (!theme) it('and the pages around them: the CRM, the platform\'s sign-in, the front page', async () => {
      const person = await Person.open(demo, { engine: true, colorScheme });
      try {
        const tab = await person.tab();
        assert.deepEqual(await objections(tab.page), [], 'the CRM');
        assert.deepEqual(await objections(await tab.frame()), [], 'the signed-out phone');
        const popup = person.context.waitForEvent('page');
        await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
        const window = await popup;
        await window.locator('input[type=password]').waitFor();
        assert.deepEqual(await objections(window), [], 'the sign-in page');
        await window.locator('input[autocomplete=username]').fill('nobody@test.example');
        await window.locator('input[type=password]').fill('wrong');
        await window.locator('input[type=password]').press('Enter');
        await window.getByRole('alert').waitFor();
        assert.deepEqual(await objections(window), [], 'the sign-in page with an error');
        const front = await person.context.newPage();
        await front.goto(`${demo.facts.widget.url}/`);
        assert.deepEqual(await objections(front), [], 'the front page');
        const bad = person.console.filter((line) => /^(error|uncaught)/.test(line) && !/status of 4\d\d/.test(line));
        assert.deepEqual(bad, []);
      } finally {
        await person.close();
      }
    });
  });
}

// Every panel is looked at in one of these languages; scripts/soak does in all.
describe('the panels in other languages', () => {
  it('have room for long words, and read from right to left', { timeout: 900_000 }, async () => {
    const context = await openBrowser({ engine: true, viewport: narrow });
    try {
      const page = await context.newPage();
      await page.goto(`${demo.facts.widget.url}/_stories`);
      const links = await page.locator('a[href^="/_stories/"]').evaluateAll((all) => [...new Set(all.map((a) => /** @type {HTMLAnchorElement} */ (a).href))]);
      /** @type {string[]} */
      const problems = [];
      for (const [k, [language, dir]] of [['de-DE', 'ltr'], ['fr-FR', 'ltr'], ['he-IL', 'rtl']].entries()) {
        for (const [i, link] of links.filter((_, i) => process.env.OFFHOOK_MODES === 'all' || i % 3 === k).entries()) {
          await page.setViewportSize({ ...narrow, width: i % 2 ? 250 : narrow.width });
          await page.goto(`${link}?language=${language}`);
          const is = await page.evaluate(() => [document.documentElement.lang, getComputedStyle(document.body).direction]);
          assert.deepEqual(is, [language, dir], link);
          // A name of several lines moves the tiles of a call, which then scroll.
          for (const line of (await cut(page)).filter((said) => !(link.endsWith('-hostile') && said.endsWith('behind the foot')))) problems.push(`${new URL(link).pathname.split('/').pop()} in ${language}: ${line}`);
        }
      }
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
    }
  });
});

/** @param {import('playwright-core').Page} page @param {RegExp} [wanted] @returns {Promise<string[]>} where the stories are */
async function storyLinks(page, wanted = /./) {
  await page.goto(`${demo.facts.widget.url}/_stories`);
  const links = await page.locator('a[href^="/_stories/"]').evaluateAll((all) => [...new Set(all.map((a) => /** @type {HTMLAnchorElement} */ (a).href))]);
  return links.filter((link) => wanted.test(new URL(link).pathname.split('/').pop() ?? ''));
}

/** Has the phone say that it is open in its own window, as away.js does. @param {import('playwright-core').Page} page @param {string} language */
async function ownWindow(page, language) {
  const catalog = new URL(`../../web/words/${language.slice(0, 2)}.json`, import.meta.url);
  const words = language === 'en-US' ? {} : JSON.parse(readFileSync(catalog, 'utf8'));
  const [says, ...acts] = ['The phone is open in its own window', 'Show it', 'Bring it back'].map((word) => words[word] ?? word);
  await page.evaluate(([sentence, names]) => {
    const box = Object.assign(document.createElement('div'), { className: 'strip strip--own' });
    const text = Object.assign(document.createElement('span'), { textContent: sentence, tabIndex: -1 });
    text.dataset.text = '';
    const all = Object.assign(document.createElement('span'), { className: 'strip__acts' });
    all.append(...names.map((name) => Object.assign(document.createElement('button'), { className: 'strip__act', textContent: name })));
    box.append(text, all);
    document.querySelector('.strips')?.append(box);
    document.body.dataset.audio = 'elsewhere';
  }, /** @type {const} */ ([says, acts]));
}

describe('a call in the corner of a page', () => {
  const sizes = [{ width: 250, height: 500 }, { width: 300, height: 500 }, { width: 400, height: 600 }];
  const name = (/** @type {string} */ link) => new URL(link).pathname.split('/').pop() ?? '';

  it('has all its controls in sight, none over another, in every language', { timeout: 900_000 }, async () => {
    const context = await openBrowser({ engine: true, viewport: narrow });
    try {
      const page = await context.newPage();
      /** @type {string[]} */
      const problems = [];
      for (const link of await storyLinks(page, /^(live|dialer|ring-(?!small))/)) {
        for (const language of ['en-US', 'de-DE', 'he-IL']) {
          await page.goto(`${link}?language=${language}`);
          const errors = name(link) === 'ring-dialer'; // it says twice why the call did not come about
          if (errors) await page.locator('[data-call-error]').evaluateAll((all) => all.forEach((at) => Object.assign(at, { hidden: false, textContent: 'The microphone of this computer cannot be used.' })));
          for (const size of sizes) {
            await page.setViewportSize(size);
            const scrolls = await page.locator('.live__body').evaluateAll((all) => all.some((at) => at.scrollHeight > at.clientHeight));
            if (scrolls) problems.push(`${name(link)} in ${language} at ${size.width}: not all is in sight`);
            for (const line of await covered(page)) problems.push(`${name(link)} in ${language} at ${size.width}: ${line}`);
          }
        }
      }
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
    }
  });

  it('keeps its tools in sight below strips, and says so where it scrolls', async () => {
    const context = await openBrowser({ engine: true, viewport: narrow });
    try {
      const page = await context.newPage();
      for (const link of await storyLinks(page, /^live-(elsewhere|keypad-elsewhere)$/)) {
        for (const language of ['en-US', 'de-DE', 'he-IL']) {
          await page.setViewportSize(narrow);
          await page.goto(`${link}?language=${language}`);
          await ownWindow(page, language);
          const body = page.locator('.live__body');
          assert.ok(await body.evaluate((at) => at.scrollHeight <= at.clientHeight), `${name(link)} in ${language}: not all is in sight`);
          assert.deepEqual(await covered(page), [], `${name(link)} in ${language}`);
          // Lower than any page would have it.
          await page.setViewportSize({ width: 300, height: 380 });
          const edge = async () => {
            const box = await body.boundingBox();
            assert.ok(box && box.height > 40, `${name(link)} in ${language}: ${box?.height} px to scroll in`);
            return page.screenshot({ clip: { x: box.x + 2, y: box.y + box.height - 3, width: 8, height: 3 } });
          };
          await body.evaluate((at) => at.scrollTo(0, 0));
          const more = await edge();
          await body.evaluate((at) => at.scrollTo(0, at.scrollHeight));
          assert.ok(!more.equals(await edge()), `${name(link)} in ${language}: nothing says that there is more below`);
          assert.deepEqual(await covered(page), [], `${name(link)} in ${language}, low`);
          await page.locator('.strip--own [data-text]').click();
          assert.ok(await page.locator('.strip--own [data-text]').evaluate((at) => at.scrollHeight <= at.clientHeight + 1), `${language}: the strip keeps words to itself`);
        }
      }
    } finally {
      await context.close();
    }
  });

  it('says in every part of its page that nobody hears its user, and takes that back', async () => {
    const context = await openBrowser({ engine: true, viewport: narrow });
    try {
      const page = await context.newPage();
      for (const link of await storyLinks(page, /^live-(keypad|transfer)-muted$/)) {
        for (const language of ['en-US', 'de-DE', 'he-IL']) {
          await page.goto(`${link}?language=${language}`);
          assert.ok(await page.locator('.live__now .live__muted').isVisible(), `${name(link)} in ${language}: no word of it`);
          const button = page.locator('#live-silent[aria-pressed=true][data-call-act=unmute]');
          assert.ok(await button.isVisible(), `${name(link)} in ${language}: no way back`);
        }
      }
    } finally {
      await context.close();
    }
  });

  it('shows what its buttons are with the pointer and the focus on them', async () => {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const context = await openBrowser({ engine: true, colorScheme, viewport: narrow });
      try {
        const page = await context.newPage();
        await page.goto(`${demo.facts.widget.url}/_stories/ring-busy`);
        await page.emulateMedia({ reducedMotion: 'reduce', colorScheme });
        for (const at of await page.locator(':is(.answer, .tile):not(:disabled)').all()) {
          await at.hover();
          const mark = at.locator('.answer__mark, .tile__mark');
          await mark.evaluate((e) => Promise.all(e.getAnimations().map((a) => a.finished)));
          const ratio = await mark.evaluate((e) => {
            const light = (/** @type {string} */ colour) => {
              const [r, g, b] = (colour.match(/[\d.]+/g) ?? []).map((v) => Number(v) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
              return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
            };
            const { color, backgroundColor } = getComputedStyle(e);
            const [a, b] = [light(color), light(backgroundColor)];
            return Math.max(a, b) / Math.min(a, b);
          });
          assert.ok(ratio >= 3, `${await at.textContent()} in the ${colorScheme}: its picture stands out by ${ratio.toFixed(2)} only`);
        }
        await page.goto(`${demo.facts.widget.url}/_stories/live-transfer`);
        // Two pixels of ring, two pixels off.
        for (const at of await page.locator('.live__passing .button').all()) {
          const room = await at.evaluate((e) => (e.closest('.live__body')?.getBoundingClientRect().bottom ?? Infinity) - e.getBoundingClientRect().bottom);
          assert.ok(room >= 4, `${await at.textContent()}: ${room} px below it for the ring of the focus`);
        }
      } finally {
        await context.close();
      }
    }
  });
});

describe('the keyboard alone', () => {
  /**
   * Presses Tab until something with that name has the focus.
   * @param {import('playwright-core').Page} page
   * @param {import('playwright-core').Page | import('playwright-core').Frame} where
   * @param {RegExp} name
   */
  async function tabTo(page, where, name) {
    /** @type {string[]} */
    const passed = [];
    for (let i = 0; i < 80; i++) {
      const at = await where.evaluate(() => {
        const e = document.activeElement;
        if (!(e instanceof HTMLElement) || e === document.body) return '';
        const labels = 'labels' in e ? [.../** @type {HTMLInputElement} */ (e).labels ?? []].map((l) => l.textContent).join(' ') : '';
        return (e.getAttribute('aria-label') || labels || e.textContent || '').trim().replaceAll(/\s+/g, ' ');
      });
      if (name.test(at)) return;
      passed.push(at);
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab never came to ${name}: ${[...new Set(passed)].join(' | ')}`);
  }

  it('signs in, writes to a colleague found by name, and signs out', async () => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    const person = await Person.open(demo, { engine: true });
    try {
      const tab = await person.tab('/plain');
      const frame = await tab.frame();
      const keys = tab.page.keyboard;
      await tabTo(tab.page, frame, /^Sign In$/);
      const popup = person.context.waitForEvent('page');
      await keys.press('Enter');
      const window = await popup;
      const closed = window.waitForEvent('close');
      await window.locator('input[autocomplete=username]').waitFor();
      await tabTo(window, window, /e-?mail|phone|user/i);
      await window.keyboard.type(ada.username);
      await tabTo(window, window, /password/i);
      await window.keyboard.type(ada.password);
      await window.keyboard.press('Enter');
      await closed;
      await tab.signedIn();
      await tab.page.bringToFront();

      await tabTo(tab.page, frame, /^New message$/);
      await keys.press('Enter');
      await tab.phone.getByRole('combobox', { name: 'To' }).waitFor();
      await tabTo(tab.page, frame, /^To$/);
      await keys.type(ben.name);
      await tab.phone.getByRole('option', { name: new RegExp(ben.name) }).first().waitFor();
      await keys.press('ArrowDown');
      await keys.press('Enter');
      await tabTo(tab.page, frame, /^Message$/);
      await keys.type('Typed, not clicked');
      await keys.press('Enter');
      await tab.bubble('Typed, not clicked').waitFor();

      await tabTo(tab.page, frame, /Settings$/);
      await keys.press('Enter');
      await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
      await tabTo(tab.page, frame, /^Sign Out$/);
      await keys.press('Enter');
      await tab.signedOut();
    } finally {
      await person.close();
    }
  });
});
