// The history of calls: who called whom, missed calls that are counted until
// somebody looks, recordings that are heard, by mouse and by keyboard.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { objections } from '../lib/axe.js';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person, Tab } from '../lib/person.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(async () => {
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  await demo.close();
});

/** A call in the list, by anything that it says. @param {Tab} tab @param {string | RegExp} text */
const call = (tab, text) => tab.phone.locator('.call-row').filter({ hasText: text });

/** @param {Tab} tab */
const history = (tab) => tab.phone.getByRole('navigation').getByRole('link', { name: /History/ });

it('calls are listed, narrowed, searched, heard and answered with a text', async () => {
  const ada = demo.facts.users[0];
  const { person, tab } = await Person.signedIn(demo, ada);
  try {
    const { phone } = tab;
    // Two missed calls of the last day wait to be looked at, in every tab.
    await phone.locator('[data-missed-badge]').getByText('2', { exact: true }).waitFor();
    const other = await (await person.tab()).signedIn();
    await other.phone.locator('[data-missed-badge]').getByText('2', { exact: true }).waitFor();
    await tab.page.bringToFront();
    await history(tab).click();
    await phone.getByRole('heading', { name: 'History', exact: true }).waitFor();
    const missed = call(tab, 'Missed').first();
    await missed.getByText('Sam Okafor').waitFor();
    assert.equal(await missed.locator('svg').count() > 0, true, 'a missed call shows by more than its colour');
    for (const at of [tab, other]) await at.phone.locator('[data-missed-badge]').waitFor({ state: 'hidden' });
    assert.deepEqual(await objections(await tab.frame()), []);

    await phone.getByRole('button', { name: 'Missed', exact: true }).click();
    await call(tab, 'HENDERSON').first().waitFor({ state: 'detached' });
    await call(tab, '+44 20 7183 8750').waitFor();
    await phone.getByRole('button', { name: 'All', exact: true }).click();
    await call(tab, 'HENDERSON').first().waitFor();

    const field = phone.getByRole('searchbox', { name: 'Search calls' });
    await field.fill('415 555 0177');
    await call(tab, 'HENDERSON').first().waitFor({ state: 'detached' });
    await call(tab, 'DANA WHITFIELD').or(call(tab, '(415) 555-0177')).first().waitFor();
    await field.fill('nobody at all');
    await phone.getByText('Nothing found').waitFor();
    await field.fill('');
    await call(tab, 'HENDERSON').first().waitFor();

    // From the list by keyboard to what was recorded.
    await phone.getByRole('button', { name: 'Recordings', exact: true }).click();
    await call(tab, 'Sam Okafor').first().waitFor({ state: 'detached' });
    await field.press('ArrowDown');
    await tab.page.keyboard.press('Enter');
    await phone.getByRole('button', { name: 'Play', exact: true }).waitFor();
    assert.deepEqual(await objections(await tab.frame()), []);
    await phone.getByRole('button', { name: 'Speed 1×' }).click();
    await phone.getByRole('button', { name: 'Speed 1.25×' }).waitFor();
    await phone.getByRole('button', { name: 'Play', exact: true }).click();
    await phone.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await phone.locator('[data-now]').filter({ hasNotText: /^0:00$/ }).waitFor();
    await phone.getByRole('slider', { name: 'Position' }).fill('30');
    await phone.locator('[data-now]').filter({ hasText: /^0:3\d$/ }).waitFor();
    await phone.getByRole('button', { name: 'Pause', exact: true }).click();
    await phone.getByRole('button', { name: 'Play', exact: true }).waitFor();
    assert.match(String(await phone.getByRole('slider', { name: 'Position' }).getAttribute('aria-valuetext')), /^0:3\d of 0:\d\d$/);

    // The way back leads to what was narrowed.
    await phone.getByRole('link', { name: 'Back' }).click();
    await phone.getByRole('button', { name: 'Recordings', exact: true, pressed: true }).waitFor();
    await phone.getByRole('button', { name: 'All', exact: true }).click();
    await call(tab, '+44 20 7183 8750').waitFor();

    // With what was looked for, and the focus on the call that was looked at.
    await field.fill('sam');
    await call(tab, 'HENDERSON').first().waitFor({ state: 'detached' });
    const opened = await call(tab, 'Sam Okafor').nth(1).getAttribute('id');
    await call(tab, 'Sam Okafor').nth(1).getByRole('link').press('Enter');
    await phone.getByRole('link', { name: 'Back' }).click();
    await phone.locator(`#${opened} a:focus`).waitFor();
    assert.equal(await field.inputValue(), 'sam');
    assert.equal(await call(tab, 'HENDERSON').count(), 0);
    await field.fill('');
    await call(tab, 'HENDERSON').first().waitFor();

    // A colleague's own page has the calls with them, and no others.
    await tab.goTo('Contacts');
    await phone.getByRole('link', { name: /Sam Okafor/ }).first().click();
    await phone.getByRole('tab', { name: 'Calls' }).click();
    await call(tab, 'Sam Okafor').first().waitFor();
    assert.equal(await call(tab, 'HENDERSON').count(), 0);
    assert.deepEqual(await objections(await tab.frame()), []);
    await history(tab).click();
    await call(tab, 'HENDERSON').first().waitFor();

    // A call that comes is there when somebody looks again, and is answered with a text from its page.
    await demo.command('call', 'add', '--from', '+14155550199', '--to', ada.phoneNumber, '--outcome', 'missed', '--name', 'NEW CALLER', '--ago', '10s');
    await tab.goTo('Settings');
    await history(tab).click();
    await call(tab, 'NEW CALLER').waitFor();
    await call(tab, 'NEW CALLER').getByRole('link').click();
    await phone.getByRole('button', { name: 'Text', exact: true }).click();
    await tab.composer().waitFor();
    await phone.locator('.chip[data-number="+14155550199"]', { hasText: 'NEW CALLER' }).waitFor();

    // The host page may lead there.
    await tab.post({ type: 'rc-adapter-navigate-to', path: '/history/recordings' });
    await phone.getByRole('button', { name: 'Recordings', exact: true, pressed: true }).waitFor();
    await call(tab, 'HENDERSON').first().waitFor();
    assert.deepEqual(person.console.filter((line) => /^(uncaught|error)/.test(line)), []);
  } finally {
    await person.close();
  }
});

it('a recording is heard where the browser refuses every cookie', async () => {
  const { person, tab } = await Person.signedIn(demo, demo.facts.users[0], { cookies: 'refused' });
  try {
    await history(tab).click();
    await call(tab, 'Recorded').first().getByRole('link').click();
    await tab.phone.getByRole('button', { name: 'Play', exact: true }).click();
    await tab.phone.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await tab.phone.locator('[data-now]').filter({ hasNotText: /^0:00$/ }).waitFor();
  } finally {
    await person.close();
  }
});

it('disableCallHistory: the tab is gone, and nobody gets there', async () => {
  const host = await Host.start(demo);
  const person = await Person.open(demo, { engine: true });
  try {
    host.put('/', `<script src="${demo.facts.widget.url}/adapter.js?clientId=${demo.facts.apps[0].clientId}&disableCallHistory=1"></script>`);
    await host.allow(demo.facts.apps[0].clientId, '--origin', demo.facts.host.url);
    const page = await person.context.newPage();
    await page.goto(`${host.origin}/`);
    const tab = await new Tab(page).started();
    await person.enter(tab, demo.facts.users[0]);
    await tab.phone.locator('[data-tab="/history"]:not([hidden])').waitFor({ state: 'attached' });
    await tab.goTo('Settings');
    assert.equal(await history(tab).isVisible(), false);
    await tab.post({ type: 'rc-adapter-navigate-to', path: '/history' });
    await tab.phone.getByRole('searchbox', { name: 'Search messages' }).waitFor();
    assert.equal(await tab.phone.getByRole('heading', { name: 'History', exact: true }).isVisible(), false);
  } finally {
    await person.close();
    host.close();
  }
});
