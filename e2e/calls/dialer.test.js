// What people do before a call and while it rings: the dialer with its keys,
// and the sheet of an incoming call, by mouse and by keyboard.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Handset } from './handset.js';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

/** @param {string} name @param {number} [tone] */
const handset = (name, tone = voices[0]) => stage.handset(name, tone);

/** The open dialer of somebody. @param {Handset} me */
async function dialer(me) {
  const field = await me.keys();
  /** @param {string} text */
  const shows = async (text) => {
    for (let now = await field.inputValue(); now !== text; now = await field.inputValue()) await field.evaluate(() => new Promise(requestAnimationFrame));
  };
  return { field, shows, key: (/** @type {string} */ digit) => me.phone.locator(`[data-panel=dialer] [data-digit="${digit}"]`), call: me.phone.getByRole('button', { name: 'Call', exact: true }) };
}

/** Holds a mouse button on something until the field says what it should. @param {Handset} me @param {import('playwright-core').Locator} at @param {() => Promise<void>} until */
async function held(me, at, until) {
  await at.hover();
  await me.tab.page.mouse.down();
  await until();
  await me.tab.page.mouse.up();
}

describe('the dialer', () => {
  it('calls who was typed before its module had come', { timeout: 300_000 }, async () => {
    const me = await handset('Uma Urgent');
    /** @type {(() => void)[]} */ const waiting = [];
    await me.person.context.route('**/dialer.js', async (route) => {
      await new Promise((resolve) => waiting.push(() => resolve(undefined)));
      await route.continue();
    });
    await me.dial('*601');
    assert.ok(waiting.length, 'the module was there before');
    for (const go of waiting) go();
    await me.is('connected');
    await me.hears(me.tone);
    await me.press('Hang up');
  });

  it('types by its keys, by holding them, by the keyboard and out of the clipboard', { timeout: 300_000 }, async () => {
    const me = await handset('Una User');
    const { field, shows, key } = await dialer(me);
    await held(me, key('0'), () => shows('+'));
    await key('1').click();
    await key('6').click();
    await shows('+16');
    await me.phone.getByRole('button', { name: 'Delete a digit' }).click();
    await shows('+1');
    await held(me, me.phone.getByRole('button', { name: 'Delete a digit' }), () => shows(''));
    await me.phone.getByRole('navigation').getByRole('link', { name: 'Phone' }).focus();
    await me.tab.page.keyboard.type('42*');
    await shows('42*');
    await field.fill('');
    await field.evaluate((at) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', 'Please call (650) 555-0102 today');
      at.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    await shows('(650) 555-0102');
  });

  it('keeps what was typed when its tab is pressed again', { timeout: 300_000 }, async () => {
    const me = await handset('Dot Double');
    const { field, shows } = await dialer(me);
    await field.fill('42');
    await me.dialer();
    await me.tab.page.keyboard.type('7');
    await shows('427');
  });

  it('finds people by name, who are chosen with the arrows, and calls the last number again', { timeout: 300_000 }, async () => {
    const me = await handset('Una User');
    const { field, shows, key, call } = await dialer(me);
    await field.fill('sam ok');
    const sam = me.phone.locator('.dial__pick').filter({ hasText: 'Sam Okafor' });
    await sam.first().waitFor();
    await key('5').waitFor({ state: 'hidden' });
    await field.press('ArrowDown');
    await me.tab.page.keyboard.press('Enter');
    await shows('(650) 555-0102');
    await field.fill('*603');
    await call.click();
    await me.is('ended');
    await me.live.waitFor({ state: 'detached' });
    const again = await dialer(me);
    await me.phone.locator('.dial__rows[data-last="*603"]').waitFor();
    await again.call.click();
    await again.shows('*603');
  });

  it('hides the number of whoever wants it hidden', { timeout: 300_000 }, async () => {
    const me = await handset('Una User');
    const them = await handset('Vera User', voices[1]);
    const { field, call } = await dialer(me);
    await me.phone.getByLabel('From', { exact: true }).selectOption('anonymous');
    await field.fill(them.user.extensionNumber);
    await call.click();
    const sheet = await them.rings();
    assert.doesNotMatch(await sheet.innerText(), new RegExp(me.user.name));
    await me.press('Cancel call');
    await sheet.waitFor({ state: 'detached' });
  });
});

describe('an incoming call', () => {
  it('takes no letter from whoever writes, and is read out', { timeout: 300_000 }, async () => {
    const me = await handset('Una User');
    const them = await handset('Vera User', voices[1]);
    await me.phone.getByRole('link', { name: 'New message' }).first().click();
    const to = me.phone.getByLabel('To', { exact: true });
    await to.focus();
    await me.tab.page.keyboard.type('Sa');
    await them.call(me.user.extensionNumber);
    const sheet = await me.rings(them.user.name);
    await me.tab.page.keyboard.type('m');
    assert.equal(await to.inputValue(), 'Sam');
    await me.phone.getByRole('alert').filter({ hasText: `${them.user.name} calls.` }).waitFor({ state: 'attached' });
    await me.phone.locator('#calls-now[data-small]').waitFor();
    await sheet.getByRole('button', { name: 'Decline' }).click();
    await sheet.waitFor({ state: 'detached' });
    assert.equal(await to.inputValue(), 'Sam');
  });

  it('is taken, made small and made large by the keyboard', { timeout: 300_000 }, async () => {
    const me = await handset('Una User');
    const them = await handset('Vera User', voices[1]);
    await me.phone.getByRole('navigation').getByRole('link', { name: 'Contacts' }).click();
    await me.phone.locator('[data-panel=contacts]').waitFor();
    await them.call(me.user.extensionNumber);
    const sheet = await me.rings(them.user.name);
    await me.phone.locator('.ring__name:focus').waitFor();
    await me.tab.page.keyboard.press('Escape');
    await me.phone.locator('#calls-now[data-small]').waitFor();
    await me.phone.locator('[data-panel=contacts]').waitFor();
    await sheet.getByRole('button', { name: 'Make it large' }).press('Enter');
    await me.phone.locator('#calls-now:not([data-small]) .ring__name:focus').waitFor();
    await sheet.getByRole('button', { name: 'Answer', exact: true }).press('Enter');
    await me.is('connected');
    await them.is('connected');
    await me.press('Keypad');
    await me.tab.page.keyboard.type('12');
    await me.live.locator('#live-typed').filter({ hasText: '12' }).waitFor();
    await me.tab.page.keyboard.press('Escape');
    await me.phone.locator('#live-keys:focus').waitFor();
    await me.press('Hang up');
    await them.is('ended');
    // Whoever was called is where they were before.
    await me.phone.locator('[data-panel=contacts]').waitFor();
  });
});
