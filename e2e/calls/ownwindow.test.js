// The phone in a window of its own, which is this server's page: another
// cookie jar than the frame in the page that opened it, and the same person.

import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { objections } from '../lib/axe.js';
import { Host } from '../lib/host.js';
import { Person, Tab } from '../lib/person.js';
import { Handset } from './handset.js';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
/** @type {Host} */ let host;
before(async () => {
  stage = await Stage.open();
  host = await Host.start(stage.demo);
  const { clientId } = stage.demo.facts.apps[0];
  await host.allow(clientId);
  host.put('/', host.script({ clientId, enablePopup: '1' }));
});
afterEach(() => stage.clear());
after(async () => {
  host.close();
  await stage.close();
});

const [mine, theirs] = voices;

/** A person in a browser that speaks, signed in at the page. */
async function somebody() {
  const me = await stage.handset('Una User', mine, { host, path: '/', engine: false });
  return { person: me.person, user: me.user, me };
}

/** Presses the button of the phone's header. @param {Handset} me */
async function press(me) {
  const opened = me.person.context.waitForEvent('page');
  await me.tab.page.getByRole('button', { name: 'Open in a window of its own' }).click();
  const page = await opened;
  assert.ok((await page.waitForURL(`${stage.demo.facts.widget.url}/popup.html?*`), page.url()));
  return new Tab(page);
}

/** Opens the window, and waits until whoever was signed in is signed in there. @param {Handset} me */
const own = async (me) => new Handset(me.person, await (await press(me)).signedIn(), mine).ready();

const show = (/** @type {Handset} */ me) => me.tab.page.evaluate(() => window.RCAdapter.setMinimized(false));
const strip = (/** @type {Handset} */ me) => me.phone.getByRole('region', { name: 'The phone is open in its own window' });

it('is signed in without asking, takes the call along, and gives it back when it is closed', { timeout: 300_000 }, async () => {
  const { me } = await somebody();
  await me.call('*601');
  await me.hears(mine);
  const there = await own(me);
  await there.phone.locator('body[data-audio=live]').waitFor();
  await there.hears(mine);
  await me.phone.locator('body[data-audio=elsewhere]').waitFor({ state: 'attached' });
  assert.equal((await there.calls()).length, 1);

  const addresses = me.person.urls.filter((url) => /handle|secret=/.test(url));
  assert.deepEqual(addresses, [], 'nothing of the hand-over is in an address');
  const heard = JSON.stringify(await me.tab.heard());
  assert.doesNotMatch(heard, /offhook-window-(asks|answer|here)/, 'the page around the phone hears nothing of it');

  await there.tab.page.close();
  await me.phone.locator('body[data-audio=live]').waitFor({ state: 'attached' });
  await show(me);
  await me.hears(mine);
});

it('begins at the page that the phone in the page shows', { timeout: 300_000 }, async () => {
  const { me } = await somebody();
  await me.call('*601');
  await me.is('connected');
  const there = await own(me);
  await there.is('connected');

  const person = stage.keep(await Person.open(stage.demo, { cookies: 'refused' }));
  const tab = await (await host.open(person, '/')).started();
  await person.enter(tab, await stage.demo.user('Una User'));
  await tab.goTo('Contacts');
  const other = await own(new Handset(person, tab, mine));
  await other.phone.getByRole('heading', { name: 'Contacts', exact: true }).first().waitFor();
});

it('is said to be open by a strip in every tab, which shows it and brings it back', { timeout: 300_000 }, async () => {
  const { me } = await somebody();
  const there = await own(me);
  await show(me);
  await strip(me).waitFor();
  assert.deepEqual(await objections(await me.tab.frame()), []);
  const second = await me.another();
  await show(second);
  await strip(second).waitFor();

  await there.tab.page.evaluate(() => addEventListener('focus', () => (document.title = 'in front')));
  await me.tab.page.bringToFront();
  await strip(me).getByRole('button', { name: 'Show it' }).click();
  await there.tab.page.waitForFunction(() => document.hasFocus());
  await me.tab.hears('offhook-window-notify', '"act":"show"'); // the page is told which of its windows to show

  // A page that is loaded anew learns of it again.
  await me.tab.page.reload();
  await me.tab.signedIn();
  await show(me);
  await strip(me).waitFor();

  const closed = there.tab.page.waitForEvent('close');
  await strip(second).getByRole('button', { name: 'Bring it back' }).click();
  await closed;
  await strip(me).waitFor({ state: 'detached' });
  await strip(second).waitFor({ state: 'detached' });
});

it('loses its strip when it is closed by itself, and is there again at once', { timeout: 300_000 }, async () => {
  const { me } = await somebody();
  const there = await own(me);
  await show(me);
  await strip(me).waitFor();
  await there.tab.page.close();
  await strip(me).waitFor({ state: 'detached' });
  await own(me);
});

it('is signed out with the page, and signs the page out', { timeout: 300_000 }, async () => {
  const { me, user } = await somebody();
  const there = await own(me);
  await show(me);
  await me.tab.signOut();
  await there.tab.signedOut();
  await me.person.enter(me.tab, user); // and in again, which brings the window along
  await there.tab.signedIn();
  await there.tab.signOut();
  await me.tab.signedOut();
});

it('waits for whoever signs in at the page', { timeout: 300_000 }, async () => {
  const person = stage.keep(await Person.open(stage.demo));
  const tab = await (await host.open(person, '/')).started();
  const me = new Handset(person, tab, mine);
  const there = await (await press(me)).signedOut();
  await show(me);
  await person.enter(tab, await stage.demo.user('Una User'));
  await there.signedIn();
});

it('rings for a call, and is where it is answered', { timeout: 300_000 }, async () => {
  const { me, user } = await somebody();
  const there = await own(me);
  const far = await stage.party('web-phone', theirs);
  await far.does('call', user.phoneNumber);
  await me.rings();
  await there.answer();
  await there.is('connected');
  await there.phone.locator('body[data-audio=live]').waitFor();
  await there.hears(theirs);
  await me.phone.locator('body[data-audio=elsewhere]').waitFor({ state: 'attached' });
});

for (const cookies of /** @type {const} */ (['allowed', 'refused'])) {
  it(`is signed in where cookies are ${cookies}, and out with the page`, { timeout: 300_000 }, async () => {
    const person = stage.keep(await Person.open(stage.demo, { cookies }));
    const tab = await (await host.open(person, '/')).started();
    await person.enter(tab, await stage.demo.user('Una User'));
    const me = new Handset(person, tab, mine);
    const there = await own(me);
    await show(me);
    await me.tab.signOut();
    await there.tab.signedOut();
  });
}

it('signs in by itself where the page lets its windows know nothing of it', { timeout: 300_000 }, async () => {
  const { clientId } = stage.demo.facts.apps[0];
  host.put('/severed', host.script({ clientId, enablePopup: '1' }), { 'Cross-Origin-Opener-Policy': 'same-origin' });
  const user = await stage.demo.user('Una User');
  const person = stage.keep(await Person.open(stage.demo));
  const tab = await (await host.open(person, '/severed')).started();
  await person.enter(tab, user);
  const there = await (await press(new Handset(person, tab, mine))).signedOut();
  await person.enter(there, user);
  await there.signedIn();
});
