// What people stumble over with the phone in the hand: where a parked call is,
// a number that they type or that does not exist, a call that they sent away,
// and the phone in a window of its own.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { objections } from '../lib/axe.js';
import { Host } from '../lib/host.js';
import { Tab } from '../lib/person.js';
import { together } from '../lib/tone.js';
import { Handset } from './handset.js';
import { logged, Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
/** @type {Host} */ let host;
before(async () => {
  stage = await Stage.open();
  host = await Host.start(stage.demo);
});
afterEach(() => stage.clear());
after(async () => {
  host.close();
  await stage.close();
});

const [mine, theirs] = voices;

const handset = () => stage.handset('Una User', mine);

describe('a parked call', () => {
  it('stays in sight in every tab, also of a page that is loaded anew, until a press picks it up', { timeout: 300_000 }, async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await me.press('Transfer');
    await me.press('Park');
    await me.is('ended');
    const parked = me.phone.getByRole('region', { name: 'Parked calls' }).getByRole('listitem');
    await parked.filter({ hasText: /Parked at \*8\d\d · 0:\d\d/ }).filter({ hasText: far.user.name }).waitFor();
    await me.live.getByRole('button', { name: 'Pick up' }).waitFor();

    const second = await me.another('/plain');
    const there = second.phone.getByRole('region', { name: 'Parked calls' }).getByRole('listitem');
    await there.getByRole('button', { name: 'Pick up' }).waitFor();
    assert.deepEqual(await objections(await second.tab.frame()), []);
    await me.live.waitFor({ state: 'detached' }); // the call that has ended is told no more
    await parked.getByRole('button', { name: 'Pick up' }).click();
    await me.is('connected');
    await together(me, far);
    assert.match(await me.live.getByRole('heading').innerText(), new RegExp(far.user.name), 'who is picked up is a person, not a place');
    await parked.waitFor({ state: 'detached' });
    await there.waitFor({ state: 'detached' });
    await me.press('Hang up');
    await far.told('ended');
  });
});

describe('a number', () => {
  it('is grouped as it is typed and pasted, and the cursor stays where it is', async () => {
    const me = await handset();
    const field = await me.keys();
    await field.pressSequentially('4155550199');
    assert.equal(await field.inputValue(), '(415) 555-0199');
    const cursor = () => field.evaluate((/** @type {HTMLInputElement} */ at) => at.selectionStart);
    await field.press('Home');
    for (let i = 0; i < 4; i++) await field.press('ArrowRight'); // after the area code
    await field.press('Backspace');
    assert.equal(await field.inputValue(), '(415) 550-199');
    assert.equal(await cursor(), 3);
    await field.fill('');
    await me.tab.page.keyboard.insertText('+16505550104'); // as by pasting
    assert.equal(await field.inputValue(), '+1 (650) 555-0104');
  });

  it('that does not exist can be corrected', async () => {
    const me = await handset();
    await me.call('198');
    await me.is('ended');
    await me.sees('[data-panel=active-call] :text("This number does not exist.")');
    await me.press('Correct the number');
    const field = me.phone.getByLabel('Name or number');
    await field.waitFor();
    assert.equal(await field.inputValue(), '198');
  });

  it('that nothing connects with this phone is not said to be wrong', async () => {
    const me = await handset();
    await me.call('+16505550999');
    await me.is('ended');
    await me.sees('[data-panel=active-call] :text("This phone cannot call outside numbers yet.")');
  });
});

describe('the page of a call', () => {
  it('says what has become of the call while the page was on its way', async () => {
    const [me, far] = [await handset(), await stage.party('web-phone', theirs)];
    await me.person.context.route(/\/panel\/calls\/(?!now)/, async (route) => {
      const rings = await route.fetch();
      await far.told('incoming');
      await far.does('decline');
      while ((await me.snapshot()).calls[0]?.state !== 'ended') await me.phone.locator('body').evaluate(() => new Promise(requestAnimationFrame));
      await route.fulfill({ response: rings });
    }, { times: 1 });
    await me.dial(far.user.phoneNumber);
    await me.is('ended');
  });
});

describe('a call that was sent to voicemail', () => {
  it('is in the history, and no news', async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    const watch = await stage.watch(me.user);
    await far.does('call', me.user.phoneNumber);
    await (await me.rings()).getByRole('button', { name: 'To voicemail' }).click();
    await watch.party('VoiceMail');
    await far.does('hangup');
    await logged(watch);
    await me.tab.goTo('History');
    await me.phone.locator('.call-row').filter({ hasText: far.user.name }).waitFor();
    assert.equal(await me.phone.locator('[data-missed-badge]').isVisible(), false);
  });
});

describe('the phone in a window of its own', () => {
  it('takes the call along, and gives it back when it is closed', { timeout: 300_000 }, async () => {
    const { clientId } = stage.demo.facts.apps[0];
    await host.allow(clientId);
    host.put('/', host.script({ clientId, enablePopup: '1', popupPageUri: '/own.html' }));
    host.put('/own.html', `<script>window.__ON_RC_POPUP_WINDOW = 1;</script><script src="${stage.demo.facts.widget.url}/adapter.js"></script>`);
    const me = await stage.handset('Una User', mine, { host, path: '/', engine: false });
    const { person, tab } = me;
    await me.call('*601');
    await me.hears(mine);

    const opened = person.context.waitForEvent('page');
    await tab.page.getByRole('button', { name: 'Open in a window of its own' }).click();
    const own = await new Tab(await opened).signedIn();
    const ownHandset = new Handset(person, own, mine);
    await own.phone.locator('body[data-audio=live]').waitFor();
    await ownHandset.hears(mine);
    await tab.phone.locator('body[data-audio=elsewhere]').waitFor({ state: 'attached' });

    await own.page.close();
    await tab.phone.locator('body[data-audio=live]').waitFor({ state: 'attached' });
    await tab.page.evaluate(() => window.RCAdapter.setMinimized(false)); // it made room for the window
    await me.hears(mine);
  });
});
