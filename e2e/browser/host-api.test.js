// What docs/host-api.md promises to the page around the phone: the module and
// RCAdapter, requests and their answers, alerts, events in order and once, and
// that no page can slow the phone down.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person, Tab } from '../lib/person.js';

/** @type {Demo} */ let demo;
/** @type {Host} */ let host;
/** @type {string} */ let clientId;
before(async () => {
  demo = await Demo.start();
  host = await Host.start(demo);
  ({ clientId } = await demo.command('app', 'add', '--name', 'Host page', '--redirect-uri', `${demo.facts.widget.url}/redirect.html`));
  await host.allow(clientId);
});
after(async () => {
  host?.close();
  await demo?.close();
});

/** The phone as a module, with what a strict page sends along. */
function modulePage() {
  const { widget, platform } = demo.facts;
  host.put('/module', `<script type="module" nonce="n">
    import { phone } from ${JSON.stringify(`${widget.url}/offhook.js`)};
    window.phone = phone;
    window.early = phone.clickToSMS('+14155550151', 'Asked before the phone was there').catch((e) => e.message);
    window.events = [];
    phone.on('*', (m) => window.events.push(m));
    window.mounted = phone.mount({ clientId: ${JSON.stringify(clientId)}, appServer: ${JSON.stringify(platform.url)} });
  </script>`, {
    'Content-Security-Policy': `default-src 'none'; script-src 'nonce-n' ${widget.url}; frame-src ${widget.url}`,
    'Cross-Origin-Embedder-Policy': 'require-corp',
  });
  return '/module';
}

/** @param {Person} person @param {string} [path] @param {Record<string, string>} [parameters] */
async function open(person, path = '/script', parameters = {}) {
  if (path === '/script') host.put(path, host.script({ clientId, ...parameters }));
  return host.open(person, path);
}

/** @param {(person: Person) => Promise<void>} f */
async function withPerson(f) {
  const person = await Person.open(demo);
  try {
    await f(person);
    assert.deepEqual(person.console.filter((line) => line.startsWith('uncaught')), []);
  } finally {
    await person.close();
  }
}

/** What a page's own script gets when it calls the phone. @param {Tab} tab @param {string} expression */
const value = (tab, expression) => tab.page.evaluate(`(async () => { try { return await (${expression}); } catch (e) { return 'refused: ' + e.message; } })()`);

describe('the module', () => {
  it('mounts under a strict policy and COEP, hears events and has every method', () => withPerson(async (person) => {
    const tab = await open(person, modulePage());
    await value(tab, 'window.mounted');
    assert.match(String(await value(tab, 'window.early')), /phone\.mount/);
    await person.signIn(tab, await demo.user('Ada Archer'));
    await value(tab, `new Promise((resolve) => {
      const signedIn = (m) => m.type === 'rc-login-status-notify' && m.loggedIn && resolve();
      phone.on('*', signedIn);
      window.events.forEach(signedIn);
    })`);
    assert.equal(await value(tab, `phone.alertMessage({ message: 'From the module' }).then((id) => typeof id)`), 'string');
    await tab.phone.locator('.notice').getByText('From the module').waitFor();
    await value(tab, `phone.navigateTo('/settings')`);
    await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
    assert.equal(await value(tab, `phone.minimized`), false);
    assert.equal(await value(tab, `phone.noSuchThing()`), 'refused: This phone has no noSuchThing().');
    const rounds = await value(tab, `(async () => {
      const found = [];
      for (let i = 0; i < 2; i++) {
        phone.dispose();
        found.push([document.querySelectorAll('iframe').length, typeof window.RCAdapter]);
        await phone.mount({ clientId: ${JSON.stringify(clientId)}, appServer: ${JSON.stringify(demo.facts.platform.url)} });
        found.push([document.querySelectorAll('iframe').length, typeof window.RCAdapter]);
      }
      return found;
    })()`);
    assert.deepEqual(rounds, [[0, 'undefined'], [1, 'object'], [0, 'undefined'], [1, 'object']]);
  }));
});

describe('RCAdapter', () => {
  it('is ready when it says so, and every request is answered or refused with a reason', () => withPerson(async (person) => {
    const tab = await open(person);
    assert.equal(await value(tab, `RCAdapter.ready().then((a) => a === RCAdapter)`), true);
    assert.equal(await value(tab, `RCAdapter.isWindowPoppedUp()`), false);
    assert.equal(await value(tab, `RCAdapter.alertMessage({ level: 'info' })`), 'refused: /custom-alert-message needs the field message (a text). Nothing was done.');
    assert.equal(await value(tab, `RCAdapter.dismissMessage()`), 'ok');
    const answer = await value(tab, `new Promise((resolve) => {
      addEventListener('message', ({ data }) => data?.responseId === 'mine' && resolve(data));
      RCAdapter.contentFrameEl.contentWindow.postMessage({ type: 'rc-adapter-message-request', requestId: 'mine', path: '/nowhere' }, ${JSON.stringify(demo.facts.widget.url)});
    })`);
    assert.deepEqual(answer.response, { data: 'no matched path' });
    const gone = value(tab, `(async () => { const asked = RCAdapter.alertMessage({ message: 'late' }); RCAdapter.dispose(); return asked; })()`);
    assert.match(String(await gone), /taken off the page|^[\w-]{36}$/);
  }));

  it('says why a phone does not come up', () => withPerson(async (person) => {
    const refused = await demo.command('app', 'add', '--name', 'Not here', '--redirect-uri', `${demo.facts.widget.url}/redirect.html`);
    await demo.command('embed', 'add', '--platform', demo.facts.platform.url, '--client-id', refused.clientId, '--origin', 'https://elsewhere.example');
    host.put('/refused', host.script({ clientId: refused.clientId }));
    const tab = await host.open(person, '/refused');
    assert.match(String(await value(tab, `RCAdapter.ready()`)), /^refused: The phone has not come up/);
  }));

  it('opens a minimized phone for what wants to be seen, also when the page posts by itself', () => withPerson(async (person) => {
    const tab = await open(person);
    await person.signIn(tab, await demo.user('Ada Archer'));
    for (const act of [`RCAdapter.navigateTo('/settings')`, `RCAdapter.contentFrameEl.contentWindow.postMessage({ type: 'rc-adapter-navigate-to', path: '/messages' }, '*')`]) {
      await tab.page.evaluate(`RCAdapter.setMinimized(true); ${act}`);
      await tab.page.waitForFunction('!RCAdapter.minimized');
    }
  }));
});

describe('alerts', () => {
  it('stand in a stack with their levels, tell screen readers, and go when they are dismissed', () => withPerson(async (person) => {
    const tab = await open(person);
    const ids = await value(tab, `Promise.all(['info', 'success', 'warning', 'danger'].map((level) => RCAdapter.alertMessage({ message: 'An alert of <b>level</b> ' + level, level, ttl: 0 })))`);
    assert.equal(new Set(ids).size, 4);
    await tab.phone.locator('.notice').getByText('An alert of <b>level</b> info').waitFor();
    assert.equal(await tab.phone.getByRole('alert').filter({ hasText: 'level' }).count(), 2, 'what is urgent interrupts');
    await value(tab, `RCAdapter.dismissMessage(${JSON.stringify(ids[0])})`);
    await tab.phone.locator('.notice').getByText('An alert of <b>level</b> info').waitFor({ state: 'detached' });
    await tab.phone.getByRole('button', { name: 'Dismiss' }).first().click();
    assert.equal(await tab.phone.locator('.notice').count(), 2);
    await value(tab, `RCAdapter.dismissMessage()`);
    assert.equal(await tab.phone.locator('.notice').count(), 0);
  }));

  it('show details that lead to https only, and stop their clock for whoever reads them', () => withPerson(async (person) => {
    const tab = await open(person);
    await value(tab, `RCAdapter.alertMessage({ message: 'Not saved', level: 'danger', ttl: 60000, details: [{ title: 'Why', items: [
      { id: 'a', type: 'text', text: '<img src=x onerror=alert(1)>' },
      { id: 'b', type: 'link', text: 'Help', href: 'https://help.example/x' },
      { id: 'c', type: 'link', text: 'Bad', href: 'javascript:alert(1)' },
      { id: 'd', type: 'other', text: 'Skipped' },
    ] }] })`);
    const notice = tab.phone.locator('.notice');
    assert.equal(await notice.locator('.notice__clock').count(), 1);
    await notice.getByRole('button', { name: 'Show more' }).click();
    assert.equal(await notice.locator('.notice__clock').count(), 0);
    await notice.getByText('<img src=x onerror=alert(1)>').waitFor();
    const link = notice.getByRole('link', { name: 'Help' });
    assert.deepEqual([await link.getAttribute('href'), await link.getAttribute('rel')], ['https://help.example/x', 'noopener noreferrer']);
    assert.equal(await notice.getByRole('link', { name: 'Bad' }).count(), 0);
    assert.equal(await notice.getByText('Skipped').count(), 0);
    assert.equal(await notice.getByRole('button', { name: 'Show less' }).getAttribute('aria-expanded'), 'true');
  }));

  it('go by themselves', () => withPerson(async (person) => {
    const tab = await open(person);
    await value(tab, `RCAdapter.alertMessage({ message: 'Short', ttl: 50 })`);
    await tab.phone.locator('.notice').waitFor({ state: 'detached' });
  }));
});

describe('events', () => {
  it('are counted without gaps, have ids, and tell how the phone stands', () => withPerson(async (person) => {
    host.put('/frame', host.frame({ clientId }));
    const tab = await host.open(person, '/frame');
    await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).waitFor();
    await tab.hears('rc-adapter-syncSize');
    const heard = (await tab.heard()).map((m) => m.data).filter((m) => m?.sequence);
    assert.deepEqual(heard.map((m) => m.sequence), heard.map((_, i) => i + 1));
    assert.equal(new Set(heard.map((m) => m.eventId)).size, heard.length);
    const by = (/** @type {string} */ type) => heard.find((m) => m.type === type);
    assert.match(by('rc-adapter-theme-notify').theme, /light|dark/);
    assert.equal(by('rc-adapter-pushLocale').locale, 'en-US');
    assert.equal(by('rc-adapter-pushAdapterState').minimized, false);
    const mark = await fetch(by('rc-brand-assets-notify').logoUri);
    assert.match(String(mark.headers.get('content-type')), /svg/);
    await tab.post({ type: 'rc-adapter-syncSize', size: { width: 420, height: 600, other: 'x' } });
    await tab.post({ type: 'rc-adapter-syncMinimized', minimized: true });
    await tab.hears('rc-adapter-syncSize', '"width":420');
    await tab.page.reload();
    const again = await tab.hears('rc-adapter-pushAdapterState');
    assert.deepEqual([again.size, again.minimized], [{ width: 420, height: 600 }, true]);
  }));

  it('tell the region and, where the page asks for it, the numbers that texts are sent from', () => withPerson(async (person) => {
    const ada = await demo.user('Ada Archer');
    const tab = await open(person, '/script', { enableSmsSettingEvent: '1' });
    await person.signIn(tab, ada);
    assert.equal((await tab.hears('rc-region-settings-notify')).countryCode, 'US');
    const settings = await tab.hears('rc-sms-settings-notify');
    assert.equal(settings.senderNumber, ada.phoneNumber);
    assert.ok(settings.senderNumbers.some((/** @type {any} */ n) => n.phoneNumber === ada.phoneNumber));
    const said = tab.page.waitForEvent('console', (m) => m.text().includes('senderNumber is not one of the numbers'));
    assert.match(String(await value(tab, `RCAdapter.updateSmsSetting()`)), /^refused: rc-sms-settings-update needs the field senderNumber/);
    assert.equal(await value(tab, `RCAdapter.updateCallingSetting()`), undefined);
    assert.deepEqual(await value(tab, `RCAdapter.getCallLog()`), await value(tab, `RCAdapter.getCallLog({})`));
    assert.match(String(await value(tab, `RCAdapter.updateSmsSetting({ senderNumber: '+19995550100' })`)), /^refused: .*senderNumber is not one of the numbers/);
    await said;
  }));

  it('tell each change of a text once, in one of the tabs', () => withPerson(async (person) => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    const tabs = [await open(person), await open(person)];
    await person.signIn(tabs[1], ada);
    await tabs[0].signedIn();
    for (const tab of tabs) await tab.hears('rc-login-status-notify', '"loggedIn":true');
    const platform = await Api.as(demo, ben);
    for (const text of ['One', 'Two', 'Three', 'Last']) await platform.text(ada, text);
    /** @param {(m: any) => boolean} fits */
    const told = async (fits) => (await Promise.all(tabs.map((tab) => tab.heard()))).flat().map((m) => m.data).filter((m) => fits(m));
    await Promise.race(tabs.map((tab) => tab.hears('rc-inbound-message-notify', '"Last"')));
    for (const text of ['One', 'Two', 'Three', 'Last']) {
      const inbound = await told((m) => m.type === 'rc-inbound-message-notify' && m.message.subject === text);
      assert.equal(inbound.length, 1, text);
    }
    const updates = await told((m) => m.type === 'rc-message-updated-notify');
    assert.equal(new Set(updates.map((m) => m.eventId)).size, updates.length);
    assert.deepEqual(updates.map((m) => m.message.subject).sort(), ['Last', 'One', 'Three', 'Two'], JSON.stringify(updates, null, 1));

    await tabs[0].page.bringToFront();
    await tabs[0].openConversation('Last');
    await tabs[0].send('An answer');
    await Promise.race(tabs.map((tab) => tab.hears('rc-message-updated-notify', '"Delivered"')));
    const answers = await told((m) => m.message?.subject === 'An answer');
    const states = answers.map((m) => m.message.messageStatus);
    assert.deepEqual(states, [...new Set(states)], 'the answer to the request, the event and the sync tell of one change');
  }));
});

describe('what a page may change', () => {
  it('takes the messages away and gives them back', () => withPerson(async (person) => {
    const tab = await open(person);
    await person.signIn(tab, await demo.user('Ada Archer'));
    await tab.post({ type: 'rc-adapter-update-features-flags', text: false });
    await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
    await tab.phone.locator('[data-tab="/messages"]').waitFor({ state: 'hidden' });
    await tab.post({ type: 'rc-adapter-navigate-to', path: '/messages' });
    await tab.post({ type: 'rc-adapter-update-features-flags' });
    await tab.phone.locator('[data-tab="/messages"]').waitFor();
    await tab.post({ type: 'rc-adapter-navigate-to', path: '/messages' });
    await tab.phone.getByRole('searchbox').first().waitFor();
  }));

  it('fills the open conversation, and what the user has written stays', () => withPerson(async (person) => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    await (await Api.as(demo, ben)).text(ada, 'Talk to me');
    const tab = await open(person);
    await person.signIn(tab, ada);
    await tab.post({ type: 'rc-adapter-auto-populate-conversation', text: 'Nobody there' });
    await tab.openConversation('Talk to me');
    await tab.post({ type: 'rc-adapter-auto-populate-conversation', text: 'An offer' });
    const frame = await tab.frame();
    await frame.waitForFunction(() => document.querySelector('textarea')?.value === 'An offer');
    await tab.composer().fill('My own words');
    await tab.post({ type: 'rc-adapter-auto-populate-conversation', text: 'Another' });
    await tab.phone.getByText('What you had written here is kept').waitFor();
    assert.equal(await tab.composer().inputValue(), 'My own words');
    await tab.composer().fill('');

    // With a number and `conversation` the one that there is opens, however the number is written.
    await tab.post({ type: 'rc-adapter-navigate-to', path: '/settings' });
    await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
    await tab.post({ type: 'rc-adapter-new-sms', phoneNumber: ben.phoneNumber.replace('+1', ''), conversation: true, text: 'About our talk' });
    await tab.bubble('Talk to me').waitFor();
    await frame.waitForFunction(() => document.querySelector('textarea')?.value === 'About our talk');
    await tab.post({ type: 'rc-adapter-new-sms', phoneNumber: '+14155550177', conversation: true, text: 'To somebody new' });
    await tab.phone.getByRole('button', { name: /^Remove/ }).waitFor();
    await frame.waitForFunction(() => document.querySelector('textarea')?.value === 'To somebody new');
  }));

  it('chooses among the platforms that the operator allows, and no others', () => withPerson(async (person) => {
    await demo.command('embed', 'add', '--platform', 'https://platform.ringcentral.com', '--client-id', clientId, '--origin', host.origin);
    const tab = await open(person);
    const said = tab.page.waitForEvent('console', (m) => m.text().includes('not a platform where the operator has allowed this app'));
    assert.match(String(await value(tab, `RCAdapter.setEnvironment({ appServer: 'https://attacker.example' })`)), /^refused: .*not a platform where the operator has allowed/);
    await said;
    await value(tab, `RCAdapter.setEnvironment()`);
    const dialog = tab.phone.getByRole('dialog', { name: 'Where do you sign in?' });
    await dialog.waitFor();
    const gone = (await tab.frame()).waitForURL(/appServer=https%3A%2F%2Fplatform\.ringcentral\.com/);
    await dialog.getByRole('button', { name: 'RingCentral', exact: true }).click();
    await gone;
    await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).waitFor();
    assert.deepEqual(person.urls.filter((url) => url.includes('attacker.example')), []);
  }));
});

it('a flood of messages, some of ten megabytes, is dropped with a sentence for each type, and the phone goes on', () => withPerson(async (person) => {
  const tab = await open(person);
  await person.signIn(tab, await demo.user('Ada Archer'));
  await tab.page.evaluate(() => {
    const phone = /** @type {Window} */ (window.RCAdapter.contentFrameEl.contentWindow);
    const big = 'x'.repeat(10 << 20);
    const types = ['rc-adapter-navigate-to', 'rc-adapter-new-sms', 'rc-adapter-message-request', 'rc-adapter-register-third-party-service', 'rc-adapter-nothing', 'webpackOk'];
    let sent = 0;
    const flood = () => {
      for (let i = 0; i < 100; i++) phone.postMessage({ type: types[sent++ % types.length], path: '/settings', text: 'x', requestId: String(sent), service: {} }, '*');
      if (sent % 5000 === 0) phone.postMessage({ type: 'rc-adapter-new-sms', text: big }, '*');
      if (sent < 40_000) setTimeout(flood);
      else Reflect.set(window, '__flooded', true);
    };
    flood();
  });
  await tab.page.waitForFunction('window.__flooded');
  await tab.goTo('Settings');
  const flooded = person.console.filter((line) => line.includes('than the phone takes'));
  assert.ok(flooded.length >= 1 && flooded.length <= 6, flooded.join('\n'));
}));
