// Three people in one call: our phone, which makes the conference, and two web
// phones. Who hears whom is heard.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { hearsWithout } from '../lib/tone.js';
import { Handset } from './handset.js';

import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(async () => {
  assert.doesNotMatch(stage.demo.log(), /rate limited|panic|level=ERROR/);
  await stage.close();
});

const [mine, theirs, third] = voices;

/** A person with our phone, and two others with web phones. */
async function three() {
  const me = await stage.handset('Una User', mine);
  const bob = await stage.party('web-phone', theirs, 'Bob Inner');
  const cid = await stage.party('web-phone', third, 'Cid Inner');
  return { me, bob, cid };
}

/** Makes one conference of the two calls of our phone. */
async function conference() {
  const { me, bob, cid } = await three();
  await me.talksTo(bob);
  await me.talksTo(cid);
  await me.press('Merge');
  await me.phone.getByRole('heading', { name: 'Conference' }).waitFor();
  await Promise.all([me.hears(theirs, third), bob.hears(mine, third), cid.hears(mine, theirs)]);
  return { me, bob, cid };
}

/** Somebody in the list of the conference. @param {Handset} me @param {string} name */
const member = (me, name) => me.live.getByRole('list', { name: 'In this conference' }).getByRole('listitem').filter({ hasText: name });

describe('a conference', () => {
  it('has everybody hear the other two, also after a reload, and not whom its host has removed', async () => {
    const { me, bob, cid } = await conference();
    await member(me, 'Cid Inner').waitFor();
    await me.reload();
    await Promise.all([me.hears(theirs, third), bob.hears(mine, third)]);
    await member(me, 'Cid Inner').getByRole('button', { name: 'Mute for everybody' }).click();
    await Promise.all([hearsWithout(bob.page, [mine], [third]), hearsWithout(await me.tab.frame(), [theirs], [third])]);
    await member(me, 'Cid Inner').getByRole('button', { name: 'Mute for everybody', pressed: true }).click();
    await Promise.all([me.hears(theirs, third), bob.hears(mine, third)]);
    await member(me, 'Bob Inner').getByRole('button', { name: 'Remove from the conference' }).click();
    await bob.told('ended');
    await member(me, 'Bob Inner').waitFor({ state: 'detached' });
    await Promise.all([hearsWithout(await me.tab.frame(), [third], [theirs]), hearsWithout(cid.page, [mine], [theirs])]);
    await me.press('End for all');
    await cid.told('ended');
    await me.is('ended');
  });

  it('is in History as that, with nothing of how it was dialled', async () => {
    const { me } = await conference();
    await member(me, 'Bob Inner').waitFor();
    await me.press('End for all');
    await me.is('ended');
    await me.tab.goTo('History');
    const row = me.phone.locator('.call-row').filter({ hasText: 'Conference' });
    for (const logged of [false, true]) {
      await me.phone.locator(`.call-row${logged ? ':not([id^=call-recent-])' : ''}`).filter({ hasText: 'Conference' }).waitFor();
      assert.doesNotMatch(await row.innerHTML(), /conf_|data-call-to|data-text-to/);
      await row.locator('.call-row__open').click();
      const page = me.phone.locator('[data-panel=call]');
      await page.getByRole('heading', { name: 'Conference' }).waitFor();
      assert.doesNotMatch(await page.innerHTML(), /conf_|data-copy|data-call-to|data-text-to|Save contact/);
      await page.getByRole('link', { name: 'Back' }).click();
    }
    assert.doesNotMatch(await (await me.tab.frame()).content(), /conf_/);
  });

  it('says that what was recorded of a call is not recorded in it, and shows it of a call on hold', async () => {
    const { me, bob, cid } = await three();
    await me.talksTo(bob);
    await me.press('Record');
    await me.live.getByRole('button', { name: 'Stop recording', pressed: true }).waitFor();
    await me.talksTo(cid);
    await me.live.getByRole('list', { name: 'Other calls' }).getByRole('listitem').filter({ hasText: 'Bob Inner' }).getByText('Recording', { exact: true }).waitFor();
    await me.press('Merge');
    await me.phone.getByRole('heading', { name: 'Conference' }).waitFor();
    await me.live.getByRole('status').filter({ hasText: 'The call is not recorded any more.' }).waitFor();
    await member(me, 'Cid Inner').waitFor();
    await me.press('Record');
    await me.live.getByRole('button', { name: 'Stop recording', pressed: true }).waitFor();
    await me.live.getByRole('status').filter({ hasText: 'The call is not recorded any more.' }).waitFor({ state: 'detached' });
    await me.press('End for all');
    await me.is('ended');
  });

  it('goes on without its host', async () => {
    const { me, bob, cid } = await conference();
    await member(me, 'Bob Inner').waitFor();
    await member(me, 'Cid Inner').waitFor();
    await me.press('Leave');
    await me.is('ended');
    await me.live.getByRole('list', { name: 'Who was in this conference' }).getByRole('listitem').filter({ hasText: 'Cid Inner' }).getByRole('button', { name: 'Call Cid Inner' }).waitFor();
    await Promise.all([hearsWithout(bob.page, [third], [mine]), hearsWithout(cid.page, [theirs], [mine])]);
    await bob.does('hangup');
    await cid.told('ended');
  });

  it('takes in somebody more, and leaves calls as they were that cannot be merged', async () => {
    const { me, bob, cid } = await conference();
    const dan = await stage.party('web-phone', voices[3], 'Dan Inner');
    await me.talksTo(dan);
    await Promise.all([hearsWithout(bob.page, [third], [mine]), hearsWithout(cid.page, [theirs], [mine])]); // while their host waits
    await me.press('Merge');
    await member(me, 'Dan Inner').waitFor();
    await Promise.all([dan.hears(mine, theirs, third), bob.hears(mine, third, voices[3]), me.hears(theirs, third, voices[3])]);
    await me.call('*601');
    await me.is('connected');
    await me.hears(mine);
    const [held, echo] = await me.calls();
    assert.equal(await me.act(held.id, 'merge', { callId: echo.id }), 'The phone service does not do this with this call.');
    await me.hears(mine);
    assert.deepEqual((await me.calls()).map(({ state }) => state).sort(), ['connected', 'held']);
  });
});
