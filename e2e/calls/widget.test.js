// Our phone in somebody's page, with microphone and ears: placing and taking
// calls, what every tab sees of them, and that they survive what pages do.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { together } from '../lib/tone.js';
import { hears, hearsKeys } from './softphone.js';
import { logged, Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(async () => {
  assert.doesNotMatch(stage.demo.log(), /rate limited|panic/);
  await stage.close();
});

const [mine, theirs, third] = voices;

/** A person with our phone. @param {string} [name] @param {number} [tone] */
const handset = (name = 'Una User', tone = mine) => stage.handset(name, tone);

describe('the phone', () => {
  it('calls the echo and hears itself, mutes, holds, and hangs up', async () => {
    const me = await handset();
    const watch = await stage.watch(me.user);
    await me.call('*601');
    await me.is('connected');
    await me.hears(mine);
    await me.press('Mute');
    await me.hearsNothing();
    await me.press('Mute');
    await me.hears(mine);
    await me.press('Hold');
    await me.is('held');
    await me.press('Hold');
    await me.is('connected');
    await me.hears(mine);
    await me.press('Hang up');
    await me.is('ended');
    const [record] = await logged(watch);
    assert.equal(record.result, 'Call connected');
    watch.legal();
  });

  it('calls a web phone and is called by it; either hangs up', async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    await me.call(far.user.phoneNumber);
    await far.told('incoming');
    await me.is('ringing');
    await far.does('answer');
    await me.is('connected');
    await together(me, far);
    await far.does('hangup');
    await me.is('ended');
    await far.does('call', me.user.phoneNumber);
    const sheet = await me.rings(far.user.name);
    await sheet.getByRole('button', { name: 'Answer', exact: true }).click();
    await together(me, far);
    await me.press('Hang up');
    await far.told('ended', 2);
    const records = await logged(far.watch, 2);
    assert.deepEqual(records.map((r) => r.result), ['Call connected', 'Accepted']);
  });

  it('presses keys, which the far end hears', async () => {
    const [me, far] = [await handset(), await stage.softphone(theirs)];
    await me.call(far.user.phoneNumber);
    const call = await far.answer();
    await Promise.all([hears(call, mine), me.hears(theirs)]);
    await me.press('Keypad');
    const key = hearsKeys(call, '8');
    await me.live.locator('[data-digit="8"]').click();
    assert.equal(await key, '8');
    await hears(call, mine);
  });

  it('holds a far end with music, which hears it again afterwards', async () => {
    const me = await handset();
    const far = await stage.party('sip', theirs);
    await me.talksTo(far);
    await me.press('Hold');
    await me.is('held');
    await far.hearsElse(mine);
    await me.press('Hold');
    await me.is('connected');
    await together(me, far);
  });

  it('declines, and the caller reaches voicemail', async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    const watch = await stage.watch(me.user);
    await far.does('call', me.user.phoneNumber);
    await (await me.rings()).getByRole('button', { name: 'To voicemail' }).click();
    await watch.party('VoiceMail');
    await far.hears(1000);
    await far.hearsNothing(1500);
    await far.does('hangup');
    await watch.until(({ events }) => events.some((e) => e.event.includes('/voicemail')), 'a voicemail');
  });

  it('hands a call over without asking', async () => {
    const me = await handset();
    const [far, other] = [await stage.party('web-phone', theirs), await stage.party('jssip', third)];
    await me.talksTo(far);
    await me.press('Transfer');
    await me.live.getByLabel('Transfer to').fill(other.user.phoneNumber);
    await me.live.locator('[data-pass=now]').click();
    await me.is('ended'); // which is told for a while only
    await other.told('incoming');
    await other.does('answer');
    await together(far, other);
  });

  it('asks a third person, then connects the two', async () => {
    const me = await handset();
    const [far, other] = [await stage.party('web-phone', theirs), await stage.party('sip', third)];
    await me.talksTo(far);
    await me.press('Transfer');
    await me.live.getByLabel('Transfer to').fill(other.user.phoneNumber);
    await me.live.locator('[data-pass=ask]').click();
    await other.told('incoming');
    await other.does('answer');
    await together(me, other);
    await far.hearsElse(mine, third);
    await me.press('Connect');
    await me.is('ended');
    await together(far, other);
  });

  it('turns from one to another, with the page of whom it turns to', async () => {
    const me = await handset();
    const [far, other] = [await stage.party('web-phone', theirs), await stage.party('sip', third)];
    /** Waits until the page is that of the call with somebody. @param {{user: {name: string}}} who @param {string} state */
    const page = (who, state) => me.phone.locator(`[data-call-state=${state}]`).getByRole('heading', { name: who.user.name }).waitFor();
    await me.talksTo(far);
    await me.press('Hold');
    await me.is('held');
    await me.talksTo(other);
    await me.press('Switch');
    await page(far, 'connected');
    await together(me, far);
    await me.press('Switch');
    await page(other, 'connected');
    await together(me, other);
    await other.does('hangup');
    await me.is('ended');
    await me.press('Resume');
    await page(far, 'connected');
    await together(me, far);
  });

  it('does not end a call that a double click has placed', async () => {
    const me = await handset();
    await me.phone.getByRole('navigation').getByRole('link', { name: 'Phone' }).click();
    await me.phone.getByLabel('Name or number').fill('*601');
    const at = await me.phone.getByRole('button', { name: 'Call', exact: true }).boundingBox();
    assert(at);
    const { mouse } = me.tab.page;
    await mouse.click(at.x + at.width / 2, at.y + at.height / 2);
    await me.live.getByRole('button', { name: /^(Cancel call|Hang up)$/ }).waitFor();
    await mouse.down({ clickCount: 2 });
    await mouse.up({ clickCount: 2 });
    await me.is('connected');
    await me.hears(mine);
  });
});

describe('with two tabs', () => {
  it('a call rings in both, is answered in one and stops ringing in the other', async () => {
    const me = await handset();
    const second = await me.another('/plain');
    const far = await stage.party('web-phone', theirs);
    await far.does('call', me.user.phoneNumber);
    await Promise.all([me.rings(), second.rings()]);
    await me.answer();
    await second.phone.getByRole('alertdialog').waitFor({ state: 'detached' });
    await together(me, far);
    await second.phone.locator('[data-now]').waitFor();
  });

  it('the other takes the microphone, and keeps it when the first is closed', async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    const second = await me.another('/plain');
    await (await second.tab.frame()).evaluate((hz) => Reflect.get(window, '__sound').speak(hz), third);
    await second.phone.getByRole('button', { name: 'Speak here' }).first().click();
    await far.hears(third);
    await second.hears(theirs);
    await me.tab.page.close();
    await far.hears(third);
    await second.hears(theirs);
  });

  it('the other goes on when the one with the microphone is closed', async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    const second = await me.another('/plain');
    await me.talksTo(far);
    await me.tab.page.close();
    await together(second, far);
  });
});

describe('a call survives', () => {
  it('reloads and navigation of the page that it is in', async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    for (let i = 0; i < 3; i++) {
      await me.reload();
      await together(me, far);
      await me.phone.locator('[data-now], [data-panel=active-call]').filter({ visible: true }).first().waitFor();
    }
    await me.tab.page.goto(`${stage.demo.facts.host.url}/`);
    await together(me, far);
    assert.equal((await far.words()).filter((w) => w.startsWith('ended')).length, 0);
    await far.does('hangup');
    await me.phone.locator('[data-now]').waitFor({ state: 'detached' });
    await logged(far.watch);
    far.watch.legal();
  });

  it('nobody for a while, and ends when nobody comes back', async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await me.tab.page.goto('about:blank');
    await far.hearsElse(mine);
    await far.told('ended');
    const [record] = await logged(far.watch);
    assert.equal(record.result, 'Accepted');
  });
});
