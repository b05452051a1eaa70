// Whoever would like a window of the phone's own to be signed in as somebody
// else, or to get at what signs it in.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person, Tab } from '../lib/person.js';
import { asked, register, serve, times } from '../lib/service.js';

/** @type {Demo} */ let demo;
/** @type {Host} a page with the phone */ let host;
/** @type {Host} another page that may have it */ let rival;
/** @type {Host} one that may not */ let stranger;
/** @type {string} */ let clientId;

before(async () => {
  demo = await Demo.start();
  [host, rival, stranger] = [await Host.start(demo), await Host.start(demo), await Host.start(demo)];
  ({ clientId } = demo.facts.apps[0]);
  await host.allow(clientId, '--origin', rival.origin);
  for (const site of [host, rival, stranger]) site.put('/', site.script({ clientId, enablePopup: '1' }));
});
after(async () => {
  for (const site of [host, rival, stranger]) site?.close();
  await demo?.close();
});

/** A page of a site, which notes all that it hears. @param {Person} person @param {Host} site @param {string} [user] */
async function page(person, site, user) {
  const tab = await (await site.open(person, '/')).started();
  if (user) await person.enter(tab, await demo.user(user));
  return tab;
}

/** The page opens a window of the phone's own by itself. @param {Tab} tab @param {string} from the page that it names as the opener */
async function opens(tab, from) {
  const opened = tab.page.waitForEvent('popup');
  const address = `${demo.facts.widget.url}/popup.html?${new URLSearchParams({ clientId, appServer: demo.facts.platform.url, fromPopup: from })}`;
  await tab.page.evaluate((to) => void window.open(to, 'mine', 'popup'), address);
  return new Tab(await opened);
}

/** @param {(person: Person) => Promise<void>} fn */
async function somebody(fn) {
  const person = await Person.open(demo);
  try {
    await fn(person);
  } finally {
    await person.close();
  }
}

/** Waits for an answer of the server about hand-overs. @param {Person} person @param {string} name @param {number} status */
const answered = (person, name, status) => person.context.waitForEvent('response', (r) => r.url().endsWith(`/${name}`) && r.request().method() === 'POST' && r.status() === status);

/** Waits until a window has given up waiting for a page. @param {Tab} own */
const givenUp = (own) => own.phone.locator('[data-panel=signin][data-state=idle]').getByRole('button', { name: 'Sign In', exact: true }).waitFor();

it('a page signs in its own windows, and not those that name another page', () => somebody(async (person) => {
  const evil = await page(person, rival, 'Ben Brook');
  const refused = answered(person, 'handover', 404);
  const taken = await opens(evil, host.origin);
  await refused;
  await givenUp(taken);
  await taken.page.close();
  // Its own are its user's; another page's stay that page's user's.
  await (await opens(evil, rival.origin)).signedIn();
  const tab = await page(person, host, 'Ada Archer');
  const own = await opens(tab, host.origin);
  await own.signedIn();
  for (const at of [own, tab]) {
    await at.goTo('Settings');
    await at.phone.locator('#panel').getByText('Ada Archer').first().waitFor();
  }
}));

it('a page that may not have the phone opens a window that nobody signs in', () => somebody(async (person) => {
  await page(person, host, 'Ada Archer');
  const tab = new Tab(await person.context.newPage());
  await tab.page.goto(`${stranger.origin}/`);
  for (const [from, status] of /** @type {const} */ ([[stranger.origin, 403], [host.origin, 201]])) {
    const waiting = answered(person, 'window', status);
    const opened = await opens(tab, from);
    await waiting;
    await givenUp(opened);
    assert.equal(await opened.phone.locator('body').getAttribute('data-signed-in'), 'false');
    await opened.page.close();
  }
}));

it('the page around the phone hears nothing of a hand-over, and what it posts itself is not heard', () => somebody(async (person) => {
  const tab = await page(person, host, 'Ada Archer');
  const flow = 'f'.repeat(22);
  /** @type {string[]} */
  const asked = [];
  tab.page.on('request', (request) => void (/handover/.test(request.url()) && asked.push(request.url())));
  // As the page, and from a window of the page's own.
  await tab.post({ type: 'offhook-window-asks', flow, prefix: '' });
  await tab.page.evaluate(([selector, id]) => {
    const phone = /** @type {HTMLIFrameElement} */ (document.querySelector(selector)).contentWindow;
    const other = /** @type {any} */ (window.open('about:blank', 'other', 'popup'));
    other.eval(`opener.frames[0].postMessage({ type: 'offhook-window-asks', flow: '${id}', prefix: '' }, '*')`);
    phone?.postMessage({ type: 'offhook-window-here', signedIn: false }, '*');
  }, /** @type {[string, string]} */ ([tab.selector, flow]));
  await (await opens(tab, host.origin)).signedIn();
  assert.equal(asked.length, 1, 'one hand-over: the window that it was for');
  assert.equal(asked[0].includes(flow), false);
  const heard = JSON.stringify(await tab.heard());
  assert.doesNotMatch(heard, /handle|offhook-window-(asks|answer|offer|here)/);
}));

it('nobody is contacted unasked in the window whom the page wants to be asked about', () => somebody(async (person) => {
  const ben = await demo.user('Ben Brook');
  const tab = await page(person, host, 'Ada Archer');
  await serve(tab, { '/dnc': { data: { result: true, mode: 'restrict', message: 'On the list since May' } } });
  await register(tab, { name: 'Acme', doNotContactPath: '/dnc' });
  const own = await opens(tab, host.origin);
  await own.signedIn();
  await own.compose(ben.phoneNumber, ben.name);
  await own.send('Refused');
  await own.phone.getByText('On the list since May').waitFor();
  await own.phone.getByRole('button', { name: 'Close' }).click();
  await own.phone.getByText('Not sent. Acme does not let you text').waitFor();
  assert.deepEqual(await asked(tab, '/dnc'), { recipients: [{ phoneNumber: ben.phoneNumber, name: ben.name }], actionType: 'sms' });

  await serve(tab, { '/dnc': { data: { result: false } } });
  await own.send('Allowed');
  await own.bubble('Allowed').waitFor();
  assert.equal(await times(tab, '/dnc'), 2);

  // The page is gone: whoever uses the window decides, which is written down.
  await tab.page.close();
  await own.send('Unasked');
  await own.phone.getByText('Acme did not say whether you may text').waitFor();
  await own.phone.getByRole('button', { name: 'Do not send' }).click();
  await own.phone.getByText('Not sent.').waitFor();
}));

it('nothing of a hand-over can be used again', () => somebody(async (person) => {
  const tab = await page(person, host, 'Ada Archer');
  /** @type {import('playwright-core').Request[]} */
  const sent = [];
  person.context.on('request', (request) => void (/\/signin\/(window|.*handover|.*redeem)$/.test(request.url()) && request.method() === 'POST' && sent.push(request)));
  const own = await opens(tab, host.origin);
  await own.signedIn();
  const [, , redeem] = ['window', 'handover', 'redeem'].map((name) => sent.find((r) => r.url().endsWith(name)));
  assert.ok(redeem && sent.length === 3);
  const again = async (/** @type {Tab} */ at) => (await at.frame()).evaluate(async ([url, body]) => {
    const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Offhook': '1' }, body });
    return answer.status;
  }, /** @type {[string, string]} */ ([redeem.url(), String(redeem.postData())]));
  assert.equal(await again(own), 409);
  assert.equal(await again(tab), 409);
  for (const request of sent) assert.doesNotMatch(request.url(), new RegExp(JSON.parse(redeem.postData() ?? '{}').secret));
  assert.doesNotMatch(demo.log(), new RegExp(`${JSON.parse(redeem.postData() ?? '{}').secret}|${JSON.parse(redeem.postData() ?? '{}').handle}`));
}));
