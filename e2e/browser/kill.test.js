// Power cuts. Two people text each other while the server is killed with
// SIGKILL again and again, at moments that differ: what was acknowledged must
// be there afterwards, once.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';

const rounds = Number(process.env.OFFHOOK_KILLS ?? 8);

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(async () => {
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  await demo.close();
});

/** What a form that was sent says. @param {import('playwright-core').Request} request */
const said = (request) => `${request.postData() ?? ''}&`.replaceAll('+', ' ');

it(`loses and doubles no acknowledged text over ${rounds} kills`, { timeout: rounds * 30_000 + 60_000 }, async () => {
  const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
  const hers = await Person.signedIn(demo, ada);
  const his = await Person.signedIn(demo, ben);
  /** @type {string[]} */
  const acknowledged = [];
  /** @type {string[]} */
  const written = [];
  try {
    await hers.tab.compose(ben.phoneNumber, ben.name);
    await hers.tab.send('The first of many');
    await hers.tab.bubble('The first of many').waitFor();
    await his.tab.openConversation('The first of many');
    // Answers to the frames' own requests are what a person relies on: the
    // bubble of an answered text never turns into an error.
    for (const [name, side] of /** @type {const} */ ([['ada', hers], ['ben', his]])) {
      side.tab.page.on('requestfinished', async (request) => {
        if (request.method() !== 'POST' || !/messages|composeText/.test(request.url())) return;
        const text = /(ada|ben) in round \d+/.exec(said(request))?.[0];
        const response = await request.response();
        if (text && response?.ok()) acknowledged.push(text);
        assert.ok(!text || text.startsWith(name));
      });
    }
    for (let round = 1; round <= rounds; round++) {
      /** @type {Promise<unknown> | undefined} */
      let killed;
      for (const [name, side] of /** @type {const} */ ([['ada', hers], ['ben', his]])) {
        const text = `${name} in round ${round}`;
        written.push(text);
        const asked = side.tab.page.waitForEvent('request', (r) => r.method() === 'POST' && said(r).includes(`${text}&`));
        // In every third round the server dies after both answers, while the
        // second text is on its way, or before anybody asks for anything.
        if (round % 3 === 2 && name === 'ben') killed = demo.kill();
        await side.tab.send(text);
        const request = await asked;
        if (round % 3 === 0 && name === 'ben') killed = demo.kill();
        else await request.response().catch(() => null);
      }
      await (killed ?? demo.kill());
      await demo.start();
      await Promise.all([hers, his].map(({ tab }) => tab.phone.locator('#offline').waitFor({ state: 'hidden' })));
    }
    // A conversation shows its end first. Texts are delivered in order, so when
    // the last ones are there, all are.
    const last = written.slice(-20);
    for (const text of last) {
      await hers.tab.bubble(text).first().waitFor();
      await his.tab.bubble(text).first().waitFor();
    }
    for (const [user, api] of /** @type {const} */ ([[ada, await Api.as(demo, ada)], [ben, await Api.as(demo, ben)]])) {
      const count = new Map();
      for (const { subject } of await api.texts()) count.set(subject, (count.get(subject) ?? 0) + 1);
      for (const text of new Set([...acknowledged, ...written])) {
        assert.equal(count.get(text), 1, `"${text}" in the store of ${user.name}`);
      }
    }
    for (const { tab } of [hers, his]) {
      for (const text of last) assert.equal(await tab.bubble(text).count(), 1, `bubbles of "${text}"`);
    }
    assert.ok(acknowledged.length >= rounds, 'texts were acknowledged before the kills');
    console.log(`${written.length} texts, ${acknowledged.length} acknowledged before a kill, all there once`);
  } finally {
    await hers.person.close();
    await his.person.close();
  }
});
