// Calls by keys alone: what presses which button, and where a letter is only a
// letter.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { together } from '../lib/tone.js';
import { Handset } from './handset.js';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

const [mine, theirs, third] = voices;

/** Goes to a page by its key, and stays at its title. @param {Handset} me @param {string} key @param {string} name */
async function goes(me, key, name) {
  await me.tab.page.keyboard.press(key);
  await me.phone.locator('#panel h1:focus').filter({ hasText: name }).waitFor();
}

/** Puts the focus at the title of the page. @param {Handset} me */
const focus = (me) => me.phone.locator('#panel h1').focus();

/** Waits until the phone says something to who does not see it. @param {Handset} me @param {string} sentence */
const says = (me, sentence) => me.phone.locator('#live').filter({ hasText: new RegExp(`^${sentence}$`) }).waitFor({ state: 'attached' });

/** Has one call in the history, to a number that does not exist, and returns its row. @param {Handset} me */
async function listed(me) {
  await me.call('+16505550999');
  await me.is('ended');
  await me.tab.goTo('History');
  const row = me.phone.locator('.call-row:not([id^=call-recent-]) .call-row__open'); // as the log has it, which is drawn in the place of what was known
  await row.waitFor();
  return row;
}

/** Switches keys off or on by the settings. @param {Handset} me */
async function turn(me) {
  await me.tab.post({ type: 'rc-adapter-navigate-to', path: '/settings/keyboard' });
  await me.phone.getByRole('switch', { name: 'Single keys' }).click();
}

describe('by keys', () => {
  it('a call is answered, muted, held and ended, and what was done is said', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    const { keyboard } = me.tab.page;
    await me.tab.goTo('History');
    await focus(me);
    await far.does('call', me.user.phoneNumber);
    await (await me.rings()).locator('.ring__name:focus').waitFor();
    await keyboard.press('Shift+A');
    await me.is('connected');
    await together(me, far);
    await me.live.locator('h1:focus').waitFor();

    const mute = (/** @type {boolean} */ on) => me.live.locator(`#live-mute[aria-pressed=${on}]`).waitFor();
    await keyboard.press('Shift+M');
    await mute(true);
    await me.live.getByRole('status').filter({ hasText: 'Muted' }).waitFor();
    await keyboard.press('Shift+M');
    await mute(false);
    await says(me, 'You are not muted any more.');
    await keyboard.press('Shift+H');
    await me.is('held');
    await me.live.getByRole('status').filter({ hasText: 'On hold' }).waitFor();
    await keyboard.press('Shift+H');
    await me.is('connected');
    await says(me, 'The call goes on.');

    // The letters alone lead where they always do, and the bar has the buttons there.
    await goes(me, 'h', 'History');
    await goes(me, 's', 'Settings');
    await keyboard.press('Shift+M');
    await says(me, 'Muted');
    await me.phone.locator('#now-mute[aria-pressed=true]').waitFor();
    await keyboard.press('Shift+E');
    await far.told('ended');
  });

  it('a call is declined, from wherever in the phone nobody writes', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    const { keyboard } = me.tab.page;
    const sheet = me.phone.getByRole('alertdialog');
    const row = await listed(me);
    await row.focus();
    await far.does('call', me.user.phoneNumber);
    await sheet.locator('.ring__name:focus').waitFor();
    await keyboard.press('Escape'); // small, and the list has the keyboard again
    await row.and(me.phone.locator(':focus')).waitFor();
    await keyboard.press('Shift+D');
    await me.phone.locator('#live').filter({ hasText: 'You declined the call' }).waitFor({ state: 'attached' });
    assert.equal(await me.phone.locator('#calls-search').inputValue(), '');
    await far.does('hangup');
  });

  it('nothing is done where somebody writes or looks for somebody', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    const { keyboard } = me.tab.page;
    const row = await listed(me);
    const search = me.phone.locator('#calls-search');
    await search.focus();
    await far.does('call', me.user.phoneNumber);
    const sheet = await me.rings();
    await keyboard.press('Shift+D');
    await keyboard.press('Shift+A');
    assert.equal(await search.inputValue(), 'DA');
    await sheet.getByRole('button', { name: 'Make it large' }).click();
    await sheet.getByRole('button', { name: 'Reply' }).click();
    const words = sheet.getByLabel('Your own words');
    await words.press('Shift+D');
    assert.equal(await words.inputValue(), 'D');
    assert.equal((await me.calls())[0].state, 'ringing');
    await sheet.getByRole('button', { name: 'Answer', exact: true }).click();
    await me.is('connected');

    await me.tab.goTo('History');
    await search.fill('');
    await row.focus();
    await keyboard.press('Shift+E'); // the list looks for whom it begins
    await me.phone.locator('#calls-search:focus').waitFor();
    await keyboard.press('Shift+M');
    assert.equal(await search.inputValue(), 'EM');
    const [now] = await me.calls();
    assert.deepEqual([now.state, Boolean(now.muted)], ['connected', false]);
    await far.does('hangup');
  });

  it('a call that rings in another comes first, and what it covers is left alone', async () => {
    const me = await stage.handset('Una User', mine);
    const [bob, cid] = [await stage.party('web-phone', theirs, 'Bob Inner'), await stage.party('web-phone', third, 'Cid Inner')];
    const { keyboard } = me.tab.page;
    await me.talksTo(bob);
    await cid.does('call', me.user.phoneNumber);
    const sheet = await me.rings('Cid');
    await sheet.locator('.ring__name:focus').waitFor();
    for (const key of ['Shift+M', 'Shift+H', 'Shift+E', 'Shift+A']) await keyboard.press(key);
    await me.live.getByRole('heading', { name: /Cid/ }).waitFor();
    await me.is('connected');
    await together(me, cid);
    const calls = await me.calls();
    assert.deepEqual(calls.map(({ state, muted }) => [state, Boolean(muted)]).sort(), [['connected', false], ['held', false]]);

    await goes(me, 'h', 'History');
    await me.phone.locator('.now__name').filter({ hasText: 'Cid' }).waitFor();
    await keyboard.press('Shift+E');
    await cid.told('ended');
    await me.phone.locator('.now__name').filter({ hasText: 'Bob' }).waitFor();
    assert.deepEqual((await me.calls()).map(({ state }) => state), ['held']);
    await bob.does('hangup');
  });

  it('nothing is done when they are switched off, also in the middle of a call', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    const { keyboard } = me.tab.page;
    await me.talksTo(far);
    await me.live.locator('#live-end[aria-keyshortcuts="Shift+E"]').waitFor();
    await turn(me);
    const off = me.phone.locator('.keys__one--off').filter({ hasText: 'Answer the call that rings' });
    await off.waitFor();
    await me.phone.locator('#now-mute:not([aria-keyshortcuts])').waitFor();
    await focus(me);
    for (const key of ['Shift+M', 'Shift+E']) await keyboard.press(key);
    await turn(me);
    await me.phone.locator('#now-mute[aria-keyshortcuts="Shift+M"]').waitFor();
    const [now] = await me.calls();
    assert.deepEqual([now.state, Boolean(now.muted)], ['connected', false]);
    await focus(me);
    await keyboard.press('Shift+M');
    await me.phone.locator('#now-mute[aria-pressed=true]').waitFor();
    await keyboard.press('Shift+E');
    await far.told('ended');
  });
});
