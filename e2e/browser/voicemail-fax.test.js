// Voicemail and faxes: what callers leave is heard, read and answered, pages
// are looked at and sent, and what is deleted can be had back.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { objections } from '../lib/axe.js';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Person, Tab } from '../lib/person.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(async () => {
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  await demo.close();
});

/** A message in the list, by anything that its row says. @param {Tab} tab @param {string | RegExp} text */
const mail = (tab, text) => tab.phone.locator('.mail-row').filter({ hasText: text });

/** One of the kinds of messages. @param {Tab} tab @param {'Texts' | 'Voicemail' | 'Fax'} name */
const kind = (tab, name) => tab.phone.getByRole('group', { name: 'Kinds of messages' }).getByRole('link', { name });

/** What is wrong on the page, besides what was asked for in vain. @param {Person} person */
const complaints = (person) => person.console.filter((line) => /^(uncaught|error)/.test(line));

it('voicemail arrives, is heard and read, and what is deleted comes back', async () => {
  const user = await demo.user('Vera Listens');
  const { person, tab } = await Person.signedIn(demo, user);
  try {
    const { phone } = tab;
    const other = await (await person.tab('/plain')).signedIn();
    await tab.page.bringToFront();
    await kind(tab, 'Voicemail').click();
    await phone.getByText('No voicemail', { exact: true }).waitFor();

    // It is there without anybody asking, in every tab, and the page is told.
    await demo.command('voicemail', 'add', '--from', '+14155550123', '--to', user.phoneNumber, '--name', 'HARBOR SIGNS', '--text', 'Your banner is ready to be picked up', '--length', '30s');
    await mail(tab, 'HARBOR SIGNS').getByText('Your banner is ready').waitFor();
    await mail(tab, 'HARBOR SIGNS').getByText('0:30').waitFor();
    for (const at of [tab, other]) await at.phone.locator('[data-mail-badge=voicemail]').first().getByText('1', { exact: true }).waitFor();
    const told = await Promise.any([tab, other].map((at) => at.hears('rc-inbound-message-notify', '"VoiceMail"')));
    assert.equal(told.message.from.phoneNumber, '+14155550123');
    assert.deepEqual(await objections(await tab.frame()), []);

    const field = phone.getByRole('searchbox', { name: 'Search voicemail' });
    await field.fill('nobody said this');
    await phone.getByText('Nothing found').waitFor();
    await field.fill('banner');
    await mail(tab, 'HARBOR SIGNS').waitFor();
    await field.press('ArrowDown');
    await tab.page.keyboard.press('Enter');

    // Looking at it is not listening to it.
    await phone.getByText('Your banner is ready to be picked up').waitFor();
    assert.deepEqual(await objections(await tab.frame()), []);
    await phone.locator('[data-unheard]').waitFor({ state: 'attached' });
    await phone.getByRole('button', { name: 'Play', exact: true }).click();
    await phone.locator('[data-now]').filter({ hasNotText: /^0:00$/ }).waitFor();
    await phone.locator('[data-total]').filter({ hasText: /^-0:\d\d$/ }).waitFor();
    for (const at of [tab, other]) await at.phone.locator('[data-mail-badge=voicemail]').first().waitFor({ state: 'hidden' });
    await phone.getByRole('button', { name: 'Pause', exact: true }).click();
    await phone.getByRole('slider', { name: 'Position' }).fill('10');
    await phone.getByRole('button', { name: '+5 seconds' }).click();
    await phone.locator('[data-now]').filter({ hasText: /^0:1[5-9]$/ }).waitFor();
    await phone.getByRole('button', { name: '−5 seconds' }).click();
    await phone.locator('[data-now]').filter({ hasText: /^0:1[0-4]$/ }).waitFor();
    await Promise.any([tab, other].map((at) => at.hears('rc-message-updated-notify', '"readStatus":"Read"')));

    await phone.getByRole('button', { name: 'Mark as not heard' }).click();
    await mail(tab, 'Not heard yet').waitFor();
    await other.phone.locator('[data-mail-badge=voicemail]').first().getByText('1', { exact: true }).waitFor();

    await mail(tab, 'HARBOR SIGNS').getByRole('link').click();
    await phone.getByRole('button', { name: 'Delete', exact: true }).click();
    await phone.getByText('No voicemail', { exact: true }).waitFor();
    await phone.getByRole('button', { name: 'Undo' }).click();
    await mail(tab, 'HARBOR SIGNS').waitFor();

    // By keyboard alone: the focus goes on to the next row.
    await demo.command('voicemail', 'add', '--from', '+14155550124', '--to', user.phoneNumber, '--name', 'SAM SAMPLE', '--text', 'Call me', '--length', '5s');
    const more = mail(tab, 'SAM SAMPLE').getByLabel('More');
    await more.press('Enter');
    await mail(tab, 'SAM SAMPLE').getByRole('button', { name: 'Play', exact: true }).last().waitFor();
    await tab.page.keyboard.press('ArrowUp');
    await mail(tab, 'SAM SAMPLE').locator('[data-mail-delete]:focus').press('Enter');
    await phone.locator('.strip--undo').getByText(/^The voicemail from .SAM SAMPLE. was deleted\.$/).waitFor();
    await mail(tab, 'HARBOR SIGNS').locator('.mail-row__open:focus').waitFor();
    await phone.getByRole('button', { name: 'Undo' }).click();
    await mail(tab, 'SAM SAMPLE').waitFor();

    // It is answered by a text.
    await mail(tab, 'HARBOR SIGNS').getByRole('link').click();
    await phone.getByRole('button', { name: 'Text', exact: true }).click();
    await tab.composer().waitFor();
    await phone.getByRole('button', { name: /^Remove (HARBOR SIGNS|\(415\) 555-0123)$/ }).waitFor();
    assert.deepEqual(complaints(person), []);
  } finally {
    await person.close();
  }
});

it('a fax is written, sent, looked at by who gets it, and deleted', async () => {
  const [user, friend] = [await demo.user('Finn Sends'), await demo.user('Greta Gets')];
  const { person, tab } = await Person.signedIn(demo, user);
  try {
    const { phone } = tab;
    await kind(tab, 'Fax').click();
    await phone.getByText('No faxes', { exact: true }).waitFor();
    await phone.getByRole('link', { name: 'New fax' }).first().click();
    await phone.getByRole('combobox', { name: 'To' }).fill(friend.phoneNumber);
    await tab.page.keyboard.press('Enter');
    await phone.getByLabel('Recipients').getByRole('listitem').waitFor();
    const choose = phone.locator('[data-choose]');
    await choose.setInputFiles({ name: 'song.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('x') });
    await phone.getByText('This kind of document cannot be faxed').waitFor();
    await choose.setInputFiles({ name: 'offer.txt', mimeType: 'text/plain', buffer: Buffer.from('An offer\nfor Greta') });
    await phone.getByRole('button', { name: 'Remove offer.txt' }).waitFor();
    await phone.getByLabel('Cover page', { exact: true }).selectOption({ label: 'Confidential' });
    const kept = tab.page.waitForResponse((r) => r.url().endsWith('/fax/new/draft') && (r.request().postData() ?? '').includes('As+promised') && r.ok());
    await phone.getByLabel('Words on the cover page').fill('As promised');
    await phone.getByRole('button', { name: 'Send fax', disabled: false }).waitFor();
    assert.deepEqual(await objections(await tab.frame()), []);

    // What is written survives a reload.
    await kept;
    await tab.page.reload();
    await tab.signedIn();
    await phone.getByRole('button', { name: 'Remove offer.txt' }).waitFor();
    assert.equal(await phone.getByLabel('Words on the cover page').inputValue(), 'As promised');
    await phone.getByRole('button', { name: 'Send fax', disabled: false }).click();
    await mail(tab, '2 pages').getByText('Sent', { exact: true }).waitFor();
    const sent = (await (await Api.as(demo, user)).call('GET', '/message-store?messageType=Fax')).records;
    assert.deepEqual(sent.map((/** @type {any} */ m) => [m.direction, m.messageStatus, m.faxPageCount, m.coverIndex]), [['Outbound', 'Sent', 2, 6]]);

    const greta = await Person.signedIn(demo, friend);
    try {
      const at = greta.tab;
      await at.phone.locator('[data-mail-badge=fax]').first().getByText('1', { exact: true }).waitFor();
      await kind(at, 'Fax').click();
      await mail(at, 'Finn Sends').getByText('Received').waitFor();
      assert.deepEqual(await objections(await at.frame()), []);
      await mail(at, 'Finn Sends').getByRole('link').click();
      await at.phone.getByText('Page 1 of 2').waitFor();
      await at.phone.locator('[data-drawn]').first().waitFor();
      await at.phone.locator('[data-mail-badge=fax]').first().waitFor({ state: 'hidden' });
      assert.deepEqual(await objections(await at.frame()), []);
      await at.phone.getByRole('region', { name: 'Pages' }).press('PageDown');
      await at.phone.getByText('Page 2 of 2').waitFor();
      await at.phone.getByRole('button', { name: 'Larger' }).click();
      await at.phone.locator('[data-pages][data-zoom="1"]').waitFor();
      const [saved] = await Promise.all([at.page.waitForEvent('download'), at.phone.getByRole('link', { name: 'Download fax.pdf' }).first().click()]);
      assert.equal(saved.suggestedFilename(), 'fax.pdf');
      // Arrows reach the link, and Escape leaves the menu, not the page.
      await at.phone.locator('summary').press('Enter');
      await at.page.keyboard.press('ArrowDown');
      await at.phone.locator('.item__drop a:focus').press('Escape');
      await at.phone.locator('summary:focus').waitFor();
      assert.match(await (await at.frame()).evaluate(() => document.body.dataset.route ?? ''), /^\/messages\/fax\/./);
      await at.phone.locator('summary').click();
      await at.phone.getByRole('button', { name: 'Delete', exact: true }).click();
      await at.phone.getByText('No faxes', { exact: true }).waitFor();
      await at.phone.getByRole('button', { name: 'Undo' }).click();
      await mail(at, 'Finn Sends').waitFor();
      assert.deepEqual(complaints(greta.person), []);
    } finally {
      await greta.person.close();
    }
    // The song was refused, which the browser says by itself.
    assert.deepEqual(complaints(person).filter((line) => !line.includes('status of 400')), []);
  } finally {
    await person.close();
  }
});

it('voicemail is heard and pages are drawn where the browser refuses every cookie', async () => {
  const { person, tab } = await Person.signedIn(demo, demo.facts.users[0], { cookies: 'refused' });
  try {
    await kind(tab, 'Voicemail').click();
    await mail(tab, 'HENDERSON').getByRole('link').click();
    await tab.phone.locator('[data-panel=voicemail] [data-ready] [data-play]').click();
    await tab.phone.locator('[data-now]').filter({ hasNotText: /^0:00$/ }).waitFor();
    await tab.phone.getByRole('link', { name: 'Back' }).click();
    await kind(tab, 'Fax').click();
    await mail(tab, 'BAYSIDE').getByRole('link').click();
    await tab.phone.locator('[data-drawn]').first().waitFor();
    await tab.post({ type: 'rc-adapter-update-features-flags', fax: false });
    await tab.phone.getByRole('searchbox', { name: 'Search messages' }).waitFor();
    assert.equal(await kind(tab, 'Fax').isVisible(), false);
    assert.equal(await kind(tab, 'Voicemail').isVisible(), true);
  } finally {
    await person.close();
  }
});
