// The demo's second host page, which adds to the phone all that a page can
// add: what a person does there on one day.

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

const dalia = { name: 'Dalia Haddad', phoneNumber: '+14155550142' };

/** Somebody who is signed in on /connected. */
async function visitor() {
  const user = await demo.user('Ada Archer');
  return { user, ...(await Person.signedIn(demo, user, { path: '/connected' })) };
}

/** The same, with the CRM's account connected. */
async function connected() {
  const all = await visitor();
  await connect(all.tab);
  return all;
}

/** @param {Tab} tab */
async function connect(tab) {
  await tab.goTo('Settings');
  await tab.phone.getByRole('button', { name: 'Connect', exact: true }).click();
  await tab.phone.getByText('Connected as you@tideway.example').waitFor();
}

/** A button of the page around the phone. @param {Tab} tab @param {string} name */
const pageButton = (tab, name) => tab.page.getByRole('button', { name, exact: true });

/** A place of the bottom bar. @param {Tab} tab @param {string} name */
const place = (tab, name) => tab.phone.getByRole('navigation').getByRole('link', { name });
/** The page's own tab. @param {Tab} tab */
const deal = (tab) => tab.phone.locator('.bar [data-tab]').filter({ hasText: 'Deal' });

/** An alert at the top of the phone. @param {Tab} tab @param {string} text */
const alert = (tab, text) => tab.phone.getByRole('region', { name: 'Notices' }).getByText(text);

/** A line of Records in the page around the phone. @param {Tab} tab @param {string} text */
const record = (tab, text) => tab.page.locator('#records li').filter({ hasText: text });

/** How often the phone has asked the page at a path. @param {Tab} tab @param {string} path @param {string} [part] of the request */
const asked = async (tab, path, part = '') => (await tab.heard()).filter(({ data }) => data?.type === 'rc-post-message-request' && data.path === path && JSON.stringify(data).includes(part)).length;

describe('a connected page', () => {
  it('is connected in the settings, and brings its contacts: listed, searched, opened with what happened', async () => {
    const { person, tab } = await visitor();
    try {
      await place(tab, 'Contacts').click();
      assert.equal(await tab.phone.getByText(dalia.name).count(), 0, 'nothing before it is connected');
      assert.equal(await asked(tab, '/contacts'), 0);
      await connect(tab);
      await tab.page.getByText('Connected as you@tideway.example').waitFor();

      await place(tab, 'Contacts').click();
      await tab.phone.getByText(dalia.name).first().waitFor();
      await tab.phone.getByRole('searchbox').fill('bakery');
      await tab.phone.getByText('Jonas Lindqvist').first().waitFor({ state: 'detached' });
      await tab.phone.getByText(dalia.name).first().click();
      await tab.phone.getByText('Head of Operations').first().waitFor();
      await tab.phone.getByRole('tab', { name: 'Tideway' }).click();
      await tab.phone.getByText('Walked the site with the night shift').waitFor();
      await tab.phone.getByText('Walked the site with the night shift').click();
      await tab.hears('rc-post-message-request', '"path":"/activity"');

      await tab.phone.getByRole('tab', { name: 'Details' }).click();
      await tab.phone.getByRole('button', { name: 'Plan a visit' }).click();
      const press = await tab.hears('rc-post-message-request', '"plan"');
      assert.equal(press.body.resource.id, 'dalia');
      assert.equal(press.body.resource.phoneNumber, dalia.phoneNumber);
    } finally {
      await person.close();
    }
  });

  it('gives its names to numbers, in the list and in the conversation', async () => {
    const { person, tab } = await connected();
    try {
      await tab.page.evaluate((number) => window.RCAdapter.clickToSMS(number, 'Hello'), dalia.phoneNumber);
      await tab.composer().press('Enter');
      await tab.phone.getByRole('heading', { name: dalia.name }).waitFor();
      await place(tab, 'Messages').click();
      await tab.row(dalia.name).waitFor();
    } finally {
      await person.close();
    }
  });

  it('logs a text once: in two tabs, after a reload, and when the answer comes in', async () => {
    const ben = await demo.user('Ben Brook');
    const { user, person, tab } = await connected();
    try {
      const second = await (await person.tab('/connected')).signedIn();
      await second.page.getByText('Connected as you@tideway.example').waitFor();
      await place(tab, 'Messages').click();
      await tab.compose(ben.phoneNumber, ben.name);
      await tab.send('Your offer is on its way.');
      for (const t of [tab, second]) await record(t, 'Your offer is on its way.').waitFor();
      const times = async () => (await asked(tab, '/log', 'on its way')) + (await asked(second, '/log', 'on its way'));
      assert.equal(await times(), 1, 'one tab was asked, once');

      await pageButton(tab, 'Open the deal').click();
      await tab.phone.getByRole('textbox', { name: 'Title' }).waitFor();
      await pageButton(tab, 'Answer').click();
      await tab.bubble('Your offer is on its way.').waitFor();
      await place(tab, 'Messages').click();
      const row = tab.phone.getByRole('listitem').filter({ hasText: 'Your offer is on its way.' });
      await row.locator('summary').press('Enter');
      await row.getByRole('button', { name: 'Edit the log in Tideway' }).waitFor();
      await row.getByRole('button', { name: 'Make it a task' }).press('Enter');
      await alert(tab, `Task for ${ben.phoneNumber}: Your offer is on its way.`).waitFor();
      const { body } = await tab.hears('rc-post-message-request', '"messageAction"');
      assert.deepEqual(body.button, { id: 'task', type: 'messageAction', label: 'Make it a task' });
      assert.equal(body.resource.subject, 'Your offer is on its way.');
      await row.locator('[data-row-menu]:not([open])').waitFor();

      await second.page.reload();
      await second.signedIn();
      await record(second, 'Your offer is on its way.').waitFor();
      await (await Api.as(demo, ben)).text(user, 'Thank you!');
      await record(second, 'Thank you!').waitFor();
      assert.equal(await record(second, 'texts').count(), 1, 'one record for the conversation and day');
      await record(second, '2 texts').waitFor();
      assert.equal(await asked(second, '/log', '"idempotencyKey"') + await asked(tab, '/log', '"idempotencyKey"'), 2);
    } finally {
      await person.close();
    }
  });

  it('draws its deal anew at each key stroke and loses no letter of it', async () => {
    const { person, tab } = await visitor();
    try {
      await pageButton(tab, 'Open the deal').click();
      const title = tab.phone.getByRole('textbox', { name: 'Title' });
      await title.press('End');
      const typed = ', and on Sundays from May to September, 6 to 9 in the morning';
      // No person types faster than the page hears of what they type.
      let soFar = '';
      for (const word of typed.split(/(?<= )/)) {
        await title.pressSequentially(word);
        soFar += word;
        await tab.hears('rc-post-message-request', soFar.trimEnd());
      }
      assert.equal(await title.inputValue(), `Bakery, two deliveries a week${typed}`);
      await tab.hears('rc-post-message-request', '9 in the morning"');
      assert.ok((await asked(tab, '/page')) > 1, 'the page heard of it on the way');
      await title.and(tab.phone.locator(':focus')).waitFor();
      assert.equal(await title.inputValue(), `Bakery, two deliveries a week${typed}`);

      const amount = tab.phone.getByRole('spinbutton', { name: 'Amount' });
      await amount.fill('12000');
      await tab.phone.getByText('Finance hears of deals above 10,000.').waitFor();
      await tab.phone.getByText('12,000 a month').waitFor();
      await tab.phone.getByRole('combobox', { name: 'Stage' }).selectOption('Won');
      await tab.phone.getByText('Won · 12,000 a month').waitFor();
      await tab.phone.getByRole('button', { name: 'Save' }).click();
      const submit = await tab.hears('rc-post-message-request', '"type":"submit"');
      assert.deepEqual({ ...submit.body.button.formData, about: undefined, warn: undefined }, { title: `Bakery, two deliveries a week${typed}`, stage: 'won', amount: 12000, note: '', about: undefined, warn: undefined });
      await alert(tab, 'The deal is saved.').waitFor();
    } finally {
      await person.close();
    }
  });

  it('has a button above texts, a banner, settings, feedback and a card for numbers', async () => {
    const ben = await demo.user('Ben Brook');
    const { person, tab } = await connected();
    try {
      const news = tab.phone.getByText('Tideway is down for an hour on Sunday.');
      await pageButton(tab, 'Banner').click();
      await news.waitFor();
      const link = tab.phone.getByRole('link', { name: 'down for an hour' });
      assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
      await tab.phone.getByRole('button', { name: 'Close' }).click();
      await news.waitFor({ state: 'detached' });
      await tab.hears('rc-post-message-request', '"dismissed":true');

      await tab.goTo('Settings');
      await tab.phone.getByRole('switch', { name: 'Open the deal of whoever writes' }).click();
      const { body } = await tab.hears('rc-post-message-request', '"path":"/settings"');
      assert.deepEqual(body.setting, { id: 'open', type: 'boolean', name: 'Open the deal of whoever writes', value: true });
      await tab.phone.getByRole('link', { name: 'Team' }).click();
      await tab.phone.getByRole('textbox', { name: 'Label' }).fill('Sales and service');
      await tab.phone.getByRole('button', { name: 'Save' }).click();
      await tab.hears('rc-post-message-request', '"Sales and service"');
      await tab.phone.getByRole('button', { name: 'Feedback' }).click();
      await tab.hears('rc-post-message-request', '"path":"/feedback"');

      await place(tab, 'Messages').click();
      await tab.compose(ben.phoneNumber, ben.name);
      await tab.phone.getByRole('button', { name: 'Insert the quote' }).click();
      const filled = tab.composer().and(tab.phone.locator(':not(:placeholder-shown)'));
      await filled.waitFor();
      assert.equal(await tab.composer().inputValue(), 'Your quote: Bakery, two deliveries a week, 4200 a month.');

      await tab.page.evaluate((number) => window.RCAdapter.navigateTo(`/number/${number}`), dalia.phoneNumber);
      await tab.phone.getByText(/is in \d+ of your records/).waitFor();
    } finally {
      await person.close();
    }
  });

  it('is asked whether somebody may be contacted: yes, a warning, no, and silence', async () => {
    const { person, tab } = await visitor();
    const number = demo.facts.users[1].phoneNumber;
    const verdict = tab.page.locator(`[data-guard="${number}"]`);
    try {
      await person.context.clock.install();
      await tab.compose(number, demo.facts.users[1].name);
      await tab.send('Yes');
      await tab.bubble('Yes').waitFor();

      await verdict.selectOption('Warn');
      await tab.send('Warned');
      await tab.phone.getByRole('dialog').getByText('On the do-not-contact list of this page.').waitFor();
      await tab.phone.getByRole('button', { name: 'Send anyway' }).click();
      await tab.bubble('Warned').waitFor();

      await verdict.selectOption('No');
      await tab.send('Forbidden');
      await tab.phone.getByText(`Tideway CRM does not let you text ${demo.facts.users[1].name}`).first().waitFor();
      assert.equal(await tab.phone.getByRole('button', { name: 'Send anyway' }).count(), 0);
      await tab.phone.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

      await verdict.selectOption('Say nothing');
      await tab.composer().fill('');
      const before = await asked(tab, '/guard');
      await tab.send('Silence');
      await tab.page.waitForFunction((n) => Reflect.get(window, '__heard').filter((/** @type {any} */ m) => m.data?.path === '/guard').length > n, before);
      await person.context.clock.runFor(6_000);
      await tab.phone.getByRole('dialog').getByText('Tideway CRM did not say whether you may text').waitFor();
      await tab.phone.getByRole('button', { name: 'Do not send' }).click();
      await tab.phone.getByRole('dialog').waitFor({ state: 'detached' });

      const texts = await demo.audit();
      assert.match(JSON.stringify(texts), /do-not-contact list of this page/, 'what the user decided is written down');
      const api = await Api.as(demo, demo.facts.users[1]);
      const got = (await api.texts()).map((m) => m.subject);
      assert.ok(got.includes('Yes') && got.includes('Warned'));
      assert.ok(!got.includes('Forbidden') && !got.includes('Silence'), got.join());
    } finally {
      await person.close();
    }
  });

  it('says of the user that they are busy and back, which the phone shows, and shows alerts', async () => {
    const { person, tab } = await visitor();
    try {
      await tab.goTo('Settings');
      await tab.phone.getByRole('button', { name: /Available/ }).first().waitFor();
      await pageButton(tab, 'I am busy').click();
      await tab.phone.getByRole('button', { name: /Busy/ }).first().waitFor();
      await pageButton(tab, 'I am back').click();
      await tab.phone.getByRole('button', { name: /Available/ }).first().waitFor();
      await pageButton(tab, 'Alert').click();
      await alert(tab, 'Jonas has signed the offer.').waitFor();
      await tab.phone.getByRole('button', { name: 'Dismiss' }).click();
      await alert(tab, 'Jonas has signed the offer.').waitFor({ state: 'detached' });
    } finally {
      await person.close();
    }
  });

  it('may ask before the phone is ready, and put it away and bring it back, twice', async () => {
    const { person, tab } = await connected();
    try {
      for (const round of ['first', 'second']) {
        await tab.page.evaluate((text) => {
          window.RCAdapterDispose();
          if (document.querySelector('iframe')) throw new Error('the phone is still there');
          window.RCAdapterInit();
          window.RCAdapter.clickToSMS('+14155550142', text);
        }, `Asked early, the ${round} time`);
        await tab.signedIn();
        await tab.composer().waitFor();
        assert.equal(await tab.composer().inputValue(), `Asked early, the ${round} time`);
        await tab.goTo('Settings');
        await tab.phone.getByText('Connected as you@tideway.example').waitFor();
        assert.equal(await tab.page.locator('iframe').count(), 1);
        await deal(tab).click();
        await tab.phone.getByRole('textbox', { name: 'Title' }).waitFor();
        assert.equal(await deal(tab).count(), 1);
        await tab.phone.getByRole('navigation').getByRole('link', { name: 'Messages' }).click();
      }
      await pageButton(tab, 'Alert').click();
      await alert(tab, 'Jonas has signed the offer.').waitFor();
      assert.equal(await alert(tab, 'Jonas has signed the offer.').count(), 1, 'one phone, one alert');
    } finally {
      await person.close();
    }
  });

  it('has icons that stay in their place, whatever size they have', async () => {
    const { person, tab } = await visitor();
    try {
      const icon = deal(tab).locator('img:visible');
      await icon.waitFor();
      const { width, height } = (await icon.boundingBox()) ?? { width: 0, height: 0 };
      assert.deepEqual([width, height], [24, 24]);
    } finally {
      await person.close();
    }
  });
});
