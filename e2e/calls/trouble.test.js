// What goes wrong around a call, as a person sees it: each trouble is named in
// a whole sentence, has a way out, and what can mend itself does. With
// OFFHOOK_PICTURES the pages are kept as pictures, for people to look at.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { Handset } from './handset.js';
import { Stage, voices } from './stage.js';

const limit = { timeout: 400_000 };

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(async () => {
  assert.doesNotMatch(stage.demo.log(), /panic/);
  await stage.close();
});

const [mine, theirs] = voices;

/**
 * Runs in the phone's frame before its scripts: a microphone that can be made
 * to fail, and a loudspeaker that can be kept from sounding, as browsers do.
 */
function frail() {
  if (!navigator.mediaDevices) return;
  /** @type {any} */ const w = window;
  /** @type {MediaStreamTrack[]} */ const tracks = [];
  const listen = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (w.__frail.fails) throw new DOMException('as the test wants it', w.__frail.fails);
    const stream = await listen(wanted);
    tracks.push(...stream.getTracks());
    return stream;
  };
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = async function () {
    if (w.__frail.mute && this.srcObject && !navigator.userActivation.isActive) {
      console.info('no sound without a click');
      throw new DOMException('a click first', 'NotAllowedError');
    }
    w.__frail.mute = false;
    return play.call(this);
  };
  w.__frail = {
    fails: '', mute: sessionStorage.getItem('mute') === 'yes',
    unplug() {
      w.__frail.fails = 'NotFoundError';
      for (const track of tracks) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    },
    plug() {
      w.__frail.fails = '';
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    },
  };
}

/** A person with our phone, whose devices can fail. @param {string} name @param {Partial<Parameters<typeof Handset.open>[3]>} [options] */
const handset = (name, options = {}) => stage.handset(name, mine, { before: frail, ...options });

/** @param {Handset} me @param {string} what */
async function picture(me, what) {
  const dir = process.env.OFFHOOK_PICTURES;
  if (!dir) return;
  mkdirSync(dir, { recursive: true });
  await me.tab.page.screenshot({ path: path.join(dir, `${what}.png`) });
}

/** @param {Handset} me @param {string} what the part of the pretend devices @param {unknown} [value] */
const set = async (me, what, value) => (await me.tab.frame()).evaluate(([name, v]) => {
  const it = Reflect.get(window, '__frail');
  if (typeof it[String(name)] === 'function') it[String(name)]();
  else it[String(name)] = v;
}, [what, value]);

/** Types a number and presses Call, whatever comes of it. @param {Handset} me @param {string} number */
async function dial(me, number) {
  await me.phone.getByRole('navigation').getByRole('link', { name: 'Phone' }).click();
  await me.phone.getByLabel('Name or number').fill(number);
  await me.phone.getByRole('button', { name: 'Call', exact: true }).click();
}

describe('a microphone', () => {
  for (const { trouble, name, says } of [
    { trouble: 'denied', name: 'NotAllowedError', says: /have forbidden the microphone\..*allow the microphone/ },
    { trouble: 'missing', name: 'NotFoundError', says: /No microphone is connected\. Connect one/ },
    { trouble: 'taken', name: 'NotReadableError', says: /Another program uses the microphone\. Close it/ },
  ]) {
    it(`that is ${trouble} is named before a call is placed, and an incoming one waits on`, limit, async () => {
      const me = await handset('Mia Microphone');
      await set(me, 'fails', name);
      await dial(me, '*601');
      await me.phone.getByRole('alert').filter({ hasText: says }).waitFor();
      await picture(me, `${trouble}-dialer`);
      assert.deepEqual(await me.calls(), [], 'a call was placed without a microphone');
      await set(me, 'fails', '');
      await me.phone.getByRole('button', { name: 'Call', exact: true }).click();
      await me.hears(mine);
      await me.press('Hang up');
      await me.quiet();
      await set(me, 'fails', name);
      const far = await stage.party('web-phone', theirs);
      await far.does('call', me.user.phoneNumber);
      const sheet = await me.rings();
      await sheet.getByRole('button', { name: 'Answer', exact: true }).click();
      await sheet.getByRole('alert').filter({ hasText: says }).waitFor();
      await picture(me, `${trouble}-ring`);
      await set(me, 'fails', '');
      await sheet.getByRole('button', { name: 'Answer', exact: true }).click();
      await Promise.all([me.hears(theirs), far.hears(mine)]);
    });
  }

  it('that is unplugged in a call is missed in words, and used again when it is back', limit, async () => {
    const me = await handset('Una Plugged');
    await me.call('*601');
    await me.hears(mine);
    await set(me, 'unplug');
    const bar = me.phone.locator('.now__sound');
    await bar.filter({ hasText: 'The microphone is gone.' }).waitFor();
    await bar.getByRole('button', { name: 'Try again' }).waitFor();
    await picture(me, 'unplugged');
    await me.hearsNothing();
    await set(me, 'plug');
    await me.hears(mine);
    await bar.waitFor({ state: 'hidden' });
  });
});

it('a loudspeaker that wants a click first says so, and sounds after it', limit, async () => {
  const me = await handset('Paul Play');
  await me.call('*601');
  await me.hears(mine);
  await (await me.tab.frame()).evaluate(() => sessionStorage.setItem('mute', 'yes'));
  const refused = me.person.context.waitForEvent('console', (m) => m.text() === 'no sound without a click');
  await me.reload();
  await refused; // the driver's looks into the frame count as clicks there
  const bar = me.phone.locator('.now__sound');
  await bar.filter({ hasText: 'wants a click before it lets you hear' }).waitFor();
  await picture(me, 'silent');
  await bar.getByRole('button', { name: 'Continue' }).click();
  await bar.waitFor({ state: 'hidden' });
  await me.hears(mine);
});

describe('a network', () => {
  it('that lets no sound through is named, and the call goes on when it does', limit, async () => {
    const me = await handset('Nils Network');
    let blocked = true;
    await me.person.context.route('**/audio', async (route) => {
      const answer = await route.fetch();
      const text = await answer.text();
      if (!blocked || !answer.ok()) return route.fulfill({ response: answer, body: text });
      // A way to nowhere, as behind a wall: nobody listens at the discard port.
      const { sdp, ...rest } = JSON.parse(text);
      return route.fulfill({ response: answer, json: { ...rest, sdp: sdp.replaceAll(/(a=candidate:\S+ \d+ \S+ \d+ \S+) \d+/g, '$1 9') } });
    });
    await dial(me, '*601');
    const bar = me.phone.locator('.now__sound');
    await bar.filter({ hasText: 'Your network does not let the sound of calls through.' }).waitFor();
    await picture(me, 'blocked');
    blocked = false;
    await me.hears(mine);
    await bar.waitFor({ state: 'hidden' });
  });

  it('that is gone for a while brings the call back with it', limit, async () => {
    const me = await handset('Otto Offline', { network: { delay: 0 } });
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    // Both the page and the sound, as when a computer leaves a room.
    await me.person.context.setOffline(true);
    Object.assign(me.network ?? {}, { loss: 1 });
    await far.hearsElse(mine); // it is kept company meanwhile
    await me.phone.locator('.now__sound').filter({ hasText: 'The connection of the call is interrupted.' }).waitFor();
    await picture(me, 'offline');
    Object.assign(me.network ?? {}, { loss: 0 });
    await me.person.context.setOffline(false);
    await Promise.all([me.hears(theirs), far.hears(mine)]);
    assert.equal((await far.words()).filter((w) => w.startsWith('ended')).length, 0);
    await far.does('hangup');
    await me.quiet();
  });
});

it('sound that finds no way any more while the page does comes back by itself', limit, async () => {
  const me = await handset('Wanda Way', { network: { delay: 0 } });
  const far = await stage.party('web-phone', theirs);
  await me.talksTo(far);
  Object.assign(me.network ?? {}, { loss: 1 });
  const bar = me.phone.locator('.now__sound');
  await bar.filter({ hasText: 'The connection of the call is interrupted.' }).waitFor();
  await picture(me, 'way-lost');
  Object.assign(me.network ?? {}, { loss: 0 });
  await Promise.all([me.hears(theirs), far.hears(mine)]);
  await bar.waitFor({ state: 'hidden' });
  await far.does('hangup');
  await me.quiet();
});

describe('a server', () => {
  for (const { ends, how, says } of /** @type {const} */ ([
    { ends: 'is restarted', how: 'stop', says: 'server was restarted' },
    { ends: 'breaks down', how: 'kill', says: 'server was restarted or broke down' },
  ])) {
    it(`that ${ends} in a call says so, and calls can be placed again`, limit, async () => {
      const me = await handset('Sam Server');
      await me.call('*601');
      await me.hears(mine);
      const said = me.phone.getByText(says).first();
      const waiting = said.waitFor({ timeout: 120_000 });
      await stage.demo[how]();
      await stage.demo.start();
      await waiting;
      await picture(me, `server-${how}`);
      await me.ready();
      await me.call('*601');
      await me.hears(mine);
    });
  }
});

describe('a call that nobody is there for', () => {
  it('goes to the voicemail of a user who wants that, and says so in the history', limit, async () => {
    const me = await handset('Vera Voicemail');
    await me.tab.goTo('Settings');
    await me.phone.getByRole('link', { name: 'Calling' }).click();
    const left = me.phone.getByRole('group', { name: 'When no page comes back to a call' });
    await left.getByLabel('The call waits for').selectOption('15 seconds');
    await left.getByLabel(/^Then it goes to my voicemail/).check();
    await picture(me, 'settings-calling');
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    const watch = await stage.watch(me.user);
    await me.tab.page.goto('about:blank');
    await watch.party('VoiceMail');
    await far.hearsElse(mine);
    await far.does('hangup');
  });

  it('and that no page could show is missed for that reason', limit, async () => {
    const me = await handset('Nora Nobody');
    const far = await stage.party('web-phone', theirs);
    // The server hears of no tab that shows the call.
    await me.person.context.route('**/calls/ringing', (route) => route.abort());
    await far.does('call', me.user.phoneNumber);
    await me.rings();
    await me.phone.getByRole('alertdialog').waitFor({ state: 'detached' });
    await far.does('hangup');
    await me.tab.goTo('History');
    await me.phone.getByRole('link', { name: /Missed/ }).first().click();
    await me.phone.getByText('No open page with this phone showed it.').waitFor();
    await picture(me, 'unseen');
  });
});
