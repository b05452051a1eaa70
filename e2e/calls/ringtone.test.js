// What calls sound like: the ringtones of the phone, which people listen to and
// choose among, and one that the page around the phone brings.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Files } from '../lib/files.js';
import { Host } from '../lib/host.js';
import { sine, wav } from '../lib/wave.js';
import { Handset } from './handset.js';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
/** @type {Host} */ let host;
/** @type {Files} */ let files;

const [mine, theirs] = voices;
const jingle = wav(sine(1200, 1, 16_000), 16_000);
const inline = `data:audio/wav;base64,${jingle.toString('base64')}`;

before(async () => {
  stage = await Stage.open();
  host = await Host.start(stage.demo);
  files = await Files.start({ '/jingle.wav': jingle });
  await host.allow(stage.demo.facts.apps[0].clientId, '--origin', stage.demo.facts.host.url, '--asset-origin', files.origin);
});
afterEach(() => stage.clear());
after(async () => {
  files.close();
  host.close();
  await stage.close();
});

/** Writes down in the frame what sounds there. */
function listening() {
  /** @type {string[]} */ const all = [];
  Reflect.set(window, '__sounded', all);
  document.addEventListener('oh:sounded', (e) => {
    const { name, percent } = /** @type {CustomEvent} */ (e).detail;
    all.push(`${name} ${percent}`);
    document.dispatchEvent(new Event('test:sounded'));
  });
}

/** A person in a page of their own host's. @param {Record<string, string>} [parameters] */
function handset(parameters) {
  host.put('/', host.script({ clientId: stage.demo.facts.apps[0].clientId, ...parameters }));
  return stage.handset('Rita Ringer', mine, { host, path: '/', before: listening });
}

/** Waits until this sounds in somebody's phone. @param {Handset} me @param {string} what */
async function sounds(me, what) {
  await (await me.tab.frame()).evaluate((wanted) => new Promise((resolve) => {
    const look = () => /** @type {string[]} */ (Reflect.get(window, '__sounded')).includes(wanted) && resolve(undefined);
    document.addEventListener('test:sounded', look);
    look();
  }), what);
}

/** What has sounded since this was asked last. @param {Handset} me @returns {Promise<string[]>} */
const heard = async (me) => (await me.tab.frame()).evaluate(() => Reflect.get(window, '__sounded').splice(0));

/** Opens the page of the ringtone as a person does. @param {Handset} me */
async function settings(me) {
  await me.tab.goTo('Settings');
  await me.phone.locator('.set').getByRole('link', { name: /^Ringtone/ }).click();
  const page = me.phone.locator('[data-panel=settings-ringtone]');
  await page.waitFor();
  return page;
}

/** Is called until one of the tabs has been heard, and nobody answers. @param {Handset} them @param {string} number @param {string} what @param {...Handset} tabs */
async function ringsWith(them, number, what, ...tabs) {
  await them.call(number);
  await Promise.all(tabs.map((tab) => tab.rings()));
  await Promise.any(tabs.map((tab) => sounds(tab, what)));
  await them.press('Cancel call');
  await Promise.all(tabs.map((tab) => tab.quiet()));
}

/** The page's command, by its script. @param {Handset} me @param {object} ringtone */
const update = (me, ringtone) => me.tab.page.evaluate((r) => Reflect.get(window, 'RCAdapter').updateRingtone(r), ringtone);

describe('a ringtone', () => {
  it('is listened to, chosen and kept, and every tab rings with it from then on', async () => {
    const me = await handset();
    const them = await stage.handset('Tom Teller', theirs);
    const other = await me.another();
    const page = await settings(me);
    assert.ok(await page.getByRole('radio', { name: 'Rising' }).isChecked());
    assert.equal(await page.locator('[data-ringtone-page]').isVisible(), false);
    assert.deepEqual(await heard(me), [], 'nothing sounds by itself');
    await page.getByRole('button', { name: 'Play it' }).click();
    await sounds(me, 'ring 60');
    await page.getByRole('radio', { name: 'Bells' }).check();
    await sounds(me, 'ring-bells 60');
    await me.phone.getByText('Saved.').waitFor({ state: 'attached' });
    await page.getByRole('slider', { name: 'Volume' }).fill('35');
    await sounds(me, 'ring-bells 35');
    await me.tab.goTo('Settings');
    await me.phone.getByRole('link', { name: /^Ringtone Bells/ }).waitFor();

    const there = await settings(other);
    await there.locator('[name=ringtone][value=bells]:checked').waitFor();
    assert.equal(await there.getByRole('slider', { name: 'Volume' }).inputValue(), '35');
    for (const tab of [me, other]) await heard(tab);
    await ringsWith(them, me.user.phoneNumber, 'ring-bells 35', me, other);

    await there.getByRole('radio', { name: 'No sound' }).check();
    await me.phone.getByRole('link', { name: /^Ringtone No sound/ }).waitFor();
    for (const tab of [me, other]) await heard(tab);
    await them.call(me.user.phoneNumber);
    await Promise.all([me.rings(), other.rings(), them.is('ringing')]);
    await them.press('Cancel call');
    await Promise.all([me.quiet(), other.quiet()]);
    assert.deepEqual([...(await heard(other)), ...(await heard(me))], []);
  });

  it('may be the page\'s own, which stands under its name and is heard until the user chooses', async () => {
    const me = await handset();
    const them = await stage.handset('Tom Teller', theirs);
    await update(me, { name: 'Acme <b>jingle</b>', uri: inline, volume: 0.45 });
    const page = await settings(me);
    const own = page.getByRole('radio', { name: 'Acme <b>jingle</b>' });
    await own.waitFor();
    assert.ok(await own.isChecked());
    await page.getByRole('button', { name: 'Play it' }).click();
    await sounds(me, 'ring-page 45');
    await heard(me);
    await ringsWith(them, me.user.phoneNumber, 'ring-page 45', me);
    await settings(me);
    await page.getByRole('radio', { name: 'Harp' }).check();
    await sounds(me, 'ring-harp 45');
    await update(me, { name: 'Another', uri: inline });
    await page.getByRole('radio', { name: 'Another' }).waitFor();
    assert.ok(await page.getByRole('radio', { name: 'Harp' }).isChecked(), 'what the user has chosen stays');
    await page.getByRole('radio', { name: 'Another' }).check();
    await sounds(me, 'ring-page 45');
    await update(me, { uri: '' });
    await page.locator('[data-ringtone-page]').waitFor({ state: 'hidden' });
    await page.getByRole('radio', { name: 'Rising', checked: true }).waitFor();
  });

  it('enableRingtoneSettings: a ringtone of the page\'s may come from its servers', async () => {
    const without = await handset();
    await update(without, { name: 'Acme', uri: `${files.origin}/jingle.wav` });
    while (!without.person.console.some((line) => /the sound cannot be loaded/.test(line))) await without.person.context.waitForEvent('console');
    const me = await handset({ enableRingtoneSettings: '1' });
    await update(me, { name: 'Acme', uri: `${files.origin}/jingle.wav` });
    const page = await settings(me);
    await page.getByRole('radio', { name: 'Acme' }).waitFor();
    await page.getByRole('button', { name: 'Play it' }).click();
    await sounds(me, 'ring-page 60');
  });

  it('is no sound of somebody else\'s choosing: what is none, too large or elsewhere changes nothing, and the console says why', async () => {
    const me = await handset({ enableRingtoneSettings: '1' });
    const page = await settings(me);
    /** @param {object} ringtone @param {RegExp} why */
    const refused = async (ringtone, why) => {
      await update(me, ringtone);
      while (!me.person.console.some((line) => why.test(line))) await me.person.context.waitForEvent('console');
    };
    await refused({ name: 'Script', uri: 'javascript:alert(1)' }, /uri must be a data address of sound/);
    await refused({ name: 'Page', uri: 'data:audio/wav;base64,AAAA' }, /not a sound of at most 30 seconds/);
    await refused({ name: 'Long', uri: `data:audio/wav;base64,${wav(sine(400, 40, 4000), 4000).toString('base64')}` }, /not a sound of at most 30 seconds/);
    await refused({ name: 'Large', uri: `data:audio/wav;base64,${wav(sine(400, 20, 16_000), 16_000).toString('base64')}` }, /the sound cannot be loaded \(too-large\)/);
    await refused({ name: 'Elsewhere', uri: `${stage.demo.facts.host.url}/jingle.wav` }, /violates the following Content Security Policy|Refused to connect/);
    await refused({ name: 'Loud', volume: 11 }, /volume goes from 0 to 1/);
    assert.equal(await page.locator('[data-ringtone-page]').isVisible(), false);
    assert.equal(await page.getByRole('slider', { name: 'Volume' }).inputValue(), '60');
  });
});
