// The user's own contacts, made and changed in the phone: from a number in a
// conversation, with what is typed kept over a reload, against changes made
// elsewhere, deleted and brought back, in every tab at once.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { objections } from '../lib/axe.js';
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

describe('a contact of one\'s own', () => {
  it('is made of a number, kept over a reload and changed against others', async () => {
    const ada = await demo.user('Ada Aspen');
    const elsewhere = await Api.as(demo, ada);
    await elsewhere.call('POST', '/sms', { from: { phoneNumber: ada.phoneNumber }, to: [{ phoneNumber: '+14155550177' }], text: 'Your roof is ready.' });
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      const other = await (await person.tab()).signedIn();
      const { phone } = tab;
      const field = (/** @type {string} */ name) => phone.getByRole('textbox', { name, exact: true });
      const heading = (/** @type {string} */ name) => phone.getByRole('heading', { name, exact: true });

      await tab.openConversation('(415) 555-0177');
      await phone.getByRole('link', { name: 'Save contact' }).click();
      await heading('New contact').waitFor();
      assert.equal(await field('Phone number').inputValue(), '(415) 555-0177');
      assert.deepEqual(await objections(await tab.frame()), []);
      const kept = tab.page.waitForResponse((r) => r.url().endsWith('/contacts/personal/new/draft') && r.request().postData()?.includes('Nordgren') === true);
      await field('First name').fill('Nils');
      await field('Last name').fill('Nordgren');
      await kept;
      await tab.page.reload();
      await tab.signedIn();
      await phone.getByText('This is what you wrote before').waitFor();
      assert.equal(await field('Last name').inputValue(), 'Nordgren');
      await phone.locator('#panel[aria-busy]').waitFor({ state: 'detached' });

      // What cannot be is said where it is, and nothing is lost.
      await phone.getByRole('button', { name: 'Add e-mail' }).click();
      await phone.locator('input[name=email]:focus').fill('nils at home');
      await phone.locator('input[name=email]').press('Enter');
      await phone.getByText('Write it as name@example.com.').waitFor();
      await phone.locator('input[name=email]:focus').fill('nils@nordgren.example');
      await phone.locator('input[name=email]').press('Enter');
      await heading('Nils Nordgren').waitFor();
      await other.row('Nils Nordgren').waitFor();
      const id = await phone.locator('[data-panel=contact]').getAttribute('data-contact-id');
      await phone.getByRole('link', { name: 'nils@nordgren.example' }).waitFor();
      assert.deepEqual(await objections(await tab.frame()), []);

      // Another client changes the same field, and one that the form leaves.
      await phone.getByRole('link', { name: 'Edit' }).click();
      await heading('Edit contact').waitFor();
      await elsewhere.call('PATCH', `/address-book/contact/${id}`, { company: 'Nordgren Tak', jobTitle: 'Roofer' });
      await field('Company').fill('Nordgren & Sons');
      await field('Company').press('Enter');
      await phone.getByText('Elsewhere this was changed to “Nordgren Tak”.').waitFor();
      assert.equal(await field('Job title').inputValue(), 'Roofer');
      await phone.getByRole('button', { name: 'Save' }).click();
      await heading('Nils Nordgren').waitFor();
      const now = await elsewhere.call('GET', `/address-book/contact/${id}`);
      assert.deepEqual([now.firstName, now.mobilePhone, now.company, now.jobTitle], ['Nils', '+14155550177', 'Nordgren & Sons', 'Roofer']);
      assert.deepEqual(person.console.filter((line) => /^(uncaught|error)/.test(line) && !/status of 422/.test(line)), []);
    } finally {
      await person.close();
    }
  });

  it('is a favorite in every tab', async () => {
    const ben = await demo.user('Ben Birch');
    const elsewhere = await Api.as(demo, ben);
    await elsewhere.call('POST', '/address-book/contact', { firstName: 'Nils', lastName: 'Nordgren', mobilePhone: '+14155550177' });
    const { person, tab } = await Person.signedIn(demo, ben);
    try {
      const other = await (await person.tab()).signedIn();
      const { phone } = tab;
      // A star here is a favorite everywhere, above all others.
      await other.goTo('Contacts');
      await tab.goTo('Contacts');
      await phone.locator('.person').filter({ hasText: 'Nils Nordgren' }).first().hover();
      await phone.getByRole('button', { name: 'Favorite: Nils Nordgren' }).click();
      await other.phone.getByRole('list', { name: 'Favorites' }).getByRole('link', { name: 'Nils Nordgren' }).waitFor();
      const { records } = await elsewhere.call('GET', '/favorite');
      await elsewhere.call('PUT', '/favorite', { records: [] });
      await other.phone.getByRole('list', { name: 'Favorites' }).waitFor({ state: 'detached' });
      await phone.getByRole('list', { name: 'Favorites' }).waitFor({ state: 'detached' });
      await elsewhere.call('PUT', '/favorite', { records });
      await phone.getByRole('list', { name: 'Favorites' }).getByRole('link', { name: 'Nils Nordgren' }).click();
      await phone.getByRole('button', { name: 'Favorite', exact: true, pressed: true }).waitFor();
      assert.deepEqual(person.console.filter((line) => /^(uncaught|error)/.test(line)), []);
    } finally {
      await person.close();
    }
  });

  // Somebody else: the platform takes ten heavy requests of a user in a minute.
  it('is deleted and brought back, in every tab, with what was written', async () => {
    const ben = await demo.user('Ben Birch');
    const elsewhere = await Api.as(demo, ben);
    await elsewhere.call('POST', '/address-book/contact', { firstName: 'Nils', lastName: 'Nordgren', mobilePhone: '+14155550177' });
    await elsewhere.call('POST', '/sms', { from: { phoneNumber: ben.phoneNumber }, to: [{ phoneNumber: '+14155550177' }], text: 'Your roof is ready.' });
    const { person, tab } = await Person.signedIn(demo, ben);
    try {
      const other = await (await person.tab()).signedIn();
      const { phone } = tab;
      await tab.goTo('Contacts');
      await phone.locator('.person').filter({ hasText: 'Nils Nordgren' }).first().click();

      // What was written with them, and what is written meanwhile.
      await phone.getByRole('tab', { name: 'Details' }).press('ArrowRight');
      const texts = phone.getByRole('tabpanel', { name: 'Texts' });
      await texts.getByText('Your roof is ready.').waitFor();
      await elsewhere.call('POST', '/sms', { from: { phoneNumber: ben.phoneNumber }, to: [{ phoneNumber: '+14155550177' }], text: 'And paid for.' });
      await texts.getByText('And paid for.').waitFor();
      assert.deepEqual(await objections(await tab.frame()), []);
      await texts.getByRole('link').click();
      await tab.composer().waitFor();
      await phone.getByRole('link', { name: 'View contact' }).click();
      await phone.getByRole('button', { name: 'Delete' }).click();
      await phone.getByText('Nils Nordgren was deleted.', { exact: true }).waitFor();
      await other.row('(415) 555-0177').waitFor();
      assert.deepEqual(await objections(await tab.frame()), []);
      await phone.getByRole('button', { name: 'Undo' }).click();
      await phone.getByRole('heading', { name: 'Nils Nordgren', exact: true }).waitFor();
      await other.row('Nils Nordgren').waitFor();
      assert.deepEqual(person.console.filter((line) => /^(uncaught|error)/.test(line)), []);
    } finally {
      await person.close();
    }
  });
});
