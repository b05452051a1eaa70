// A page that the phone is on, and that wants to do harm: what it may not do by
// any message, whatever is in it and however many there are.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { contact, page, payloads, service, settings, strangers } from '../lib/hostile.js';
import { Host } from '../lib/host.js';
import { Person } from '../lib/person.js';
import { serve } from '../lib/service.js';
import { messages } from '../../web/widget/protocol.js';

/** @typedef {import('../lib/person.js').Tab} Tab */

/** @type {Demo} */ let demo;
/** @type {Host} the page's own site */ let host;
/** @type {Host} another one */ let stranger;
/** @type {string} an app whose pages may do everything */ let open;
/** @type {string} an app whose pages may do one thing */ let narrow;

before(async () => {
  demo = await Demo.start();
  [host, stranger] = [await Host.start(demo), await Host.start(demo)];
  const add = async (/** @type {string} */ name) => (await demo.command('app', 'add', '--name', name, '--redirect-uri', `${demo.facts.widget.url}/redirect.html`)).clientId;
  [open, narrow] = [await add('All'), await add('Little')];
  await host.allow(open);
  await host.allow(narrow, '--capability', 'navigate');
  host.put('/all', host.script({ clientId: open }));
  host.put('/little', host.script({ clientId: narrow }));
});
after(async () => {
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  host?.close();
  stranger?.close();
  await demo?.close();
});

/** Somebody signed in beside a page of this site. @param {string} [path] */
async function begin(path = '/all') {
  const user = await demo.user('Ada Archer');
  const person = await Person.open(demo);
  try {
    const tab = await (await host.open(person, path)).started();
    await person.signIn(tab, user);
    return { user, person, tab };
  } catch (e) {
    await person.close();
    throw e;
  }
}

/** A number in San Francisco as the phone writes it. @param {string} line */
const shown = (line) => new RegExp(`415\\D*555\\D*${line}`);

/** The rightful page asks for a text, and gets it: the phone hears it, and all before it is handled. @param {Tab} tab @param {string} line */
async function works(tab, line) {
  // After a flood the first messages may still be too many.
  await tab.page.evaluate(([selector, number]) => {
    const ask = () => /** @type {HTMLIFrameElement} */ (document.querySelector(selector)).contentWindow?.postMessage({ type: 'rc-adapter-new-sms', phoneNumber: number }, '*');
    Reflect.set(window, '__asking', setInterval(ask, 500));
    ask();
  }, [tab.selector, `+1415555${line}`]);
  await tab.phone.locator('#chips').getByText(shown(line)).first().waitFor({ timeout: 60_000 });
  await tab.page.evaluate(() => clearInterval(Reflect.get(window, '__asking')));
}

/** What was asked of elsewhere. @param {Person} person */
const foreign = (person) => person.urls.filter((url) => /^https?:/.test(url) && new URL(url).hostname === 'evil.example');

/** @param {Tab} tab */
const found = async (tab) => (await tab.frame()).evaluate(strangers);

describe('a window that is not the page around the phone', () => {
  it('is not heard: a sibling, one of the page\'s own origin, a frame in a frame, a window that was opened', async () => {
    const { person, tab } = await begin();
    try {
      const say = (/** @type {string} */ to) => `<script>
        const phone = ${to};
        window.heard = [];
        addEventListener('message', (e) => heard.push(e.data?.type));
        for (const type of ['rc-adapter-navigate-to', 'rc-adapter-new-sms', 'rc-adapter-new-call', 'rc-adapter-logout', 'rc-adapter-set-presence', 'rc-adapter-message-request'])
          phone.postMessage({ type, path: '/custom-alert-message', requestId: '1', body: { message: 'From a stranger' }, phoneNumber: '+14155550128', userStatus: 'Busy', source: 'parent', origin: ${JSON.stringify(host.origin)} }, '*');
        phone.postMessage({ type: 'rc-adapter-register-third-party-service', service: { name: 'Stranger', authorizationPath: '/a' } }, '*');
        phone.postMessage({ callbackUri: ${JSON.stringify(`${demo.facts.widget.url}/redirect.html?code=x&state=y`)} }, '*');
        window.done = true;
      </script>`;
      stranger.put('/sibling', say('parent.frames[0]'));
      stranger.put('/nested', `<iframe src="${stranger.origin}/inner"></iframe>`);
      stranger.put('/inner', say('parent.parent.frames[0]'));
      stranger.put('/opened', say('opener.frames[0]'));
      host.put('/own', say('parent.frames[0]'));
      const arriving = ['/sibling', '/inner', '/own'].map((path) => tab.page.waitForEvent('framenavigated', (f) => f.url().endsWith(path)));
      for (const src of [`${stranger.origin}/sibling`, `${stranger.origin}/nested`, `${host.origin}/own`]) {
        await tab.page.evaluate((address) => void document.body.append(Object.assign(document.createElement('iframe'), { src: address })), src);
      }
      const popup = person.context.waitForEvent('page');
      await tab.page.evaluate((address) => void window.open(address), `${stranger.origin}/opened`);
      await (await popup).waitForFunction(() => Reflect.get(window, 'done'));
      for (const frame of await Promise.all(arriving)) {
        await frame.waitForFunction(() => Reflect.get(window, 'done'));
        assert.deepEqual(await frame.evaluate(() => Reflect.get(window, 'heard')), []);
      }
      // A control: the same words count when the page itself says them.
      await works(tab, '0129');
      assert.equal(await tab.phone.getByText(shown('0128')).count(), 0);
      assert.equal(await tab.phone.getByText('From a stranger').count(), 0);
      assert.ok(!person.urls.some((url) => /\/service$/.test(url) || url.endsWith('/panel/presence?')), 'nothing was registered');
      await tab.post({ type: 'rc-adapter-message-request', requestId: '1', path: '/custom-alert-message', body: { message: 'From the page' } });
      await tab.phone.locator('.notice').getByText('From the page').waitFor();
      await tab.hears('rc-adapter-message-response', '"responseId":"1"');
    } finally {
      await person.close();
    }
  });

  it('cannot answer for the page, nor can the page twice, late, or with another number', async () => {
    const { person, tab } = await begin();
    const [colleague] = demo.facts.users;
    try {
      stranger.put('/answers', `<script>
        addEventListener('message', ({ data }) => data.requestId && parent.frames[0].postMessage({ type: 'rc-post-message-response', responseId: data.requestId, response: { data: { result: false } } }, '*'));
      </script>`);
      await tab.page.evaluate((src) => new Promise((loaded) => document.body.append(Object.assign(document.createElement('iframe'), { src, id: 'stranger', onload: loaded }))), `${stranger.origin}/answers`);
      await tab.post({ type: 'rc-adapter-register-third-party-service', service: { name: 'Acme', doNotContactPath: '/guard' } });
      await tab.compose(colleague.phoneNumber, colleague.name);
      // The page hands the stranger every number, and answers with wrong ones of its own.
      await tab.page.evaluate(() => {
        addEventListener('message', ({ data, source }) => {
          if (data?.type !== 'rc-post-message-request') return;
          /** @type {HTMLIFrameElement} */ (document.querySelector('#stranger')).contentWindow?.postMessage(data, '*');
          const phone = /** @type {Window} */ (source);
          for (const responseId of ['', '0', `${data.requestId}0`, data.requestId.toUpperCase() + ' ', crypto.randomUUID(), '__proto__', 'constructor', null, 7, [data.requestId], { toString: data.requestId }]) {
            phone.postMessage({ type: 'rc-post-message-response', responseId, response: { data: { result: false } } }, '*');
          }
          Reflect.set(window, '__last', data.requestId);
        });
      });
      await tab.send('Let me through');
      await tab.hears('rc-post-message-request', '"/guard"');
      const id = await tab.page.evaluate(() => Reflect.get(window, '__last'));
      const answer = (/** @type {object} */ data) => tab.post({ type: 'rc-post-message-response', responseId: id, response: { data } });
      // The first answer counts; what comes after it says nothing.
      await answer({ result: true, mode: 'restrict', message: 'The page says no' });
      await answer({ result: false });
      await tab.phone.getByRole('dialog').getByText('The page says no').waitFor();
      await answer({ result: false });
      await tab.phone.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      assert.equal(await tab.bubble('Let me through').count(), 0);
      assert.equal(await tab.composer().inputValue(), 'Let me through');
      // A control: the right answer lets it through.
      await serve(tab, { '/guard': { data: { result: false } } });
      await tab.composer().press('Enter');
      await tab.bubble('Let me through').waitFor();
    } finally {
      await person.close();
    }
  });
});

describe('a page without the capability', () => {
  it('gets nowhere by any message', async () => {
    const { person, tab } = await begin('/little');
    try {
      // A control: what it may do is done.
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/settings' });
      await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
      const before = await (await tab.frame()).evaluate(() => document.querySelector('main, body')?.textContent);
      const urls = person.urls.length;
      for (const [type, { needs }] of Object.entries(messages)) {
        if (!needs || needs === 'navigate') continue;
        await tab.post({ type, ...sample(type, 'Not allowed') });
      }
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/messages' });
      await tab.phone.getByRole('searchbox').first().waitFor();
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/settings' });
      await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
      await tab.phone.locator('[aria-busy]').waitFor({ state: 'detached' });
      assert.equal(await (await tab.frame()).evaluate(() => document.querySelector('main, body')?.textContent), before);
      const asked = person.urls.slice(urls).filter((url) => /\/service|presence|environment|logout/.test(url) && !url.endsWith('.js') && !url.endsWith('.css'));
      assert.deepEqual(asked, [], 'the server was not even asked');
      const told = new Set((await tab.heard()).map((m) => m.data?.type));
      assert.ok(!told.has('rc-login-status-notify') && !told.has('rc-inbound-message-notify') && !told.has('rc-post-message-request'), [...told].join());
      const sentences = person.console.filter((line) => line.includes('This page may not use'));
      assert.equal(sentences.length, Object.values(messages).filter((m) => m.needs && m.needs !== 'navigate').length, 'the developer is told once of each');
    } finally {
      await person.close();
    }
  });
});

/**
 * Fields that make a message of a type do something.
 * @param {string} type @param {string} p words in it
 * @returns {Record<string, unknown>}
 */
function sample(type, p) {
  /** @type {Record<string, unknown>} */
  const all = {
    ticket: p, phoneNumber: '+14155550142', text: p, conversation: p, recipient: { name: p }, senderNumber: p, requestId: 'one', path: '/custom-alert-message', body: { message: p.slice(0, 1000), level: p.slice(0, 20), ttl: 0, details: [{ title: p, items: [{ id: p, type: 'link', text: p, href: p }, { id: p, type: 'text', text: p }] }] },
    userStatus: 'Busy', dndStatus: 'TakeAllCalls', call: true, message: true, contacts: true, appServer: p, closed: false, minimized: false, size: { width: 300, height: 500 }, position: {},
    service: service(p), authorized: true, authorizedAccount: p, licenseStatus: p, licenseStatusColor: p, licenseDescription: p, sessionIds: [p], phoneNumbers: [p], settings: settings(p),
    page: page(p, p.slice(0, 200), 'page'), app: { id: p.slice(0, 200), name: p, iconUri: p, pagePath: '/app' }, appId: 'another', banner: { id: p, message: p, severity: p, backgroundColor: p, color: p, closable: true, action: { label: p, color: p, variant: p } }, responseId: p.slice(0, 100), response: { data: p },
  };
  const own = Object.keys(messages[type].fields).map((field) => [field, all[field]]);
  return { ...Object.fromEntries(own), type };
}

for (const [kind, p] of Object.entries(payloads)) {
  describe(`words of a page: ${kind}`, () => {
    it('stay words in every field of every message', async () => {
      const { person, tab } = await begin();
      try {
        const look = async (/** @type {string} */ where) => assert.deepEqual(await found(tab), [], where);
        await look('before');
        await serve(tab, {
          '/contacts': { data: [contact(p)], nextPage: null, syncTimestamp: 1 }, '/search': { data: [contact(p)] }, '/match': { data: { '+14155550142': [contact(p), { ...contact(p), id: 'other' }] } },
          '/activities': { data: [{ id: p, subject: p, time: p, status: p, type: p }] }, '/log/match': { data: {} }, '/log': { data: p },
          '/app': { data: { ...page(p, 'app', 'json-schema'), actions: [{ id: p, label: p }] } }, '/button': { data: p }, '/settings': { data: p }, '/page': { data: p },
        });
        for (const type of Object.keys(messages)) {
          if (/logout|sign-in|login|set-environment|features-flags|syncClosed|syncMinimized/.test(type)) continue;
          await tab.post(sample(type, p));
          await tab.post({ ...sample(type, p), [p]: p, ...(type.endsWith('customized-page') && { page: page(p, 'tab', 'tab') }) });
        }
        await tab.phone.locator('.notice').first().waitFor();
        await look('an alert');
        await tab.phone.locator('.notice__more').first().click();
        await look('its details');
        await tab.post({ type: 'rc-adapter-message-request', requestId: 'x', path: '/dismiss-alert-message', body: {} });

        await tab.post({ type: 'rc-adapter-navigate-to', path: '/settings' });
        await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
        await tab.phone.getByRole('link', { name: 'The section' }).waitFor();
        await look('the settings');
        await tab.phone.getByRole('link', { name: 'The section' }).click();
        await tab.phone.locator('#service-section').waitFor();
        await look('a section');
        const box = tab.phone.locator('#service-section').getByRole('checkbox').last();
        await box.click();
        await tab.phone.getByRole('button', { name: 'Save' }).and(tab.phone.locator(':enabled')).click();
        await tab.hears('rc-post-message-request', '"/settings"');

        await tab.post({ type: 'rc-adapter-navigate-to', path: '/customizedTabs/tab' });
        await tab.phone.locator('[data-panel=page]').waitFor();
        await look('a tab');
        await tab.post({ type: 'rc-adapter-navigate-to', path: '/contacts' });
        await tab.phone.locator('.person').first().waitFor();
        await look('contacts');
        await tab.post({ type: 'rc-adapter-navigate-to', path: '/number/+14155550142' });
        await tab.phone.getByRole('button', { name: 'Text', exact: true }).waitFor();
        await look('a number');
        await tab.phone.locator('[data-app]').first().click();
        await tab.hears('rc-post-message-request', '"/app"');
        await tab.phone.locator('#apps-page').locator('*').first().waitFor();
        await look('an app');
        await tab.post({ type: 'rc-adapter-new-sms', phoneNumber: '+14155550142', text: p, recipient: { name: p } });
        await tab.composer().waitFor();
        await look('a text');

        assert.deepEqual(foreign(person), [], 'nothing was asked of elsewhere');
        assert.deepEqual(person.console.filter((line) => line.startsWith('uncaught')), []);
        await works(tab, '0129');
      } finally {
        await person.close();
      }
    });
  });
}

describe('words of a page', () => {
  it('would do harm where they are not kept words: a control', async () => {
    const { person, tab } = await begin();
    try {
      // The page writes the same words into itself, where nothing holds them.
      await tab.page.evaluate((p) => document.body.insertAdjacentHTML('beforeend', `<div title='${p}'></div>`), payloads.markup);
      await tab.page.waitForFunction(() => Reflect.get(window, 'pwned') === 1);
      assert.ok(foreign(person).length > 0, 'requests to elsewhere are seen');
      const bad = (await tab.page.evaluate(strangers)).join();
      for (const part of ['a script has run', 'pwnedattribute', '<style>', 'onerror', 'leads to javascript:', 'id="pwnedid"', 'a picture of https://evil.example']) assert.ok(bad.includes(part), `${part} in ${bad}`);
    } finally {
      await person.close();
    }
  });
});

describe('messages that are no messages', () => {
  it('are dropped, in every type: too large, too deep, cyclic, strange, reaching for prototypes', async () => {
    const { person, tab } = await begin();
    try {
      const errors = await tab.page.evaluate(([selector, known]) => {
        const types = Object.keys(known);
        const phone = /** @type {HTMLIFrameElement} */ (document.querySelector(/** @type {string} */ (selector))).contentWindow;
        const messages_ = /** @type {any} */ (known);
        const large = 'x'.repeat(10 << 20);
        let deep = /** @type {any} */ ({});
        for (let i = 0; i < 2000; i++) deep = i % 2 ? [deep] : { deep };
        const cycle = /** @type {any} */ ({ name: 'Cycle' });
        cycle.self = cycle;
        const reach = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"name":"x","id":"x","message":"x"}');
        const strange = { get name() { return 'got'; }, map: new Map([['polluted', 1]]), set: new Set([1]), date: new Date(NaN), error: new Error('x'), expression: /x/g, buffer: new ArrayBuffer(8), view: new Uint8Array(8), big: 1n, blob: new Blob(['x']), nan: NaN, infinite: -Infinity, hole: [, 1], boxed: Object('x') };
        const many = Array.from({ length: 10_000 }, (_, i) => ({ i }));
        const wrongs = [deep, cycle, reach, strange, many, null, 7, true, '', [], [[]], {}, NaN, -1, 2 ** 53];
        const fields = ['service', 'page', 'app', 'banner', 'settings', 'body', 'response', 'phoneNumber', 'text', 'path', 'recipient', 'size', 'position', 'userStatus', 'message', 'ticket', 'appServer', 'responseId', 'requestId', 'authorized', 'appId', 'senderNumber', 'phoneNumbers', 'sessionIds', 'conversation', 'attachments'];
        const failed = [];
        for (const type of types) {
          if (/logout|set-environment|sign-in/.test(type)) continue;
          for (const wrong of wrongs) {
            for (const message of [Object.fromEntries([...fields.map((f) => [f, wrong]), ['type', type]]), wrong && typeof wrong === 'object' && !Array.isArray(wrong) ? Object.assign(Object.create(null), wrong, { type }) : wrong]) {
              try {
                phone?.postMessage(message, '*');
              } catch (e) {
                failed.push(`${type}: ${e}`);
              }
            }
          }
          phone?.postMessage({ type, [Object.keys(messages_[type].fields)[0] ?? 'text']: large }, '*');
        }
        return failed;
      }, /** @type {const} */ ([tab.selector, messages]));
      assert.deepEqual(errors, [], 'all of them were really sent');
      await works(tab, '0129');
      assert.deepEqual(await found(tab), []);
      assert.deepEqual(person.console.filter((line) => line.startsWith('uncaught')), []);
      const said = person.console.filter((line) => line.startsWith('warning'));
      assert.ok(said.some((line) => /larger than \d+ kB or not plain data/.test(line)), 'the developer is told');
      assert.ok(said.length < 400, `${said.length} sentences`);
      await tab.goTo('Settings');
    } finally {
      await person.close();
    }
  });

  it('do not grow beyond what the phone keeps: pages, apps, buttons, settings, alerts, contacts without an end', async () => {
    const { person, tab } = await begin();
    try {
      await serve(tab, { '/contacts': { data: [contact('One of many')], nextPage: 2, syncTimestamp: 1 } });
      await tab.post({ type: 'rc-adapter-register-third-party-service', service: { name: 'Much', contactsPath: '/contacts' } });
      await tab.hears('rc-post-message-request', '"page":2');
      await tab.page.evaluate(([selector]) => {
        const phone = /** @type {HTMLIFrameElement} */ (document.querySelector(selector)).contentWindow;
        const many = (/** @type {(i: number) => any} */ f, n = 10_000) => Array.from({ length: n }, (_, i) => f(i));
        const post = (/** @type {object} */ m) => phone?.postMessage(m, '*');
        const buttons = many((i) => ({ id: `b${i}`, type: 'smsToolbar', label: `Button ${i}`, icon: 'data:image/png,' }));
        const settings = many((i) => ({ id: `s${i}`, type: 'boolean', name: `Setting ${i}`, value: true }), 3000);
        post({ type: 'rc-adapter-register-third-party-service', service: { name: 'Much', settingsPath: '/s', buttonEventPath: '/b' } });
        post({ type: 'rc-adapter-register-third-party-service', service: { name: 'Much', settingsPath: '/s', buttonEventPath: '/b', settings } });
        post({ type: 'rc-adapter-register-third-party-service', service: { name: 'Much', settingsPath: '/s', buttonEventPath: '/b', buttons: buttons.slice(0, 2000) } });
        post({ type: 'rc-adapter-register-third-party-service', service: { name: 'Much', settingsPath: '/s', buttonEventPath: '/b', buttons } });
        for (let i = 0; i < 10_000; i++) {
          post({ type: 'rc-adapter-register-customized-page', page: { id: `p${i}`, title: `Page ${i}`, type: 'tab', schema: { type: 'object', properties: {} } } });
          post({ type: 'rc-adapter-register-widget-app', app: { id: `a${i}`, name: `App ${i}`, pagePath: '/a' } });
          post({ type: 'rc-adapter-message-request', requestId: `${i}`, path: '/custom-alert-message', body: { message: `Alert ${i}`, ttl: 0 } });
        }
      }, [tab.selector]);
      await tab.phone.locator('.notice').first().waitFor();
      await tab.phone.locator('.bar__more').waitFor();
      await works(tab, '0129');
      assert.ok((await tab.phone.locator('.composer__tools button').count()) <= 40);
      assert.ok((await tab.phone.locator('.notice').count()) <= 5);
      assert.ok((await tab.phone.locator('.bar [data-custom]').count()) <= 60);
      await tab.phone.locator('.bar').evaluate((bar) => bar.scrollWidth <= bar.clientWidth || Promise.reject(new Error('the bar is too wide')));
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/number/+14155550142' });
      await tab.phone.locator('[data-app]').first().waitFor();
      assert.ok((await tab.phone.locator('[data-app]').count()) <= 20);
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/settings' });
      await tab.phone.getByRole('switch', { name: 'Setting 0' }).waitFor();
      assert.ok((await tab.phone.getByRole('switch', { name: /^Setting/ }).count()) <= 200);
      // The contacts that have no end have one: the same next page twice.
      const asks = (await tab.heard()).filter((m) => m.data?.path === '/contacts').length;
      assert.ok(asks >= 1 && asks < 20, `asked ${asks} times`);
      assert.ok(person.console.length < 600, `${person.console.length} sentences`);
    } finally {
      await person.close();
    }
  });
});

/** Typing into the phone, as the frame feels it: from the key to the next picture, in milliseconds. @param {Tab} tab @param {string} text */
async function typing(tab, text) {
  const frame = await tab.frame();
  await frame.evaluate(() => {
    /** @type {number[]} */
    const waits = [];
    Reflect.set(window, '__waits', waits);
    document.addEventListener('input', (e) => requestAnimationFrame(() => waits.push(performance.now() - e.timeStamp)));
  });
  await tab.composer().pressSequentially(text);
  assert.equal((await tab.composer().inputValue()).slice(-text.length), text, 'no letter is lost');
  await frame.waitForFunction((n) => Reflect.get(window, '__waits').length >= n, text.length);
  const waits = await frame.evaluate(() => /** @type {number[]} */ (Reflect.get(window, '__waits')).toSorted((a, b) => a - b));
  return waits[waits.length >> 1];
}

describe('a flood', () => {
  // What moves the phone elsewhere is the page's to say; all else may not touch what is typed.
  const moving = /login|logout|sign-in|new-sms|new-call|navigate|set-environment|auto-populate|syncClosed|syncMinimized|features-flags/;
  const quiet = Object.keys(messages).filter((type) => !moving.test(type));

  it('of ten thousand messages a second of all kinds does not disturb who types, nor fills the console', async () => {
    const { person, tab } = await begin();
    const [colleague] = demo.facts.users;
    try {
      await serve(tab, {});
      await tab.post({ type: 'rc-adapter-register-third-party-service', service: { name: 'Acme', buttonEventPath: '/b' } });
      await tab.compose(colleague.phoneNumber, colleague.name);
      const calm = await typing(tab, 'Before the flood. ');
      const said = person.console.length;
      await tab.page.evaluate(([selector, all]) => {
        const phone = /** @type {HTMLIFrameElement} */ (document.querySelector(selector)).contentWindow;
        const flood = { sent: 0, began: performance.now(), most: 50_000 };
        Reflect.set(window, '__flood', flood);
        // As many as are due by the clock, five seconds long.
        const timer = setInterval(() => {
          for (const due = Math.min(flood.most, (performance.now() - flood.began) * 10); flood.sent < due; flood.sent++) {
            // A fifteenth of a second of each kind, and then the next; null stands for names that nobody knows.
            phone?.postMessage(all[Math.floor(flood.sent / 667) % all.length] ?? { type: `rc-adapter-made-up-${flood.sent}` }, '*');
          }
          if (flood.sent >= flood.most) clearInterval(timer);
        }, 10);
      }, /** @type {const} */ ([tab.selector, [...quiet.map((type) => sample(type, 'flood')), { type: 'rc-adapter-unknown' }, null]]));
      const flooded = await typing(tab, 'While it goes on, I write what I mean. ');
      await tab.page.waitForFunction(() => Reflect.get(window, '__flood').sent >= 50_000, undefined, { timeout: 60_000 });
      const ratio = flooded / calm;
      console.log(`typing: ${calm.toFixed(1)} ms at rest, ${flooded.toFixed(1)} ms in a flood, ratio ${ratio.toFixed(2)}`);
      assert.equal(await tab.composer().inputValue(), 'Before the flood. While it goes on, I write what I mean. ');
      assert.ok(ratio < 10, `${ratio}`);
      assert.ok(person.console.length - said < 1500, `${person.console.length - said} sentences`);
      assert.ok(person.console.some((line) => line.includes('than the phone takes')), 'the developer is told');
      await tab.composer().press('Enter');
      await tab.bubble('Before the flood. While it goes on, I write what I mean.').waitFor();
    } finally {
      await person.close();
    }
  });

  it('of commands leaves a phone that works', async () => {
    const { person, tab } = await begin();
    try {
      await tab.page.evaluate(([selector, types]) => {
        const phone = /** @type {HTMLIFrameElement} */ (document.querySelector(/** @type {string} */ (selector))).contentWindow;
        for (let i = 0; i < 50_000; i++) {
          const type = types[i % types.length];
          phone?.postMessage({ type, path: i % 2 ? '/settings' : '/messages', phoneNumber: '+14155550142', text: `${i}` }, '*');
        }
      }, /** @type {const} */ ([tab.selector, ['rc-adapter-navigate-to', 'rc-adapter-new-sms', 'rc-adapter-new-call', 'rc-adapter-auto-populate-conversation', 'rc-adapter-login']]));
      await works(tab, '0129');
      await tab.goTo('Settings');
      await tab.phone.getByText('Direct number').waitFor();
      assert.ok(person.console.length < 300, `${person.console.length} sentences`);
    } finally {
      await person.close();
    }
  });
});
