// The history of somebody who calls and is called again and again: each call
// is there when it is over, though the platform's log is read only so often.

import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { patiently } from '../lib/tone.js';
import { logged, Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(async () => {
  assert.doesNotMatch(stage.demo.log(), /rate limited/, 'a desk saw a 429');
  await stage.close();
});

it('calls made one after another are in History when they are over, each once', { timeout: 300_000 }, async () => {
  const me = await stage.handset('Hana Hurry', voices[0]);
  const far = await stage.party('web-phone', voices[1], 'Pia Past');
  // Another tab, so that nobody looks at the list again where it is watched.
  const { tab } = await me.another('/plain');
  await tab.phone.getByRole('navigation').getByRole('link', { name: /History/ }).click();
  await tab.phone.getByText('No calls yet').waitFor();
  await me.tab.page.bringToFront();
  const rows = tab.phone.locator('.call-row');
  for (let i = 1; i <= 5; i++) {
    if (i === 3) {
      await far.does('call', me.user.phoneNumber);
      await me.rings();
      await far.does('hangup');
    } else {
      await me.call(far.user.phoneNumber);
      await far.told('incoming', i > 3 ? i - 1 : i);
      await far.does('answer');
      await me.is('connected');
      await me.press('Hang up');
    }
    await patiently(rows.nth(i - 1).waitFor(), () => `call ${i} is not in History`, 20_000);
    await rows.first().filter({ hasText: i === 3 ? /Pia Past[^]*Missed/ : /Pia Past[^]*Outgoing/ }).waitFor();
    await me.quiet();
  }
  await logged(far.watch, 5);
  await tab.phone.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
  await tab.phone.getByRole('navigation').getByRole('link', { name: /History/ }).click();
  await rows.nth(4).waitFor();
  assert.equal(await rows.count(), 5);
});

it('the keyboard stays at a call when the record of it takes the place of what was known', { timeout: 120_000 }, async () => {
  const me = await stage.handset('Hana Hurry', voices[0]);
  const far = await stage.party('web-phone', voices[1], 'Pia Past');
  await me.talksTo(far);
  // What has the record waits until the keyboard is there.
  let focused = () => {};
  const there = new Promise((resolve) => (focused = () => resolve(undefined)));
  await me.person.context.route('**/history/list*', async (route) => {
    const response = await route.fetch();
    if (/id="call-(?!recent-)/.test(await response.text())) await there;
    await route.fulfill({ response });
  });
  await me.press('Hang up');
  await me.tab.goTo('History');
  const known = me.phone.locator('.call-row[id^=call-recent-]').getByRole('link');
  await known.focus();
  focused();
  await me.person.context.unrouteAll({ behavior: 'wait' });
  await me.phone.locator('.call-row:not([id^=call-recent-]) a:focus').waitFor();
  assert.equal(await me.phone.locator('.call-row').count(), 1);
});
