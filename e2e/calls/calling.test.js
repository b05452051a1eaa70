// How people call, as they and the page around the phone choose it: the number
// that callees see.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Host } from '../lib/host.js';
import { Person, Tab } from '../lib/person.js';
import { installSound, microphone } from '../lib/tone.js';
import { Handset } from './handset.js';
import { Stage, voices } from './stage.js';

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

/** A person in a page of their own host's. @param {string} [parameters] */
async function handset(parameters = '') {
  const user = await stage.demo.user('Cara Caller');
  host.put('/', `<script src="${stage.demo.facts.widget.url}/adapter.js?clientId=${stage.demo.facts.apps[0].clientId}${parameters}"></script>`);
  const person = stage.keep(await Person.open(stage.demo, { microphone: microphone(mine) }));
  await person.context.addInitScript(installSound, { tone: mine, device: true });
  const open = async () => {
    const page = await person.context.newPage();
    await page.goto(`${host.origin}/`);
    return new Tab(page).started();
  };
  const tab = await open();
  await person.enter(tab, user);
  const me = await new Handset(person, tab, mine).ready();
  const another = async () => new Handset(person, await (await open()).signedIn(), mine).ready();
  return Object.assign(me, { user, another });
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
    const me = await handset('&enableFromNumberSetting=1');
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
});
