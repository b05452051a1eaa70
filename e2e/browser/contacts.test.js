// Contacts: those of the page's own application among the user's, searched and
// looked at, and whose number is whose.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { acme, asked, awaits, install, set } from '../lib/crm.js';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';
import { register } from '../lib/service.js';

/** @typedef {import('../lib/person.js').Tab} Tab */

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

/** Somebody whose page has an application. @param {Parameters<typeof install>[1]} [has] @param {object} [more] of the registration */
async function withCRM(has, more = {}) {
  const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
  await install(tab, has);
  await register(tab, { ...acme, ...more });
  return { person, tab };
}

/** @param {Tab} tab @param {string} name */
const contact = (tab, name) => tab.phone.locator('.person').filter({ hasText: name });

/** @param {Tab} tab */
const search = (tab) => tab.phone.getByRole('searchbox', { name: 'Search contacts' });

describe('the contacts of the page', () => {
  it('come in pages, are listed by letter and found by any part of them', async () => {
    const { person, tab } = await withCRM({ many: 2500, pages: 5 });
    try {
      await tab.goTo('Contacts');
      await contact(tab, 'Archer 00000').waitFor();
      const bodies = await asked(tab, '/contacts');
      assert.deepEqual(bodies.slice(0, 5), [1, 2, 3, 4, 5].map((page) => ({ page, syncTimestamp: null })));
      await tab.phone.getByText(/^2,50\d contacts$/).waitFor({ state: 'attached' });
      await tab.phone.getByText('A', { exact: true }).first().waitFor();

      for (const [query, name] of [['02499', 'Coelho 02499'], ['dvorak 014', 'Dvořák 01400'], ['ФЕДОР 0000', 'Федорова 00005'], ['415-200-0010', '王 00010'], ['c77@acme', 'Archer 00077']]) {
        await search(tab).fill(query);
        await contact(tab, name).first().waitFor();
        await contact(tab, 'Archer 00000').waitFor({ state: 'detached' });
      }
      await search(tab).fill('nobody at all');
      await tab.phone.getByText('Nobody found').waitFor();
      await search(tab).fill('');
      await contact(tab, 'Archer 00000').waitFor();

      // By keyboard, to the very last of the list.
      await search(tab).press('ArrowDown');
      await tab.phone.locator('.person').first().and(tab.phone.locator(':focus')).waitFor();
      await tab.page.keyboard.press('End');
      await contact(tab, '王 02496').and(tab.phone.locator(':focus')).waitFor();

      // By letter, far down where nothing was drawn yet.
      await tab.phone.locator('[data-letter]').getByText('I', { exact: true }).click();
      await contact(tab, 'Ito 00008').waitFor();
      const [row, list] = await Promise.all([contact(tab, 'Ito 00008').boundingBox(), tab.phone.locator('.people__scroll').boundingBox()]);
      assert.ok(row && list && row.y >= list.y && row.y < list.y + 60, `the letter is not at the top: ${JSON.stringify([row, list])}`);

      // The same by keyboard: the letter itself, one further, and in.
      const letters = tab.phone.getByRole('slider', { name: 'Letter' });
      await letters.focus();
      await tab.page.keyboard.press('c');
      await contact(tab, 'Coelho 00').first().waitFor();
      assert.equal(await letters.getAttribute('aria-valuetext'), 'C');
      await tab.page.keyboard.press('ArrowDown');
      await tab.page.keyboard.press('Enter');
      await contact(tab, 'Dvořák').first().and(tab.phone.locator(':focus')).waitFor();

      await tab.phone.getByRole('button', { name: 'Company', exact: true }).click();
      await contact(tab, 'Sam Okafor').waitFor();
      await contact(tab, 'Archer 00000').waitFor({ state: 'detached' });
      await tab.phone.getByRole('button', { name: 'Acme', exact: true }).click();
      await contact(tab, 'Archer 00000').waitFor();
      assert.deepEqual(person.console.filter((line) => /^uncaught/.test(line)), []);
    } finally {
      await person.close();
    }
  });

  it('have a page each, with numbers, buttons of the application and what has happened', async () => {
    const activities = [{ id: 'a1', subject: 'Asked for a quote', time: 1785000000000, mark: 'kept' }];
    const { person, tab } = await withCRM({ many: 3, activities });
    try {
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/contacts/Acme/c1' });
      await tab.phone.getByText('This did not open').or(tab.phone.getByRole('heading', { name: 'Brandt 00001' })).first().waitFor();
      await tab.goTo('Contacts');
      await contact(tab, 'Brandt 00001').click();
      await tab.phone.getByRole('heading', { name: 'Brandt 00001' }).waitFor();
      await tab.phone.getByText('(415) 200-0001').waitFor();
      await tab.phone.getByRole('link', { name: 'c1@acme.test' }).waitFor();
      await tab.phone.getByRole('button', { name: 'Call back later: (415) 200-0001' }).click();
      const { button, resource } = await awaits(tab, '/button');
      assert.deepEqual(button, { id: 'later', type: 'contactAction', label: 'Call back later' });
      assert.deepEqual([resource.id, resource.others, resource.phoneNumber, resource.phoneType], ['c1', { mark: 1 }, '+14152000001', 'mobile']);

      await tab.phone.getByRole('tab', { name: 'History' }).click();
      assert.equal((await awaits(tab, '/activities')).contact.id, 'c1');
      await tab.phone.getByRole('button', { name: /Asked for a quote/ }).click();
      assert.deepEqual(await awaits(tab, '/activity'), { activity: activities[0] });
      await tab.phone.getByRole('tab', { name: 'Details' }).click();
      await tab.phone.getByRole('button', { name: 'Text (415) 200-0001' }).click();
      await tab.phone.getByRole('list', { name: 'Recipients' }).getByText('Brandt 00001').waitFor();
    } finally {
      await person.close();
    }
  });

  it('change by what the page says has changed, when the user or the page asks', async () => {
    const { person, tab } = await withCRM({ many: 3, stamp: 41 });
    try {
      await tab.goTo('Contacts');
      await contact(tab, 'Coelho 00002').waitFor();
      // A press counts though the page is being asked, as it is at each visit.
      await tab.goTo('Messages');
      let go = () => {};
      const held = new Promise((resolve) => (go = () => resolve(undefined)));
      await tab.page.route('**/service/contacts/run', async (route) => (await held, await route.continue()), { times: 1 });
      const visit = tab.page.waitForRequest('**/service/contacts/run');
      await tab.goTo('Contacts');
      await visit;
      await set(tab, { changes: [{ id: 'c2', deleted: true }, { id: 'c0', name: 'Archer Renamed' }, { id: 'n', name: 'Newcomer' }] });
      await tab.phone.getByRole('button', { name: 'Get the contacts from Acme again' }).click();
      go();
      await contact(tab, 'Newcomer').waitFor();
      await contact(tab, 'Archer Renamed').waitFor();
      await contact(tab, 'Coelho 00002').waitFor({ state: 'detached' });
      await contact(tab, 'Brandt 00001').waitFor();
      await awaits(tab, '/contacts', JSON.stringify({ page: 1, syncTimestamp: 41, type: 'manual' }));
      await set(tab, { changes: [{ id: 'n2', name: 'Second Newcomer' }] });
      await tab.post({ type: 'rc-adapter-sync-third-party-contacts' });
      await contact(tab, 'Second Newcomer').waitFor();
      await awaits(tab, '/contacts', JSON.stringify({ page: 1, syncTimestamp: 42, type: 'api' }));

      // A press counts though the list was drawn anew under the finger.
      const frame = await tab.frame();
      const top = () => [...document.querySelectorAll('.person')].find((row) => row.textContent?.includes('Archer Renamed'))?.getBoundingClientRect().top;
      await contact(tab, 'Archer Renamed').hover();
      const place = await frame.evaluate(top);
      await tab.page.mouse.down();
      await set(tab, { changes: [{ id: 'z', name: 'Zed Last' }] });
      await tab.post({ type: 'rc-adapter-sync-third-party-contacts' });
      await contact(tab, 'Zed Last').waitFor();
      // The line that says who is asked goes again. The page's policy has no eval, which polling in the page would need.
      while ((await frame.evaluate(top)) !== place) await frame.evaluate(() => new Promise(requestAnimationFrame));
      await tab.page.mouse.up();
      await tab.phone.getByRole('heading', { name: 'Archer Renamed' }).waitFor();
    } finally {
      await person.close();
    }
  });

  it('are asked for by one tab, seen in all, and hidden while the user has not authorized the page', async () => {
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      const other = await person.tab();
      await other.signedIn();
      for (const at of [tab, other]) await install(at, { many: 30, pages: 3 });
      for (const at of [tab, other]) await register(at, { ...acme, authorizationPath: '/authorize', authorized: false });
      await tab.goTo('Contacts');
      await contact(tab, 'Sam Okafor').waitFor();
      await tab.post({ type: 'rc-adapter-update-authorization-status', authorized: true });
      await other.goTo('Contacts');
      for (const at of [tab, other]) await contact(at, 'Archer 00000').waitFor();
      const all = [...(await asked(tab, '/contacts')), ...(await asked(other, '/contacts'))];
      assert.deepEqual(all.map((b) => b.page).sort(), [1, 2, 3]);
      await tab.post({ type: 'rc-adapter-update-authorization-status', authorized: false });
      for (const at of [tab, other]) await contact(at, 'Archer 00000').waitFor({ state: 'detached' });
    } finally {
      await person.close();
    }
  });

  it('stay as they were when the page breaks off, with a way to try again', async () => {
    const { person, tab } = await withCRM({ many: 6, pages: 2, stamp: 0 });
    try {
      await tab.goTo('Contacts');
      await contact(tab, 'Archer 00000').waitFor();
      const again = tab.phone.getByRole('button', { name: 'Get the contacts from Acme again' });
      await again.waitFor();
      await person.context.clock.install();
      await set(tab, { mute: ['/contacts'] });
      await again.click();
      await awaits(tab, '/contacts', '"manual"');
      await tab.phone.getByText('Asking Acme for contacts').waitFor();
      await person.context.clock.runFor(61_000);
      await tab.phone.getByText('Acme did not answer.').waitFor();
      await contact(tab, 'Archer 00000').waitFor();
      await set(tab, { mute: [] });
      await tab.phone.getByRole('button', { name: 'Try again' }).click();
      await tab.phone.getByText('Acme did not answer.').waitFor({ state: 'detached' });
    } finally {
      await person.close();
    }
  });
});

describe('whose number it is', () => {
  it('the page says, and every tab shows at once; of several the user picks', async () => {
    const stranger = '+14155550190';
    const user = await demo.user('Ada Archer');
    const { person, tab } = await Person.signedIn(demo, user);
    try {
      const other = await person.tab();
      await other.signedIn();
      const numbers = { [stranger]: [{ id: 'm1', type: 'Acme', name: 'Marta Match', company: 'Match Ltd', phoneNumbers: [{ phoneNumber: stranger }] }] };
      for (const at of [tab, other]) await install(at, { numbers });
      await tab.compose(stranger, '(415) 555-0190');
      await tab.send('Hello?');
      await tab.bubble('Hello?').waitFor();
      await tab.phone.getByRole('heading', { name: '(415) 555-0190' }).waitFor();

      for (const at of [tab, other]) await register(at, { ...acme, contactsPath: '', viewMatchedContactPath: '/view' });
      await tab.phone.getByRole('heading', { name: 'Marta Match' }).waitFor();
      await other.row('Marta Match').waitFor();
      const questions = [...(await asked(tab, '/contacts/match')), ...(await asked(other, '/contacts/match'))];
      assert.deepEqual(questions, [{ phoneNumbers: [stranger], callerIds: {} }]);

      // The list is searched by the name that the page gave.
      await other.phone.getByRole('searchbox', { name: 'Search messages' }).fill('marta ma');
      await other.row('Marta Match').waitFor();

      await tab.phone.getByRole('button', { name: 'View contact' }).click();
      assert.equal((await awaits(tab, '/view')).id, 'm1');

      // The page learns of somebody else with this number.
      for (const at of [tab, other]) await set(at, { numbers: { [stranger]: [...numbers[stranger], { id: 'm2', type: 'Acme', name: 'Nils Namesake', phoneNumbers: [] }] } });
      await tab.phone.locator('body[data-line=registered]').waitFor(); // then a call takes its place in a narrow phone
      await tab.phone.locator('.conversation .top [data-row-menu] > summary').click();
      await tab.phone.getByRole('link', { name: 'Number details' }).click();
      await tab.post({ type: 'rc-adapter-trigger-contact-match', phoneNumbers: [stranger, '+14155550191'] });
      await tab.phone.getByRole('radio', { name: 'Nils Namesake' }).click();
      await tab.phone.getByRole('heading', { name: 'Nils Namesake' }).waitFor();
      await other.phone.getByRole('searchbox', { name: 'Search messages' }).fill('');
      await other.row('Nils Namesake').waitFor();
      const all = [...(await asked(tab, '/contacts/match')), ...(await asked(other, '/contacts/match'))];
      assert.deepEqual(all.map((q) => q.phoneNumbers), [[stranger], [stranger]]);
    } finally {
      await person.close();
    }
  });

  it('is asked for where people write whom a text is for', async () => {
    const { person, tab } = await withCRM({}, { contactsPath: '' });
    try {
      await tab.phone.getByRole('link', { name: 'New message' }).first().click();
      const to = tab.phone.getByRole('combobox', { name: 'To' });
      // Without a pause: in one the page would be asked for what is written so far.
      const type = () => to.evaluate((/** @type {HTMLInputElement} */ field) => {
        for (const letter of 'sand') {
          field.value += letter;
          field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        }
      });
      await type();
      await tab.phone.getByRole('option', { name: /Searched Sanders/ }).nth(1).waitFor();
      assert.equal(await tab.phone.getByRole('option').count(), 2);
      assert.deepEqual(await asked(tab, '/contacts/search'), [{ searchString: 'sand' }]);
      await to.press('Enter');
      await tab.phone.getByRole('list', { name: 'Recipients' }).getByText('Searched Sanders').waitFor();
      await type();
      await tab.phone.getByRole('option', { name: /Searched Sanders/ }).first().waitFor();
      assert.equal((await asked(tab, '/contacts/search')).length, 1);
    } finally {
      await person.close();
    }
  });

  it("is found among the page's contacts as well", async () => {
    const { person, tab } = await withCRM({ many: 20 }, { contactSearchPath: '' });
    try {
      await tab.goTo('Contacts');
      await contact(tab, 'Jansen 00009').waitFor();
      await tab.goTo('Messages');
      await tab.compose('jansen', 'Jansen 00009');
      await tab.send('From the list');
      await tab.phone.getByRole('heading', { name: 'Jansen 00009' }).waitFor();
      await tab.phone.getByRole('link', { name: 'View contact' }).click();
      await tab.phone.getByRole('link', { name: 'c9@acme.test' }).waitFor();
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/contacts/Acme/c3' });
      await tab.phone.getByRole('heading', { name: 'Dvořák 00003' }).waitFor();
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/contacts' });
      await contact(tab, 'Jansen 00009').waitFor();
    } finally {
      await person.close();
    }
  });
});
