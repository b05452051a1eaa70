// Texts to begin from: kept from what is written, put where the cursor is,
// the company's among them, and made by the page around the phone.

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
after(() => demo.close());

describe('templates', () => {
  it('are kept, used and deleted at the composer', async () => {
    const [ada, ben] = [await demo.user('Ada Alder'), await demo.user('Ben Beech')];
    const elsewhere = await Api.as(demo, ada);
    await (await Api.as(demo, ben)).text(ada, 'When are you there?');
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      await tab.openConversation('When are you there?');
      const open = () => tab.phone.getByRole('button', { name: 'Templates' }).click();
      const picker = tab.phone.getByRole('dialog', { name: 'Templates' });
      await tab.composer().fill('I am on my way.');
      await open();
      await picker.getByText('No templates yet.').waitFor();
      await picker.getByRole('textbox').fill('Way');
      await tab.page.keyboard.press('Enter');
      await picker.waitFor({ state: 'hidden' });
      const { records } = await elsewhere.call('GET', '/message-store-templates');
      assert.deepEqual(records.map((/** @type {any} */ t) => [t.displayName, t.body.text, t.scope]), [['Way', 'I am on my way.', 'Personal']]);

      await tab.composer().fill('Hello! ');
      await open();
      await tab.phone.locator('.pick__choice:focus').filter({ hasText: 'Way' }).waitFor();
      await tab.page.keyboard.press('Enter');
      assert.equal(await tab.composer().inputValue(), 'Hello! I am on my way.');
      await tab.composer().press('Enter');
      await tab.bubble('Hello! I am on my way.').waitFor();

      // What is known of Ben stands there; what is not is asked for.
      await tab.composer().fill('{{firstName}}, it is {{my first name}}: order {{number of the order}} is ready.');
      await open();
      await picker.getByRole('textbox').fill('Order');
      await tab.page.keyboard.press('Enter');
      await picker.waitFor({ state: 'hidden' });
      await tab.composer().fill('');
      await open();
      await picker.getByRole('button', { name: /Order Ben, it is Ada: order {{number of the order}}/ }).click();
      assert.equal(await tab.composer().inputValue(), 'Ben, it is Ada: order {{number of the order}} is ready.');
      await tab.composer().press('Enter');
      await tab.phone.getByText('Write what belongs in place of {{number of the order}}').waitFor();
      await tab.page.keyboard.insertText('1174');
      await tab.composer().press('Enter');
      await tab.bubble('Ben, it is Ada: order 1174 is ready.').waitFor();

      await open();
      await picker.getByRole('button', { name: 'Delete Order' }).click();
      await picker.getByRole('button', { name: 'Delete Order' }).waitFor({ state: 'detached' });
      await picker.getByRole('button', { name: 'Delete Way' }).click();
      await picker.getByText('No templates yet.').waitFor();
      await tab.page.keyboard.press('Escape');
      await picker.waitFor({ state: 'hidden' });
      assert.deepEqual((await elsewhere.call('GET', '/message-store-templates')).records, []);
    } finally {
      await person.close();
    }
  });

  it('can be made by the page around the phone', async () => {
    const cleo = await demo.user('Cleo Cypress');
    const { person, tab } = await Person.signedIn(demo, cleo);
    try {
      const make = (/** @type {string} */ name) => tab.page.evaluate((n) => Reflect.get(window, 'RCAdapter').createSMSTemplate(n, 'Written by the page.'), name);
      assert.equal(await make('From the page'), 'ok');
      assert.match(await make(''), /name/);
      const { records } = await (await Api.as(demo, cleo)).call('GET', '/message-store-templates');
      assert.deepEqual(records.map((/** @type {any} */ t) => t.displayName), ['From the page']);
    } finally {
      await person.close();
    }
  });
});
