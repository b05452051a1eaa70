// What a person sets in their phone: seen in every tab at once, kept over a
// reload and in another browser; what arrives while nobody looks; what stands
// in the way; and the whole of it by keys alone.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, it } from 'node:test';
import { Api } from '../lib/api.js';
import { colours, objections } from '../lib/axe.js';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';

/** @typedef {import('../lib/person.js').Tab} Tab */
/** @typedef {import('../lib/demo.js').User} User */

const pages = ['text', 'notifications', 'audio', 'theme', 'region', 'keyboard', 'why', 'about'];

/** @type {Demo} */ let demo;
/** @type {Person} */ let person;
/** @type {User} */ let ada;
/** @type {User} */ let ben;
/** @type {Tab} */ let one;
/** @type {Tab} */ let two;

/**
 * Stands in for the browser's notifications, which need a permission that
 * nobody can click here, and lets a test say that a tab is not in front. What
 * happens is written where a locator sees it.
 */
function observed() {
  const shown = new Set();
  const draw = () => (document.documentElement.dataset.shown = JSON.stringify([...shown].map((n) => [n.title, n.body])));
  class Shown {
    static permission = 'granted';
    static requestPermission = async () => 'granted';
    /** @type {(() => void) | undefined} */ onclick;
    /** @param {string} title @param {{body: string}} how */
    constructor(title, { body }) {
      Object.assign(this, { title, body });
      shown.add(this);
      Reflect.set(window, 'newest', this);
      draw();
    }
    close() {
      shown.delete(this);
      draw();
    }
  }
  Object.defineProperty(window, 'Notification', { value: Shown, configurable: true });
  Object.defineProperty(document, 'hidden', { get: () => Boolean(document.documentElement.dataset.away), configurable: true });
  let sounds = 0;
  document.addEventListener('oh:sounded', (e) => {
    document.documentElement.dataset.sounds = String(++sounds);
    document.documentElement.dataset.sound = /** @type {CustomEvent} */ (e).detail.name;
  });
}

before(async () => {
  demo = await Demo.start();
  [ada, ben] = [await demo.user('Ada Amber'), await demo.user('Ben Birch')];
  person = await Person.open(demo, { engine: true });
  await person.context.addInitScript(observed);
  one = await person.tab('/plain');
  await person.enter(one, ada);
  two = await (await person.tab('/plain')).signedIn();
});
after(async () => {
  await person?.close();
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  await demo.close();
});

/** Opens a page of the settings as a person does. @param {Tab} tab @param {string | RegExp} name */
async function open(tab, name) {
  await tab.goTo('Settings');
  await tab.phone.locator('.set').getByRole('link', { name }).click();
  await tab.phone.locator('#panel [data-settings][data-panel^=settings-]').waitFor();
}

/** What the settings' list says of a page. @param {Tab} tab @param {string} name @param {string | RegExp} line */
const says = (tab, name, line) => tab.phone.locator('.set').getByRole('link', { name }).filter({ hasText: line }).waitFor();

/** The document of a phone. @param {Tab} tab @param {string} attributes */
const root = (tab, attributes) => tab.phone.locator(`html${attributes}`);

it('has a theme that every tab, the page around it and the first paint of the next load know', async () => {
  await open(one, 'Theme');
  await one.phone.getByRole('radio', { name: 'Dark', exact: true }).check();
  await root(one, '[data-theme=dark]').waitFor();
  await root(two, '[data-theme=dark]').waitFor();
  await one.hears('rc-adapter-theme-notify', '"dark"');
  await one.goTo('Settings');
  await says(one, 'Theme', 'Dark');

  const document = two.page.waitForResponse((r) => r.url().includes('/app.html') && r.ok());
  await two.page.reload();
  assert.match(await (await document).text(), /<html lang="en-US" dir="ltr" data-theme="dark">/, 'the server writes it, so nothing flashes');
  await two.signedIn();
  assert.equal(await two.phone.locator('body').evaluate((b) => getComputedStyle(b).backgroundColor), 'rgb(23, 22, 19)');

  await open(two, 'Theme');
  await two.phone.getByRole('radio', { name: 'As the system' }).check();
  await root(one, ':not([data-theme])').waitFor();
  await one.hears('rc-adapter-theme-notify', '"light"');
  await says(one, 'Theme', 'As the system');
  const ink = () => one.phone.locator('body').evaluate((b) => getComputedStyle(b).color);
  assert.equal(await ink(), 'rgb(29, 28, 25)');
  await one.page.emulateMedia({ contrast: 'more' });
  assert.equal(await ink(), 'rgb(0, 0, 0)', 'a system that asks for contrast has it in every theme');
  await one.page.emulateMedia({ contrast: 'no-preference' });
});

it('has texts go out as the user writes them, with Enter as they like it', async () => {
  await open(one, 'Texts');
  await one.phone.getByText('Enter begins a new line').click();
  await root(two, ':has(body[data-enter=newline])').waitFor();
  await one.goTo('Settings');
  await says(one, 'Texts', 'Enter begins a new line');
  await two.goTo('Messages');
  await two.compose(ben.phoneNumber, ben.name);
  await two.composer().fill('First line');
  await two.composer().press('Enter');
  await two.composer().pressSequentially('second line');
  assert.equal(await two.composer().inputValue(), 'First line\nsecond line');
  await two.composer().press('Control+Enter');
  await two.phone.locator('.bubble, [data-panel=conversation]').getByText('second line').first().waitFor();
});

it('reads short numbers with the area code of the region, and tells the page', async () => {
  await open(one, 'Region');
  await one.phone.getByLabel('Area code').fill('015');
  await one.phone.getByRole('button', { name: 'Save' }).click();
  await one.phone.getByRole('alert').filter({ hasText: 'three digits' }).waitFor();
  await one.phone.getByLabel('Area code').fill(ben.phoneNumber.slice(2, 5));
  await one.phone.getByRole('button', { name: 'Save' }).click();
  await one.hears('rc-region-settings-notify', `"areaCode":"${ben.phoneNumber.slice(2, 5)}"`);
  await one.goTo('Messages');
  await one.compose(ben.phoneNumber.slice(-7), ben.name);
  await open(one, 'Region');
  await one.phone.getByLabel('Numbers are read').selectOption('DE');
  await one.hears('rc-region-settings-notify', '"countryCode":"DE","areaCode":""');
  await one.phone.getByLabel('Area code').waitFor({ state: 'detached' });
  await one.goTo('Settings');
  await says(one, 'Region', 'Germany');
});

it('tells of what arrives once, in one tab, with the sound of the user', async () => {
  await open(one, 'Notifications');
  await one.phone.getByText('Notifications are on in this browser.').waitFor();
  await one.phone.getByRole('radio', { name: 'Knock' }).check();
  await root(one, '[data-sound=knock]').waitFor(); // as it sounds
  for (const tab of [one, two]) await tab.phone.locator('html').evaluate((html) => (html.dataset.away = 'yes'));
  await two.phone.locator('body').click({ position: { x: 5, y: 5 } });

  await (await Api.as(demo, ben)).text(ada, 'The van is late');
  const shown = one.phone.locator('html[data-shown*="The van is late"]');
  const other = two.phone.locator('html[data-shown*="The van is late"]');
  await Promise.any([shown.waitFor(), other.waitFor()]);
  for (const tab of [one, two]) await tab.phone.locator('[data-unread-badge]').first().filter({ hasText: '1' }).waitFor();
  const by = (await shown.count()) ? one : two;
  assert.equal(await (by === one ? other : shown).count(), 0, 'one tab shows it');
  assert.deepEqual(JSON.parse((await by.phone.locator('html').getAttribute('data-shown')) ?? ''), [[ben.name, 'The van is late']]);

  // Pressed, it opens what it is of; read, it is gone.
  await by.phone.locator('html').evaluate(() => Reflect.get(window, 'newest').onclick());
  await by.bubble('The van is late').waitFor();
  await root(by, '[data-shown="[]"]').waitFor();
});

it('is quiet in front of who reads it, and while they are not to be disturbed', async () => {
  const [hers, his] = [await Api.as(demo, ada), await Api.as(demo, ben)];
  await one.goTo('Messages');
  await hers.call('PUT', '/presence', { userStatus: 'Busy', dndStatus: 'DoNotAcceptAnyCalls' });
  await one.phone.getByRole('button', { name: /Your status: Do not disturb/ }).waitFor();
  await his.text(ada, 'Not now');
  await one.row('Not now').waitFor();
  await hers.call('PUT', '/presence', { userStatus: 'Available', dndStatus: 'TakeAllCalls' });
  await one.phone.getByRole('button', { name: /Your status: Available/ }).waitFor();

  // One tab is in front: it sounds, and no other shows anything.
  const html = one.phone.locator('html');
  await html.evaluate((e) => (delete e.dataset.away, delete e.dataset.sound));
  await his.text(ada, 'In front of you');
  await root(one, '[data-sound=knock]').waitFor();
  await html.evaluate((e) => (e.dataset.away = 'yes'));
  await his.text(ada, 'And now behind');
  await Promise.any([one, two].map((tab) => root(tab, '[data-shown*="And now behind"]').waitFor()));
  for (const tab of [one, two]) assert.equal(await tab.phone.locator('html:is([data-shown*="Not now"], [data-shown*="In front"])').count(), 0);
});

it('says why a microphone cannot be used, and what stands in the way', async () => {
  await open(one, 'Audio devices');
  await one.phone.getByRole('button', { name: 'Try the microphone' }).click();
  await one.phone.locator('[data-audio-state]').filter({ hasText: /forbidden the microphone|No microphone is connected/ }).waitFor();
  await one.phone.getByRole('button', { name: 'Play a test sound' }).click();
  await root(one, '[data-sound=marimba]').waitFor();

  await open(one, 'Why can’t I');
  await one.phone.locator('[data-why-done]').waitFor();
  for (const name of ['Microphone', 'Connection', 'Cookies', 'Clock', 'Sending texts']) await one.phone.locator('.why__item').filter({ has: one.page.locator('h2', { hasText: name }) }).first().waitFor();
  assert.equal(await one.phone.locator('.why__item[data-good=true]').filter({ hasText: 'The server answers' }).count(), 1);
  await one.phone.getByRole('button', { name: 'Check again' }).click();
  await one.phone.locator('[data-why-done]').waitFor();
});

it('makes a file for support that names nobody', async () => {
  await open(one, 'About');
  const [file] = await Promise.all([one.page.waitForEvent('download'), one.phone.getByRole('button', { name: 'Save the file' }).click()]);
  const text = await readFile(await file.path(), 'utf8');
  const said = JSON.parse(text);
  assert.equal(said.state, 'ready');
  assert.ok(said.browser.findings.length > 5 && said.features.SMSSending === true);
  for (const secret of [ada.name, ben.name, ada.phoneNumber, ada.phoneNumber.slice(-7), ben.phoneNumber, ada.username, ada.extensionId, 'The van is late']) assert.ok(!text.includes(secret), `it has ${secret}`);
});

it('needs no mouse: every key that is listed does what is said, and single keys can be switched off', async () => {
  const keys = one.page.keyboard;
  await one.goTo('Settings');
  await one.phone.getByRole('heading', { name: 'Settings' }).focus();
  await keys.press('?');
  const switched = one.phone.getByRole('switch', { name: /Single keys/ });
  await switched.waitFor();
  await keys.press('Escape');
  await one.phone.locator('[data-panel=settings]').waitFor();
  await one.phone.locator('h1:focus').waitFor();
  for (const [key, heading] of [['h', 'History'], ['s', 'Settings'], ['n', 'New message']]) {
    await keys.press(key);
    await one.phone.getByRole('heading', { name: heading, exact: true }).waitFor();
    await one.phone.locator('#panel :focus').waitFor();
  }
  // Here somebody writes.
  await keys.type('sn?');
  assert.equal(await one.phone.getByRole('combobox', { name: 'To' }).inputValue(), 'sn?');
  await one.phone.getByRole('link', { name: 'Back' }).focus();
  await keys.press('m');
  await one.phone.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
  await one.phone.locator('#panel :focus').waitFor();
  await keys.press('/');
  await one.phone.getByRole('searchbox', { name: 'Search messages' }).and(one.phone.locator(':focus')).waitFor();

  await open(one, 'Keyboard');
  await switched.focus();
  await keys.press('Space');
  await one.phone.locator('.keys__one--off').first().waitFor();
  await one.phone.getByRole('link', { name: 'Back' }).focus();
  await keys.press('n');
  await keys.press('Enter');
  await one.phone.locator('[data-panel=settings]').waitFor(); // the link back, and not a new message
  await says(one, 'Keyboard', 'Single keys are off');
});

it('is how the user left it in another browser, after signing out and in again', async () => {
  const elsewhere = await Person.open(demo, { engine: true });
  try {
    const tab = await elsewhere.tab('/plain');
    await elsewhere.enter(tab, ada);
    await open(tab, 'Notifications');
    assert.equal(await tab.phone.getByRole('radio', { name: 'Knock' }).isChecked(), true);
    await tab.phone.getByText('The page around the phone shows notifications').waitFor(); // as this browser has it
    await tab.goTo('Settings');
    await says(tab, 'Region', 'Germany');
    await says(tab, 'Keyboard', 'Single keys are off');
  } finally {
    await elsewhere.close();
  }
});

it('has nothing that the accessibility checker objects to, on any page in any theme', async () => {
  const frame = await one.frame();
  for (const theme of ['light', 'dark', 'contrast']) {
    await open(one, 'Theme');
    await one.phone.locator(`[name=theme][value=${theme}]`).check();
    await root(one, `[data-theme=${theme}]`).waitFor();
    for (const page of pages) {
      await one.post({ type: 'rc-adapter-navigate-to', path: `/settings/${page}` });
      await one.phone.locator(`#panel [data-panel=settings-${page}]`).waitFor();
      if (page === 'why') await one.phone.locator('[data-why-done]').waitFor();
      assert.deepEqual(await objections(frame, theme === 'light' ? {} : { rules: colours }), [], `${page} in ${theme}`);
    }
  }
  assert.deepEqual(person.console.filter((line) => /^uncaught/.test(line)), []);
});
