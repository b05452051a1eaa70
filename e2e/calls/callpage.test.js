// What the page of a call says and offers while it goes on.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

const [mine, theirs, third] = voices;

describe('the page of a call', () => {
  it('says what another press on Record does', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await me.press('Record');
    const stop = me.live.getByRole('button', { name: 'Stop recording', pressed: true });
    await stop.waitFor();
    await stop.click();
    await me.live.getByRole('button', { name: 'Record', exact: true, pressed: false }).waitFor();
    await me.press('Hang up');
    await far.told('ended');
  });

  it('offers people first to pass the call on to, and nobody who is in it', async () => {
    const me = await stage.handset('Una User', mine);
    const [bob, cid] = [await stage.party('web-phone', theirs, 'Bob Inner'), await stage.party('web-phone', third, 'Cid Inner')];
    await me.talksTo(bob);
    await me.press('Hang up');
    await bob.told('ended');
    await me.call('+16505550999'); // does not exist
    await me.is('ended');
    await me.tab.goTo('History');
    for (const who of ['Bob Inner', '(650) 555-0999']) await me.phone.locator('.call-row').filter({ hasText: who }).waitFor();
    await me.talksTo(cid);
    await me.press('Transfer');
    const rows = me.live.locator('#pass-found .option__name');
    await rows.nth(1).waitFor();
    assert.deepEqual((await rows.allInnerTexts()).map((name) => name.replace(/ [A-Z]{2}$/, '')), ['Bob Inner', '(650) 555-0999']); // users of tests have letters after their name
    await rows.first().click();
    await me.live.getByRole('button', { name: 'Transfer', exact: true }).last().click();
    await bob.told('incoming', 2);
    await me.is('ended');
    await cid.does('hangup');
  });

  it('gives the keyboard the name to go on from when the pressed button is gone', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await me.press('Transfer');
    const park = me.live.getByRole('button', { name: 'Park', exact: true });
    await park.focus();
    await park.press('Enter');
    await me.is('ended');
    await me.live.locator('h1:focus').waitFor();
    await far.does('hangup');
  });

  it('leads back to where its user was, and not to another call that is over', async () => {
    const me = await stage.handset('Una User', mine);
    const [bob, cid] = [await stage.party('web-phone', theirs, 'Bob Inner'), await stage.party('web-phone', third, 'Cid Inner')];
    await me.tab.goTo('History');
    await bob.does('call', me.user.phoneNumber);
    await me.answer();
    await me.is('connected');
    await cid.does('call', me.user.phoneNumber);
    await (await me.rings('Cid')).getByRole('button', { name: 'Hold and answer' }).click();
    await me.live.getByRole('heading', { name: /Cid/ }).waitFor();
    await me.press('Connect');
    await me.is('ended');
    await me.live.waitFor({ state: 'detached' });
    await me.phone.locator('#panel h1').filter({ hasText: 'History' }).waitFor();
    await bob.does('hangup');
  });

  it('leaves alone what somebody types, opens and chooses while it changes', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    const [{ id }] = await me.calls();
    const muted = (/** @type {boolean} */ is) => me.live.locator(`#live-mute[aria-pressed=${is}]`).waitFor({ state: 'attached' });
    await me.press('Keypad');
    await me.tab.page.keyboard.type('12#');
    assert.equal(await me.act(id, 'mute'), '');
    await muted(true);
    assert.equal(await me.live.getByLabel('Typed').innerText(), '12#');
    await me.live.locator('#live-keys[aria-expanded=true]').waitFor({ state: 'attached' }); // the keypad stands in its place
    await me.press('Hide the keypad');

    await me.press('Transfer');
    await me.tab.page.keyboard.type('+16505550106');
    await me.tab.page.keyboard.press('Enter');
    const pass = me.live.getByRole('button', { name: 'Transfer', exact: true }).last();
    await me.live.locator('#pass-now:focus').waitFor();
    assert.equal(await me.act(id, 'unmute'), '');
    await muted(false);
    assert.equal(await pass.isEnabled(), true);
    await me.live.locator('#pass-now:focus').waitFor();
    await me.press('Hang up');
    await far.told('ended');
    await me.phone.locator('[data-panel=active-call][data-call-state=ended]:not([data-show])').waitFor(); // a part is closed with the call that it was of
  });

  it('leaves a sentence about what went wrong until the next press', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await me.press('Transfer');
    await me.live.locator('#pass-to').fill('911');
    await me.live.locator('#pass-now').click();
    const wrong = me.live.getByRole('alert');
    await wrong.waitFor();
    const sentence = await wrong.innerText();
    assert.notEqual(sentence, '');
    const [{ id }] = await me.calls();
    assert.equal(await me.act(id, 'mute'), '');
    await me.live.locator('#live-mute[aria-pressed=true]').waitFor({ state: 'attached' });
    assert.equal(await wrong.innerText(), sentence);
    await me.press('Cancel');
    await me.press('Hold');
    await wrong.waitFor({ state: 'hidden' });
    await me.press('Hang up');
    await far.told('ended');
  });
});

describe('the sheet of a call that rings', () => {
  it('says to who turns the call away that they did', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    await far.does('call', me.user.phoneNumber);
    await (await me.rings()).getByRole('button', { name: 'Decline' }).click();
    await me.phone.getByRole('region', { name: 'This call' }).getByText('You declined the call').waitFor();
    await me.phone.locator('#live').filter({ hasText: 'You declined the call' }).waitFor({ state: 'attached' });
    await far.hears(1000); // the mailbox, which takes the call
    await far.does('hangup');
    await me.tab.goTo('History');
    // As the log has it, which says that it went to voicemail, and not that nobody wanted it.
    const row = me.phone.locator('.call-row:not([id^=call-recent-])');
    await row.filter({ hasText: /Declined|Voicemail/ }).waitFor();
    await me.phone.locator('.call-row--missed').waitFor({ state: 'detached' });
    await row.locator('.call-row__open').click();
    await me.phone.locator('[data-panel=call]').getByText('You declined the call').waitFor();
  });

  it('keeps half a reply as a text to who has hung up meanwhile', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs, 'Bob Inner');
    for (const text of ['I am just about to', 'and again']) {
      await far.does('call', me.user.phoneNumber);
      const sheet = await me.rings('Bob');
      await sheet.getByRole('button', { name: 'Reply' }).click();
      await sheet.getByLabel('Your own words').pressSequentially(text);
      await far.does('cancel');
      await sheet.waitFor({ state: 'detached' });
      const page = me.phone.locator('[data-panel=compose]');
      await page.getByText('Bob Inner').first().waitFor();
      const kept = me.tab.composer();
      while (!(await kept.inputValue()).includes(text)) await kept.evaluate(() => new Promise(requestAnimationFrame));
      await far.told('ended', text === 'and again' ? 2 : 1);
      await me.tab.goTo('History');
    }
    await me.phone.getByRole('navigation').getByRole('link', { name: 'Messages' }).click();
    await me.phone.getByRole('link', { name: 'New message' }).first().click();
    const kept = me.tab.composer();
    await kept.waitFor();
    assert.match(await kept.inputValue(), /I am just about to/);
    assert.match(await kept.inputValue(), /and again/);
  });

  it('lets no key reach what it covers, has the answer next, and gives the keyboard back', async () => {
    const me = await stage.handset('Una User', mine);
    const [bob, cid] = [await stage.party('web-phone', theirs, 'Bob Inner'), await stage.party('web-phone', third, 'Cid Inner')];
    await me.talksTo(bob);
    await me.tab.goTo('Settings');
    const link = me.phone.locator('.set').getByRole('link', { name: /^Calling/ });
    await link.focus();
    await cid.does('call', me.user.phoneNumber);
    const sheet = await me.rings('Cid');
    const name = sheet.locator('.ring__name');
    await sheet.locator('.ring__name:focus').waitFor();
    const frame = await me.tab.frame();
    const { keyboard } = me.tab.page;
    for (const key of ['Tab', 'Shift+Tab']) {
      await name.focus();
      for (let i = 0; i < 8; i++) {
        await keyboard.press(key);
        const at = await frame.evaluate(() => (document.hasFocus() && !document.activeElement?.closest('[data-ring]') ? document.activeElement?.outerHTML : ''));
        assert.equal(at, '', `${key} pressed ${i + 1} times`);
      }
    }
    await name.focus();
    await keyboard.press('Tab');
    await sheet.locator('.answer--yes:focus').waitFor();

    await sheet.getByRole('button', { name: 'Make it small' }).click();
    await me.phone.locator('.set a:focus').filter({ hasText: 'Calling' }).waitFor();
    const end = me.phone.locator('#now-end');
    await end.focus();
    await me.phone.locator('#now-end:focus').waitFor();
    await link.focus();
    await sheet.getByRole('button', { name: 'Make it large' }).click();
    await sheet.getByRole('button', { name: 'Decline' }).press('Enter');
    await sheet.waitFor({ state: 'detached' });
    await me.phone.locator('.set a:focus').filter({ hasText: 'Calling' }).waitFor();
    await me.phone.locator('[inert]').first().waitFor({ state: 'detached' });
    assert.equal((await me.calls()).length, 1);
    await cid.does('cancel');

    await cid.told('ended');
    await cid.does('call', me.user.phoneNumber);
    await sheet.locator('.answer--yes').press('Enter');
    await me.live.getByRole('heading', { name: /Cid/ }).waitFor();
    await me.live.locator('h1:focus').waitFor();
  });
});

describe('the bar of a call', () => {
  it('keeps the keyboard when the button that was pressed is gone', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await me.press('Hold');
    await me.tab.goTo('History');
    const bar = me.phone.getByRole('region', { name: 'This call' });
    const resume = bar.getByRole('button', { name: 'Resume' });
    await resume.focus();
    await resume.press('Enter');
    await bar.getByRole('button', { name: 'Mute' }).waitFor();
    await bar.locator('.now__open:focus').waitFor();
    const end = bar.getByRole('button', { name: 'Hang up' });
    await end.focus();
    await end.press('Enter');
    await bar.getByText('Call ended').waitFor();
    await bar.locator('.now__open:focus').waitFor();
    await bar.waitFor({ state: 'detached' });
    await me.phone.locator('#panel h1:focus').waitFor();
  });
});
