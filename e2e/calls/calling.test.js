// How people call, as they and the page around the phone choose it: from the
// browser or with their own phone ringing first, and the number callees see.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Host } from '../lib/host.js';
import { together } from '../lib/tone.js';
import { Handset } from './handset.js';
import { logged, Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
/** @type {Host} */ let host;
const [mine, theirs] = voices;

before(async () => {
  stage = await Stage.open();
  host = await Host.start(stage.demo);
  await host.allow(stage.demo.facts.apps[0].clientId, '--origin', stage.demo.facts.host.url);
});
afterEach(() => stage.clear());
after(async () => {
  host.close();
  await stage.close();
});

/** A person in a page of their own host's. @param {Record<string, string>} [parameters] */
function handset(parameters) {
  host.put('/', host.script({ clientId: stage.demo.facts.apps[0].clientId, ...parameters }));
  return stage.handset('Cara Caller', mine, { host, path: '/' });
}

/** The page's command, by its script. @param {Handset} me @param {object} settings */
const update = (me, settings) => me.tab.page.evaluate((s) => Reflect.get(window, 'RCAdapter').updateCallingSetting(s), settings);

/** Waits for a sentence in the console. @param {Handset} me @param {RegExp} what */
async function told(me, what) {
  while (!me.person.console.some((line) => what.test(line))) await me.person.context.waitForEvent('console');
}

const NOTICE = 'rc-calling-settings-notify';

describe('calling settings', () => {
  it('enableFromNumberSetting: the page learns and chooses the number that callees see', async () => {
    const me = await handset({ enableFromNumberSetting: '1' });
    const them = await stage.handset('Tom Teller', theirs);
    const { callWith, callingMode, fromNumber, fromNumbers } = await me.tab.hears(NOTICE);
    assert.deepEqual([callWith, callingMode, fromNumber], ['browser', 'webphone', '']);
    const numbers = fromNumbers.map((/** @type {any} */ n) => n.phoneNumber);
    assert.ok(numbers.includes(me.user.phoneNumber), numbers.join());
    const main = fromNumbers.find((/** @type {any} */ n) => n.usageType === 'MainCompanyNumber')?.phoneNumber ?? numbers.at(-1);
    const other = await me.another();
    await other.phone.getByRole('navigation').getByRole('link', { name: 'Phone' }).click();
    const from = other.phone.getByLabel('From', { exact: true });
    await from.waitFor();

    await update(me, { fromNumber: 'anonymous' });
    await me.tab.hears(NOTICE, '"fromNumber":"anonymous"');
    await other.tab.hears(NOTICE, '"fromNumber":"anonymous"');
    while ((await from.inputValue()) !== 'anonymous') await from.evaluate(() => new Promise(requestAnimationFrame));
    await me.tab.page.evaluate((number) => Reflect.get(window, 'RCAdapter').clickToCall(number, true), them.user.phoneNumber);
    const hidden = await them.rings();
    assert.doesNotMatch(await hidden.innerText(), new RegExp(me.user.name));
    await me.press('Cancel call');
    await hidden.waitFor({ state: 'detached' });

    await update(me, { fromNumber: main });
    await me.tab.hears(NOTICE, `"fromNumber":"${main}"`);
    await update(me, { fromNumber: '+19995550100' });
    await told(me, /fromNumber is not one of the numbers that this user may show/);
    await me.quiet();
    await me.phone.getByRole('navigation').getByRole('link', { name: 'Phone' }).click();
    assert.equal(await me.phone.getByLabel('From', { exact: true }).inputValue(), main);
  });

  it('are told without numbers to a page that has not asked for them, and what cannot be changes nothing', async () => {
    const me = await handset();
    const notice = await me.tab.hears(NOTICE);
    assert.deepEqual([notice.callWith, 'fromNumbers' in notice, 'fromNumber' in notice], ['browser', false, false]);
    await update(me, { callWith: 'softphone', fromNumber: 'anonymous' });
    await told(me, /hands no calls to the RingCentral Phone app/);
    await update(me, { callWith: 'jupiter' });
    await told(me, /hands no calls to the RingCentral app/);
    await update(me, { callWith: 'carrier pigeon' });
    await told(me, /no such callWith/);
    await me.tab.goTo('Settings');
    await me.phone.locator('.set').getByRole('link', { name: /^Calling/ }).click();
    await me.phone.locator('[data-pref=callerId] option[value=anonymous]:checked').waitFor({ state: 'attached' });
    assert.equal((await me.tab.heard()).filter(({ data }) => data?.type === NOTICE).length, 1, 'a page hears of changes that it may see');
  });

  it('showMyLocationNumbers: the page has the user\'s own phone ring first, and hears of such calls', async () => {
    const me = await handset({ showMyLocationNumbers: '1' });
    const [desk, bob] = [await stage.phone('web-phone', me.user, { tone: 1200 }), await stage.party('web-phone', theirs, 'Bob Inner')];
    assert.deepEqual((await me.tab.hears(NOTICE)).myLocationNumbers.map((/** @type {any} */ n) => n.value), [me.user.phoneNumber]);
    await update(me, { callWith: 'ringout', myLocation: '+19995550100' });
    await told(me, /myLocation is not one of the numbers/);
    const { callingMode, myLocation } = await me.tab.hears(NOTICE, '"callWith":"ringout"');
    assert.deepEqual([callingMode, myLocation], ['ringout', me.user.phoneNumber]);

    await me.dial(bob.user.phoneNumber);
    await me.phone.getByText('Ringing your phone…').waitFor();
    await desk.told('incoming');
    await desk.does('answer');
    await bob.told('incoming');
    await me.phone.locator('[data-ringout=there]').waitFor();
    await bob.does('answer');
    await me.phone.locator('[data-ringout=both]').getByText('On your phone').waitFor();
    await together(desk, bob);
    assert.deepEqual(await me.calls(), [], 'no call of this browser\'s');
    await bob.does('hangup');
    await me.phone.locator('[data-ringout=over]').waitFor();
    const heard = (await me.tab.heard()).map(({ data }) => data).filter((m) => m?.type === 'rc-ringout-call-notify');
    const states = heard.map(({ call }) => `${call.telephonyStatus} ${call.terminationType}`).filter((state, i, all) => state !== all[i - 1]);
    assert.deepEqual(states, ['Ringing intermediate', 'CallConnected intermediate', 'NoCall final']);
    assert.equal(heard[0].call.to, bob.user.phoneNumber);
  });

  it('defaultCallWith: the phone of who has chosen nothing rings first, and what they choose stays', async () => {
    const me = await handset({ defaultCallWith: 'ringout' });
    const [desk, bob] = [await stage.phone('web-phone', me.user, { tone: 1200 }), await stage.party('web-phone', theirs, 'Bob Inner')];
    await me.tab.hears(NOTICE, '"callWith":"ringout"');
    await me.dial(bob.user.phoneNumber);
    await desk.told('incoming');
    await me.phone.getByText('Ringing your phone…').waitFor();
    await me.phone.getByRole('button', { name: 'Cancel call' }).click();
    await desk.told('ended');

    const settings = async (/** @type {Handset} */ at, /** @type {string} */ way) => {
      await at.tab.goTo('Settings');
      await at.phone.locator('.set').getByRole('link', { name: /^Calling/ }).click();
      await at.phone.locator(`[data-pref=callWith][value=${way}]:checked`).waitFor();
    };
    await settings(me, 'ringout');
    await me.phone.getByRole('radio', { name: 'From this browser' }).check();
    await me.phone.getByText('Saved.').waitFor({ state: 'attached' });
    const other = await me.another(); // whose page wants ringout as well
    assert.equal((await other.tab.hears(NOTICE)).callWith, 'browser');
    await settings(other, 'browser');
    await me.talksTo(bob);
    await me.press('Hang up');
  });

  it('defaultCallWith with a way that there is not leaves the browser, and says so', async () => {
    const me = await handset({ defaultCallWith: 'jupiter' });
    await told(me, /hands no calls to the app that the parameter defaultCallWith names/);
    assert.equal((await me.tab.hears(NOTICE)).callWith, 'browser');
  });

  it('disableCall: nothing of calls is in the phone, and nothing rings', async () => {
    const me = await handset();
    const bob = await stage.party('web-phone', theirs, 'Bob Inner');
    host.put('/quiet', host.script({ clientId: stage.demo.facts.apps[0].clientId, disableCall: '1' }));
    const open = async () => (await host.open(me.person, '/quiet')).started();
    let quiet = await (await open()).signedIn();
    assert.equal((await quiet.hears('rc-login-status-notify', '"loggedIn":true')).features.call, false);
    const none = async () => {
      const parts = quiet.phone.locator('[data-tab="/dialer"], [data-call-to], [data-go="/settings/calling"], [data-go="/settings/audio"], [data-go="/settings/ringtone"], #calls-now > *');
      assert.deepEqual(await parts.evaluateAll((all) => all.filter((e) => e.checkVisibility()).map((e) => e.outerHTML)), []);
    };
    await quiet.goTo('Settings');
    await quiet.phone.locator('[data-go="/settings/theme"]').waitFor();
    await none();
    for (const path of ['/dialer', '/calls/active']) {
      await quiet.post({ type: 'rc-adapter-navigate-to', path });
      await quiet.phone.locator('[data-panel=messages]').waitFor();
      await quiet.goTo('Settings');
    }
    await quiet.post({ type: 'rc-adapter-navigate-to', path: '/settings/audio' });
    await quiet.hears('rc-route-changed-notify', '"/settings"');
    await quiet.post({ type: 'rc-adapter-new-call', phoneNumber: bob.user.phoneNumber, toCall: true });
    await quiet.phone.locator('[data-panel=number]').waitFor();
    await none();

    await bob.does('call', me.user.phoneNumber);
    await me.answer();
    await together(me, bob);
    await quiet.hears('rc-adapter-syncPresence', '"CallConnected"');
    await none();
    const words = async () => (await quiet.heard()).map(({ data }) => data?.type).filter((type) => /^rc-(call-(init|ring|start|end)|active-call|telephony-session|webphone|dialer|calling)/.test(type));
    assert.deepEqual(await words(), []);
    // Loaded in the middle of a call, it leaves the call to the other tab.
    await quiet.page.close();
    quiet = await (await open()).signedIn();
    await quiet.hears('rc-login-status-notify', '"loggedIn":true');
    await none();
    await together(me, bob);
    await me.press('Hang up');
    await quiet.hears('rc-adapter-syncPresence', '"NoCall"');
    assert.deepEqual(await words(), []);
  });

  it('have the user asked to press 1 on their own phone before the other side is called', async () => {
    const me = await handset();
    const [desk, bob] = [await stage.phone('web-phone', me.user, { tone: 1200 }), await stage.party('web-phone', theirs, 'Bob Inner')];
    await me.tab.goTo('Settings');
    await me.phone.locator('.set').getByRole('link', { name: /^Calling/ }).click();
    const ask = me.phone.getByRole('switch', { name: 'Ask me to press 1 first' });
    assert.equal(await ask.count(), 0, 'nothing is asked in calls from the browser');
    await me.phone.getByRole('radio', { name: 'My own phone rings first' }).check();
    await ask.waitFor();
    assert.equal(await ask.isChecked(), false);
    await ask.check();
    await me.tab.hears(NOTICE, '"ringoutPrompt":true');
    const asked = async (/** @type {number} */ time) => {
      await me.dial(bob.user.phoneNumber);
      await desk.told('incoming', time);
      await desk.does('answer');
      await desk.hearsElse(desk.tone);
      await me.phone.locator('[data-ringout=here]').getByText('Answer your phone, then press 1').waitFor();
    };

    await asked(1);
    await desk.does('digits', '2');
    await me.phone.locator('[data-ringout=over]').getByText('Nobody pressed 1 on your phone, so nobody was called.').waitFor();
    await desk.told('ended');

    await asked(2);
    await desk.does('digits', '1');
    await bob.told('incoming');
    await me.phone.locator('[data-ringout=there]').waitFor();
    await bob.does('answer');
    await me.phone.locator('[data-ringout=both]').waitFor();
    await together(desk, bob);
    await desk.does('hangup');
    await bob.told('ended');
    await logged(bob.watch, 1); // and no call of before

    await update(me, { ringoutPrompt: false });
    await me.tab.hears(NOTICE, '"ringoutPrompt":false');
    await me.tab.goTo('Settings');
    await me.phone.locator('.set').getByRole('link', { name: /^Calling/ }).click();
    await ask.waitFor();
    assert.equal(await ask.isChecked(), false);
  });

  it('let a call that rings the user\'s own phone first be taken back, in any tab, and the browser be called from again', async () => {
    const me = await handset();
    const [desk, bob] = [await stage.phone('web-phone', me.user, { tone: 1200 }), await stage.party('web-phone', theirs, 'Bob Inner')];
    const other = await me.another();
    await me.tab.goTo('Settings');
    await me.phone.locator('.set').getByRole('link', { name: /^Calling/ }).click();
    await me.phone.getByRole('radio', { name: 'My own phone rings first' }).check();
    const number = me.phone.getByLabel('Number of your phone');
    await number.fill('911');
    await me.phone.locator('form:has(#my-location)').getByRole('button', { name: 'Save' }).click();
    await me.phone.getByText('This is no phone of yours.').waitFor();

    await me.dial(bob.user.phoneNumber);
    await desk.told('incoming');
    await other.phone.getByText('Ringing your phone…').waitFor();
    assert.deepEqual(await me.calls(), [], 'this browser does not ring');
    await other.phone.getByRole('button', { name: 'Cancel call' }).click();
    await desk.told('ended');
    await Promise.all([me, other].map(({ phone }) => phone.locator('[data-ringout=over]').waitFor()));
    assert.equal(await other.phone.getByRole('button', { name: 'Cancel call' }).count(), 0);

    await me.tab.goTo('Settings');
    await me.phone.locator('.set').getByRole('link', { name: /^Calling/ }).click();
    await me.phone.getByRole('radio', { name: 'From this browser' }).check();
    await me.phone.getByLabel('Number of your phone').waitFor({ state: 'detached' });
    await me.talksTo(bob);
    await me.press('Hang up');
  });
});
