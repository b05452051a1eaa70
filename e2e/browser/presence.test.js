// Who can be reached: two people and their colleagues' dots, one's own menu by
// mouse and keys, a second tab, and what the host page hears.

import assert from 'node:assert/strict';
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

/** The user's own face. @param {Tab} tab @param {string} word */
const own = (tab, word) => tab.phone.getByRole('button', { name: `Your status: ${word}. Change it` });

/** @param {Tab} tab */
const menu = (tab) => tab.phone.getByRole('dialog', { name: 'Your status' });

/** @param {Tab} tab @param {string} now @param {string} choice */
async function choose(tab, now, choice) {
  await own(tab, now).first().click();
  await menu(tab).getByRole('menuitemradio', { name: choice }).click();
  await menu(tab).waitFor({ state: 'hidden' });
}

describe('presence', () => {
  it('is changed in one tab and seen in the other, by the host page and by a colleague', async () => {
    const [ada, ben] = [await demo.user('Ada Amber'), await demo.user('Ben Birch')];
    await (await Api.as(demo, ben)).text(ada, 'Hello from next door');
    const hers = await Person.signedIn(demo, ada);
    const his = await Person.signedIn(demo, ben);
    try {
      const second = await (await hers.person.tab('/plain')).signedIn();
      const list = await (await his.person.tab('/plain')).signedIn();
      await list.row(ada.name).locator('.reach[data-reach=available]').waitFor();
      await his.tab.openConversation('Hello from next door');
      const line = his.tab.phone.locator('.top__sub');
      await line.getByText('Available', { exact: true }).waitFor();

      await choose(hers.tab, 'Available', 'Do not disturb');
      await own(hers.tab, 'Do not disturb').waitFor();
      await own(second, 'Do not disturb').waitFor();
      await line.getByText('Do not disturb', { exact: true }).waitFor();
      await list.row(ada.name).locator('.reach[data-reach=dnd]').waitFor();
      const told = await hers.tab.hears('rc-adapter-syncPresence', 'DoNotAcceptAnyCalls');
      assert.deepEqual([told.userStatus, told.dndStatus, told.presenceOption, told.telephonyStatus], ['Busy', 'DoNotAcceptAnyCalls', 'DoNotAcceptAnyCalls', 'NoCall']);

      await own(second, 'Do not disturb').click();
      await menu(second).getByLabel('Status message').fill('At the harbour');
      await menu(second).getByRole('button', { name: 'Save' }).click();
      await line.getByText('At the harbour', { exact: true }).waitFor();

      // Another client of the same user counts as much.
      const elsewhere = await Api.as(demo, ada);
      await elsewhere.call('PUT', '/presence', { userStatus: 'Offline', dndStatus: 'TakeAllCalls', message: '' });
      await own(hers.tab, 'Invisible').waitFor();
      await line.getByText('Offline', { exact: true }).waitFor();
      await line.getByText('At the harbour').waitFor({ state: 'detached' });
    } finally {
      await hers.person.close();
      await his.person.close();
    }
  });

  it('is as it is now in a list that was drawn before a change and arrives after it', async () => {
    const user = await demo.user('Finn Fjord');
    const { person, tab } = await Person.signedIn(demo, user, { engine: false }); // a frame of its own is a process of its own
    try {
      await own(tab, 'Available').waitFor();
      await tab.goTo('Settings');
      const network = await person.context.newCDPSession(await tab.frame());
      await network.send('Fetch.enable', { patterns: [{ urlPattern: '*/panel/messages', requestStage: 'Response' }] });
      const drawn = new Promise((resolve) => network.once('Fetch.requestPaused', resolve));
      await tab.phone.getByRole('navigation').getByRole('link', { name: /Messages/ }).click();
      const { requestId } = await drawn;
      await (await Api.as(demo, user)).call('PUT', '/presence', { userStatus: 'Busy', dndStatus: 'TakeAllCalls' });
      await tab.hears('rc-adapter-syncPresence', 'Busy');
      await network.send('Fetch.continueRequest', { requestId });
      await own(tab, 'Busy').waitFor();
    } finally {
      await person.close();
    }
  });

  it('has a menu that needs no mouse', async () => {
    const { person, tab } = await Person.signedIn(demo, await demo.user('Cleo Cedar'));
    try {
      await own(tab, 'Available').focus();
      await tab.page.keyboard.press('Enter');
      const item = (/** @type {string} */ name) => menu(tab).getByRole('menuitemradio', { name });
      await tab.phone.locator('[role=menuitemradio]:focus').filter({ hasText: 'Available' }).waitFor();
      assert.equal(await item('Available').getAttribute('aria-checked'), 'true');
      await tab.page.keyboard.press('ArrowUp'); // round the end
      await tab.phone.locator('[role=menuitemradio]:focus').filter({ hasText: 'Invisible' }).waitFor();
      await tab.page.keyboard.press('Escape');
      await menu(tab).waitFor({ state: 'hidden' });
      await tab.phone.locator('[data-presence]:focus').waitFor();

      await tab.page.keyboard.press('Enter');
      await tab.phone.locator('[role=menuitemradio]:focus').waitFor();
      await tab.page.keyboard.press('ArrowDown');
      await tab.page.keyboard.press('Enter');
      await own(tab, 'Busy').waitFor();
      await menu(tab).waitFor({ state: 'hidden' });
    } finally {
      await person.close();
    }
  });

  it('stands in the settings, and says why a change did not happen', async () => {
    const { person, tab } = await Person.signedIn(demo, await demo.user('Dora Dune'));
    try {
      await tab.goTo('Settings');
      const here = tab.phone.locator('[data-panel=settings]').getByRole('button', { name: /^Your status/ });
      await here.click();
      await menu(tab).getByRole('menuitemradio', { name: 'Busy' }).waitFor();
      await person.context.setOffline(true);
      await menu(tab).getByRole('menuitemradio', { name: 'Busy' }).click();
      await menu(tab).getByRole('alert').getByText('The phone cannot be reached right now').waitFor();
      assert.equal(await menu(tab).getByRole('menuitemradio', { name: 'Available' }).getAttribute('aria-checked'), 'true', 'what did not happen shows');
      await person.context.setOffline(false);
      await menu(tab).getByRole('menuitemradio', { name: 'Busy' }).click();
      await here.getByText('Busy', { exact: true }).waitFor();
    } finally {
      await person.close();
    }
  });
});
