// A text is told to one of the pages that show the phone, whichever it is, and
// never to none: contract/service.md 18.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';

/** @typedef {import('../lib/person.js').Tab} Tab */

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

const INBOUND = 'rc-inbound-message-notify';

/**
 * How many of the pages were told of a text.
 * @param {Tab[]} tabs @param {string} text
 */
async function told(tabs, text) {
  const all = await Promise.all(tabs.map((t) => t.heard()));
  return all.flat().filter((m) => m.data?.type === INBOUND && m.data.message.subject === text).length;
}

/**
 * The index of the tab whose page hears of a text first.
 * @param {Tab[]} tabs @param {string} text
 */
const teller = (tabs, text) => Promise.any(tabs.map((t, i) => t.hears(INBOUND, text).then(() => i)));

/**
 * Somebody with the phone in several tabs, and somebody who texts them.
 * @param {number} count @param {Parameters<typeof Person.signedIn>[2]} [options]
 */
async function several(count, options) {
  const [user, colleague] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
  const { person, tab } = await Person.signedIn(demo, user, { path: '/plain', ...options });
  const tabs = [tab];
  while (tabs.length < count) tabs.push(await (await person.tab('/plain')).signedIn());
  const api = await Api.as(demo, colleague);
  return { person, tabs, text: (/** @type {string} */ words) => api.text(user, words) };
}

describe('a text that comes in', () => {
  it('is told once over four tabs, each time', async () => {
    const { person, tabs, text } = await several(4);
    try {
      for (const words of ['One', 'Two', 'Three']) {
        await text(words);
        await teller(tabs, words);
      }
      // Who was asked about a later one has decided about the earlier ones.
      for (const t of tabs) await decided(t);
      for (const words of ['One', 'Two', 'Three']) assert.equal(await told(tabs, words), 1, words);
    } finally {
      await person.close();
    }
  });

  it('is told by another tab when the one that tells it is closed in that moment', async () => {
    const { person, tabs, text } = await several(3);
    try {
      // Time stands still: whoever tells it has not been heard for long enough.
      await person.context.clock.install();
      for (const t of tabs) await t.page.clock.pauseAt(Date.now() + 3_600_000);
      await text('While it closes');
      const i = await teller(tabs, 'While it closes');
      const rest = tabs.filter((t) => t !== tabs[i]);
      assert.equal(await told(rest, 'While it closes'), 0);
      await tabs[i].page.close();
      await teller(rest, 'While it closes');
      assert.equal(await told(rest, 'While it closes'), 1);
    } finally {
      await person.close();
    }
  });

  it('is told although a tab has taken the word and hangs', async () => {
    const { person, tabs, text } = await several(2);
    try {
      const [stuck, other] = tabs;
      // From now on this tab keeps every word it gets and says nothing.
      await (await stuck.frame()).evaluate(() => {
        const { locks } = navigator;
        const request = locks.request.bind(locks);
        Reflect.set(locks, 'request', (/** @type {string} */ name, /** @type {any} */ ...rest) => request(name, rest.length > 1 ? { ifAvailable: rest[0].ifAvailable } : {}, () => new Promise(() => {})));
      });
      // Nobody looks at the other one, so that it comes second.
      await (await other.frame()).evaluate(() => Object.defineProperty(document, 'hidden', { value: true }));
      await text('Past the one that hangs');
      await other.hears(INBOUND, 'Past the one that hangs');
      assert.equal(await told([stuck], 'Past the one that hangs'), 0);
    } finally {
      await person.close();
    }
  });

  it('is told by each tab where the browser refuses us all storage, and so all locks', async () => {
    const { person, tabs, text } = await several(1, { cookies: 'refused' });
    try {
      const refusal = await (await tabs[0].frame()).evaluate(() => navigator.locks.request('x', () => 'given').catch((e) => e.name));
      assert.equal(refusal, 'SecurityError');
      await text('Without locks');
      await teller(tabs, 'Without locks');
    } finally {
      await person.close();
    }
  });
});

/**
 * Waits until a tab has told, or left to another, all that it has heard of.
 * @param {Tab} tab
 */
async function decided(tab) {
  const frame = await tab.frame();
  await frame.evaluate(async () => {
    const path = [...document.querySelectorAll('script[src]')].map((s) => /** @type {HTMLScriptElement} */ (s).src).find((src) => src.endsWith('/app.js'));
    const { host } = await import(new URL('./host.js', path).href);
    await host.told;
  });
}
