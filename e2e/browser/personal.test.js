// The user's own contacts: they name the numbers of conversations, stand among
// the contacts, and follow what another client does with them.

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

describe('personal contacts', () => {
  it('name who writes, and follow what is changed elsewhere', async () => {
    const ada = await demo.user('Ada Aspen');
    const elsewhere = await Api.as(demo, ada);
    const customer = { firstName: 'Nils', lastName: 'Nordgren', company: 'Nordgren Tak', mobilePhone: '+14155550177' };
    const { id } = await elsewhere.call('POST', '/address-book/contact', customer);
    await elsewhere.call('POST', '/sms', { from: { phoneNumber: ada.phoneNumber }, to: [{ phoneNumber: '+14155550177' }], text: 'Your roof is ready.' });
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      await tab.row('Nils Nordgren').waitFor();
      await tab.phone.getByRole('link', { name: 'New message' }).first().click();
      await tab.phone.getByRole('combobox', { name: 'To' }).fill('nordgren tak');
      await tab.phone.getByRole('option').filter({ hasText: 'Nils Nordgren' }).waitFor();

      await elsewhere.call('PATCH', `/address-book/contact/${id}`, { firstName: 'Nisse' });
      await tab.phone.getByRole('navigation').getByRole('link', { name: 'Contacts' }).click();
      await tab.phone.getByText('Nisse Nordgren').first().waitFor();
      await tab.goTo('Messages');
      await tab.row('Nisse Nordgren').waitFor();
    } finally {
      await person.close();
    }
  });
});
