// The main job, as people do it: embed the phone, sign in, text someone. Host
// page, widget and platform are three sites; third-party cookies are blocked.

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

/** Two fresh users. */
async function pair() {
  return [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
}

describe('texting', () => {
  it('works both ways between two browsers, live', async () => {
    const [ada, ben] = await pair();
    const hers = await Person.signedIn(demo, ada);
    const his = await Person.signedIn(demo, ben);
    try {
      await hers.tab.compose(ben.phoneNumber, ben.name);
      await hers.tab.send('Are you free at four?');
      await hers.tab.bubble('Are you free at four?').waitFor();

      await his.tab.openConversation('Are you free at four?');
      await his.tab.send('Four is fine.');
      await hers.tab.bubble('Four is fine.').waitFor();
      await hers.tab.send('See you then.');
      await his.tab.bubble('See you then.').waitFor();

      const inbound = await his.tab.hears('rc-inbound-message-notify', 'See you then.');
      assert.equal(inbound.message.subject, 'See you then.');
      assert.equal(inbound.message.from.phoneNumber, ada.phoneNumber);
    } finally {
      await hers.person.close();
      await his.person.close();
    }
  });

  it('finds a colleague by name', async () => {
    const [ada, ben] = await pair();
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      await tab.compose(ben.name.split(' ').slice(1).join(' '), ben.name);
      await tab.send('Found you by name.');
      await tab.bubble('Found you by name.').waitFor();
      const store = await (await Api.as(demo, ben)).texts();
      assert.deepEqual(store.map((m) => m.subject), ['Found you by name.']);
    } finally {
      await person.close();
    }
  });

  it('shows unread texts in the list and on the badge, and reading follows on a second tab', async () => {
    const [ada, ben] = await pair();
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      const second = await (await person.tab('/plain')).signedIn();
      const colleague = await Api.as(demo, ben);
      await colleague.text(ada, 'First');
      await colleague.text(ada, 'Second');
      for (const t of [tab, second]) {
        await t.phone.getByRole('listitem').filter({ hasText: 'Second' }).getByText(/^2( unread)?$/).first().waitFor();
        await t.page.getByText('2', { exact: true }).locator('visible=true').first().waitFor();
      }
      await tab.openConversation('Second');
      await second.phone.getByText(/^2( unread)?$/).first().waitFor({ state: 'hidden' });
      await second.page.locator('.badge').getByText('2', { exact: true }).first().waitFor({ state: 'hidden' });
      // One of the two tabs tells it to its page.
      await Promise.any([tab, second].map((t) => t.hears('rc-message-updated-notify', '"readStatus":"Read"')));
      const store = await colleague.texts();
      assert.equal(store.length, 2);
    } finally {
      await person.close();
    }
  });

  it('keeps a draft over navigation, a second tab and a reload', async () => {
    const [ada, ben] = await pair();
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      await (await Api.as(demo, ben)).text(ada, 'What do you think?');
      await tab.openConversation('What do you think?');
      await tab.composer().pressSequentially('I would rather');
      await tab.goTo('Settings');
      await tab.goTo('Messages');
      await tab.openConversation('Draft');
      assert.equal(await tab.composer().inputValue(), 'I would rather');
      await tab.composer().press('End');
      await tab.composer().pressSequentially(' wait');
      await tab.goTo('Messages');
      await tab.page.reload();
      await tab.signedIn();
      await tab.openConversation('Draft');
      assert.equal(await tab.composer().inputValue(), 'I would rather wait');
    } finally {
      await person.close();
    }
  });

  it('says that a text to an outside number was not delivered', async () => {
    const [ada] = await pair();
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      await tab.compose('+14155550199', '(415) 555-0199');
      await tab.send('Nobody is there.');
      await tab.phone.getByText(/not delivered|could not|failed/i).first().waitFor();
    } finally {
      await person.close();
    }
  });

  it('finds a conversation by what was said in it', async () => {
    const [ada, ben] = await pair();
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      const third = await demo.user('Cleo Castle');
      await (await Api.as(demo, ben)).text(ada, 'The contract is signed');
      await (await Api.as(demo, third)).text(ada, 'Lunch?');
      await tab.phone.getByText('Lunch?').first().waitFor();
      await tab.phone.getByRole('searchbox').fill('contract');
      await tab.phone.getByText('Lunch?').first().waitFor({ state: 'hidden' });
      await tab.phone.getByText('The contract is signed').first().waitFor();
    } finally {
      await person.close();
    }
  });
});
