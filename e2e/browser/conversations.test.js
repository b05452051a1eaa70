// Conversations in order: filtered, marked, deleted and had back, selected in
// numbers, and written among colleagues.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(async () => {
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  await demo.close();
});

/** @typedef {import('../lib/person.js').Tab} Tab */

/** The row of a conversation, with what can be done with it. @param {Tab} tab @param {string} text */
const rowOf = (tab, text) => tab.phone.locator('[data-conversation-row]').filter({ hasText: text });

/** Opens the menu of a row and presses one of its entries. @param {Tab} tab @param {string} text @param {string} entry */
async function choose(tab, text, entry) {
  const row = rowOf(tab, text);
  await row.locator('summary').press('Enter');
  await row.getByRole('button', { name: entry, exact: true }).press('Enter');
}

/** @param {Tab} tab @param {string | RegExp} name */
const filter = (tab, name) => tab.phone.getByRole('group', { name: 'Show' }).getByRole('button', { name });

describe('conversations', () => {
  it('are filtered by who is faster than the module that filters', async () => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    await (await Api.as(demo, ben)).text(ada, 'The keys are here');
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      let come = () => {};
      const coming = new Promise((resolve) => (come = () => resolve(undefined)));
      await person.context.route('**/list.js', async (route) => {
        await coming;
        await route.continue();
      });
      const asked = tab.page.waitForRequest('**/list.js');
      await tab.page.reload();
      await asked;
      await filter(tab, /^Unread 1/).click();
      assert.equal(await filter(tab, /^Unread 1/).getAttribute('aria-pressed'), 'false', 'the module was there before');
      come();
      await tab.phone.locator('[data-filter=unread][aria-pressed=true]').waitFor();
    } finally {
      await person.close();
    }
  });

  it('are marked, filtered, deleted and had back, in every tab and at the platform', async () => {
    const [ada, ben, cleo] = [await demo.user('Ada Archer'), await demo.user('Ben Brook'), await demo.user('Cleo Castle')];
    const [bens, cleos] = [await Api.as(demo, ben), await Api.as(demo, cleo)];
    const hers = await Api.as(demo, ada);
    await bens.text(ada, 'The keys are here');
    await bens.text(ada, 'At the front desk');
    await cleos.text(ada, 'Lunch at noon?');
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      const second = await (await person.tab('/plain')).signedIn();
      await filter(tab, /^Unread 2/).waitFor();
      // Read, and kept for later from the conversation's own menu while the server is only being told that it was read.
      let go = () => {};
      const held = new Promise((resolve) => (go = () => resolve(undefined)));
      await tab.page.route('**/read', async (route) => (await held, await route.continue()), { times: 1 });
      const seen = tab.page.waitForRequest('**/read');
      await tab.openConversation('Lunch at noon?');
      await seen;
      await tab.phone.locator('.conversation header summary').press('Enter');
      await tab.phone.locator('.conversation header').getByRole('button', { name: 'Mark as unread' }).press('Enter');
      await rowOf(tab, 'Lunch at noon?').waitFor();
      const marked = tab.page.waitForResponse('**/messages/mark');
      go();
      await marked;
      await filter(tab, /^Unread 2/).waitFor();
      await filter(second, /^Unread 2/).waitFor();
      await choose(second, 'At the front desk', 'Mark as read');
      await filter(tab, /^Unread 1/).click();
      await rowOf(tab, 'At the front desk').waitFor({ state: 'hidden' });
      await rowOf(tab, 'Lunch at noon?').waitFor();
      await tab.page.reload();
      await tab.signedIn();
      await tab.phone.locator('[data-filter=unread][aria-pressed=true]').waitFor();
      await rowOf(tab, 'At the front desk').waitFor({ state: 'hidden' });
      // Another tab of the same browser shows the same.
      await second.phone.locator('[data-filter=unread][aria-pressed=true]').waitFor();
      await rowOf(second, 'At the front desk').waitFor({ state: 'hidden' });
      await filter(tab, 'All').click();
      await rowOf(tab, 'At the front desk').waitFor();
      await rowOf(second, 'At the front desk').waitFor();

      // One message, then the conversation, which comes back.
      await second.openConversation('At the front desk');
      const bubble = second.phone.locator('.msg').filter({ hasText: 'At the front desk' });
      await bubble.getByRole('button', { name: 'Message options' }).press('Enter');
      await second.phone.getByRole('menuitem', { name: 'Delete message' }).press('Enter');
      await bubble.waitFor({ state: 'hidden' });
      await rowOf(tab, 'The keys are here').waitFor();
      await choose(tab, 'The keys are here', 'Delete');
      await rowOf(tab, 'The keys are here').waitFor({ state: 'hidden' });
      await second.phone.locator('.conversation').waitFor({ state: 'hidden' });
      await tab.phone.getByRole('button', { name: 'Undo' }).click();
      await rowOf(tab, 'The keys are here').waitFor();
      await rowOf(second, 'The keys are here').waitFor();
      await until(async () => (await hers.texts()).every((m) => m.subject !== 'At the front desk'));
      assert.ok((await hers.texts()).some((m) => m.subject === 'The keys are here'), 'what was had back is at the platform');

      // Several at once; the page that goes away does not wait.
      await choose(tab, 'The keys are here', 'Select');
      await rowOf(tab, 'Lunch at noon?').getByRole('link').click();
      await tab.phone.getByRole('toolbar', { name: 'Selected conversations' }).getByText('2 selected').waitFor();
      await tab.phone.getByRole('toolbar', { name: 'Selected conversations' }).getByRole('button', { name: 'Delete' }).click();
      await tab.phone.getByText('2 conversations were deleted.', { exact: true }).waitFor();
      await tab.phone.getByText('No messages yet').waitFor();
      await tab.phone.getByRole('button', { name: 'Dismiss' }).click();
      await until(async () => (await hers.texts()).length === 0);
      await second.phone.getByText('No messages yet').waitFor();
    } finally {
      await person.close();
    }
  });

  it('among colleagues need no number, and their answers go the same way', async () => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    const hers = await Person.signedIn(demo, ada);
    const his = await Person.signedIn(demo, ben);
    try {
      await hers.tab.phone.getByRole('link', { name: 'New message' }).first().click();
      await hers.tab.phone.getByRole('combobox', { name: 'To' }).fill(ben.name);
      await hers.tab.phone.getByRole('option').filter({ hasText: ben.name }).filter({ hasText: 'Internal message' }).click();
      await hers.tab.phone.getByPlaceholder('Internal message').waitFor();
      await hers.tab.phone.getByRole('combobox', { name: 'From' }).waitFor({ state: 'hidden' });
      await hers.tab.send('Between us.');
      await hers.tab.bubble('Between us.').waitFor();
      await rowOf(his.tab, 'Between us.').getByText('Internal', { exact: true }).waitFor();
      const heard = await his.tab.hears('rc-inbound-message-notify', 'Between us.');
      assert.deepEqual([heard.message.type, heard.message.from.extensionNumber], ['Pager', ada.extensionNumber]);

      await his.tab.openConversation('Between us.');
      await his.tab.send('Of course.');
      await hers.tab.bubble('Of course.').waitFor();
      const { records: store } = await (await Api.as(demo, ada)).call('GET', '/message-store');
      assert.deepEqual(store.map((/** @type {any} */ m) => [m.type, m.subject]).sort(), [['Pager', 'Between us.'], ['Pager', 'Of course.']]);
      assert.equal(new Set(store.map((/** @type {any} */ m) => m.conversation.id)).size, 1, 'one conversation');
    } finally {
      await hers.person.close();
      await his.person.close();
    }
  });

  it('of several say who is in them, with pictures, by keyboard and back', async () => {
    const [ada, ben, cleo] = [await demo.user('Ada Archer'), await demo.user('Ben Brook'), await demo.user('Cleo Castle')];
    const bens = await Api.as(demo, ben);
    await bens.picture(await readFile(new URL('../lib/face.png', import.meta.url)));
    await bens.call('POST', '/company-pager', { from: { extensionNumber: ben.extensionNumber }, to: [ada, cleo].map((u) => ({ extensionNumber: u.extensionNumber })), text: 'Who covers Saturday?' });
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      await tab.openConversation('Who covers Saturday?');
      await tab.phone.getByRole('link', { name: '3 people in this conversation' }).press('Enter');
      const people = tab.phone.getByRole('list', { name: 'People' });
      await people.getByRole('link').filter({ hasText: ben.name }).waitFor();
      assert.equal(await people.getByRole('listitem').count(), 3);
      await people.getByRole('listitem').filter({ hasText: 'You' }).waitFor();

      // Ben has a picture, which comes from our own server; Cleo has initials.
      const face = people.getByRole('listitem').filter({ hasText: ben.name }).locator('.face__picture');
      await face.waitFor();
      const frame = await tab.frame();
      await until(() => frame.evaluate(() => (/** @type {HTMLImageElement | null} */ (document.querySelector('.members .face__picture')))?.naturalWidth === 160));
      assert.equal(new URL(await face.evaluate((img) => /** @type {HTMLImageElement} */ (img).currentSrc)).origin, new URL(demo.facts.widget.url).origin);
      assert.equal(await people.getByRole('listitem').filter({ hasText: cleo.name }).locator('.face__picture').count(), 0);

      await people.getByRole('link').filter({ hasText: ben.name }).press('Enter');
      await tab.phone.getByRole('heading', { name: ben.name, level: 1 }).waitFor();
      await tab.phone.locator('body').press('Escape');
      await people.waitFor();
      await tab.phone.locator('body').press('Escape');
      await tab.bubble('Who covers Saturday?').waitFor();
    } finally {
      await person.close();
    }
  });
});

/** Asks the platform, within its limits, until it has what a browser cannot show. @param {() => Promise<boolean>} ok */
async function until(ok) {
  while (!(await ok())) await new Promise((again) => setTimeout(again, 2000));
}
