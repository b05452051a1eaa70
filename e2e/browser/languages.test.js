// The phone in its reader's language: the browser's, the one that they choose,
// and the one that the page asks for. What it says is looked up in the
// catalogs, so that translators may change their words.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person, Tab } from '../lib/person.js';

/** @typedef {import('../lib/demo.js').User} User */

const DRAFT = 'What I had begun to write';

/** @param {string} name @returns {(sentence: string) => string} what a language says */
function speaker(name) {
  const catalogs = ['internal/widget/lang/catalogs', 'web/words'].map((folder) => JSON.parse(readFileSync(new URL(`../../${folder}/${name}.json`, import.meta.url), 'utf8')));
  return (sentence) => {
    const said = catalogs.map((catalog) => catalog[sentence]).find((text) => typeof text === 'string' && text);
    assert.ok(said && said !== sentence, `${name} has ${JSON.stringify(sentence)}`);
    return said;
  };
}
const [german, hebrew, french] = ['de', 'he', 'fr'].map(speaker);
const english = (/** @type {string} */ sentence) => sentence;

/** @type {Demo} */ let demo;
/** @type {Host} */ let host;
/** @type {Person} */ let person;
/** @type {User} */ let ada;
/** @type {User} */ let ben;
/** @type {Tab} */ let one;
/** @type {Tab} */ let two;

before(async () => {
  demo = await Demo.start();
  host = await Host.start(demo);
  [ada, ben] = [await demo.user('Ada Amber'), await demo.user('Ben Birch')];
  person = await Person.open(demo, { engine: true, locale: 'de-DE' });
});
after(async () => {
  await person?.close();
  host.close();
  await demo.close();
});

/** @param {string} path */
async function page(path) {
  const tab = new Tab(await person.context.newPage());
  await tab.page.goto(demo.facts.host.url + path);
  return tab;
}

/** Waits until a phone speaks. @param {Tab} tab @param {string} language @param {string} dir */
async function speaks(tab, language, dir = 'ltr') {
  await tab.phone.locator(`html[lang="${language}"][dir=${dir}]`).waitFor({ state: 'attached' });
  await tab.signedIn();
}

/** Chooses a language in the settings. @param {Tab} tab @param {(sentence: string) => string} now @param {string} code */
async function choose(tab, now, code) {
  await tab.phone.getByRole('navigation').getByRole('link', { name: now('Settings') }).click();
  await tab.phone.locator('.set').getByRole('link', { name: now('Language') }).click();
  await tab.phone.locator(`[data-panel=settings-language] input[value="${code}"]`).click();
}

it('a browser in German opens the phone in German, and the page around it learns that', async () => {
  one = await page('/plain');
  await one.phone.getByRole('button', { name: german('Sign In'), exact: true }).waitFor();
  const told = await one.hears('rc-adapter-pushLocale');
  assert.deepEqual([told.locale, told.strings.availableBtn], ['de-DE', german('Available')]);
  await person.enter(one, ada);
  await speaks(one, 'de-DE');
  await one.phone.getByRole('heading', { name: german('Messages'), exact: true }).waitFor();
  await (await Api.as(demo, ben)).text(ada, 'Shall we say at three?');
  const row = one.row('Shall we say at three?');
  await row.waitFor();
  await row.locator('time').filter({ hasText: /^\d\d:\d\d$/ }).waitFor(); // the clock of German
  await row.click();
  await one.phone.getByPlaceholder(german('Text message')).fill(DRAFT);
});

it('a language that is chosen turns every tab, from right to left where it goes so, and no draft is lost', async () => {
  two = await page('/plain');
  await speaks(two, 'de-DE');
  await choose(two, german, 'he-IL');
  for (const tab of [one, two]) await speaks(tab, 'he-IL', 'rtl');
  const field = one.phone.getByPlaceholder(hebrew('Text message'));
  await field.waitFor();
  assert.equal(await field.inputValue(), DRAFT);
  const bars = await two.phone.locator('.bar__tab:visible').evaluateAll((all) => all.map((a) => a.getBoundingClientRect().left));
  assert.deepEqual(bars, bars.toSorted((a, b) => b - a), 'the bar begins on the right');
  const back = one.phone.locator('.top__back .icon--turned');
  await back.waitFor();
});

it('what the server refuses is said in the language, and what a module says, too', async () => {
  const { phone } = two;
  await phone.getByRole('navigation').getByRole('link', { name: hebrew('Settings') }).click();
  await phone.locator('.set').getByRole('link', { name: hebrew('Region') }).click();
  await phone.getByLabel(hebrew('Area code'), { exact: true }).fill('015');
  await phone.getByRole('button', { name: hebrew('Save'), exact: true }).click();
  await phone.getByText(hebrew('An area code has three digits and does not begin with 0 or 1, such as 415.')).waitFor();
  await phone.getByLabel(hebrew('Area code'), { exact: true }).fill('415');
  await phone.getByRole('button', { name: hebrew('Save'), exact: true }).click();
  await phone.locator('#live').filter({ hasText: hebrew('Saved.') }).waitFor({ state: 'attached' });
});

it('back in English, times and names are English again', async () => {
  await choose(two, hebrew, 'en-US');
  for (const tab of [one, two]) await speaks(tab, 'en-US');
  await two.goTo('Messages');
  await two.row(DRAFT).locator('time').filter({ hasText: /^\d?\d:\d\d\s[AP]M$/ }).waitFor();
  await choose(two, english, '');
  for (const tab of [one, two]) await speaks(tab, 'de-DE');
});

it('a page may ask for a language, which counts until the user has chosen one', async () => {
  const { clientId } = demo.facts.apps[0];
  await host.allow(clientId);
  host.put('/', host.frame({ clientId, language: 'fr-FR' }));
  const tab = await host.open(person, '/');
  await tab.phone.getByRole('button', { name: french('Sign In'), exact: true }).waitFor();
});
