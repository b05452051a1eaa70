// The page around the phone: what it hears, what it may command, its links,
// and what a page that was not invited gets.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { frameSelector, Person } from '../lib/person.js';

/** @type {Demo} */
let demo;
/** @type {import('node:http').Server} another site, which nobody registered */
let stranger;
/** @type {string} */
let strangerUrl;

before(async () => {
  demo = await Demo.start();
  stranger = createServer((req, res) => {
    res.setHeader('Content-Type', 'text/html');
    const to = new URL(req.url ?? '/', 'http://x').searchParams.get('frame');
    res.end(to ? `<!doctype html><title>Stranger</title><iframe id="rc-widget-adapter-frame" src="${to.replaceAll('"', '&quot;')}"></iframe>` : '<!doctype html><title>Stranger</title>');
  });
  await new Promise((resolve) => stranger.listen(0, '127.0.0.3', () => resolve(undefined)));
  strangerUrl = `http://127.0.0.3:${/** @type {import('node:net').AddressInfo} */ (stranger.address()).port}`;
});
after(async () => {
  stranger.closeAllConnections();
  stranger.close();
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  await demo.close();
});

/** A number in San Francisco in any notation. @param {string} line its last four digits */
const shown = (line) => new RegExp(`415\\D*555\\D*${line}`);

describe('the host page', () => {
  it('hears who is signed in, where the user is, what came in and what changed', async () => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    const person = await Person.open(demo);
    try {
      const tab = await person.tab();
      const { eventId: _, sequence: __, ...out } = await tab.hears('rc-login-status-notify', '"loggedIn":false');
      assert.deepEqual(out, { type: 'rc-login-status-notify', loggedIn: false });
      await person.signIn(tab, ada);
      const status = await tab.hears('rc-login-status-notify', '"loggedIn":true');
      assert.equal(status.loginNumber, `${demo.facts.account.mainNumber}*${ada.extensionNumber}`);
      assert.equal(status.contractedCountryCode, 'US');
      assert.equal(status.admin, false);
      assert.deepEqual(Object.keys(status.features).sort(), ['call', 'glip', 'meeting', 'ringSenseInsights', 'smartNote', 'sms']);

      await tab.hears('rc-route-changed-notify', '/messages');
      await (await Api.as(demo, ben)).text(ada, 'Ring ring');
      const { message } = await tab.hears('rc-inbound-message-notify', 'Ring ring');
      assert.equal(typeof message.id, 'number');
      assert.equal(message.direction, 'Inbound');
      assert.equal(message.readStatus, 'Unread');
      assert.ok(message.conversation.id);
      await tab.openConversation('Ring ring');
      await tab.hears('rc-route-changed-notify', '/conversations/');
      const read = await tab.hears('rc-message-updated-notify', '"readStatus":"Read"');
      assert.equal(read.message.id, message.id);

      await tab.goTo('Settings');
      await tab.hears('rc-route-changed-notify', '/settings');
      const origins = new Set((await tab.heard()).filter((m) => String(m.data?.type).startsWith('rc-')).map((m) => m.origin));
      assert.deepEqual([...origins], [demo.facts.widget.url]);
    } finally {
      await person.close();
    }
  });

  it('may show pages, begin a text, sign the user in and out', async () => {
    const ada = await demo.user('Ada Archer');
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/settings' });
      await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
      await tab.post({ type: 'rc-adapter-navigate-to', path: 'goBack' });
      await tab.phone.getByRole('searchbox').first().waitFor();
      await tab.post({ type: 'rc-adapter-new-sms', phoneNumber: '+14155550123', text: 'Filled in by the page' });
      await tab.composer().waitFor();
      await tab.phone.getByText(shown('0123')).locator('visible=true').first().waitFor();
      assert.equal(await tab.composer().inputValue(), 'Filled in by the page');
      await tab.post({ type: 'rc-adapter-new-call', phoneNumber: '+14155550124' });
      await tab.phone.getByRole('button', { name: 'Delete a digit' }).waitFor(); // there is a number
      assert.match(await tab.phone.getByLabel('Name or number').inputValue(), shown('0124'));
      await tab.post({ type: 'rc-adapter-logout' });
      await tab.signedOut();
    } finally {
      await person.close();
    }
  });

  it('loses no command by asking early: before the phone has loaded, and before anybody is signed in', async () => {
    const ada = await demo.user('Ada Archer');
    const person = await Person.open(demo);
    try {
      await person.context.addInitScript(() => {
        document.addEventListener('DOMContentLoaded', () => window.RCAdapter?.clickToSMS('+14155550131', 'Asked early'));
      });
      const tab = await person.tab('/plain');
      await person.signIn(tab, ada);
      for (const when of ['after the sign-in', 'at a reload', 'at another']) {
        await tab.phone.getByText(shown('0131')).locator('visible=true').first().waitFor();
        assert.equal(await tab.composer().inputValue(), 'Asked early', when);
        await tab.page.reload();
        await tab.signedIn();
      }
    } finally {
      await person.close();
    }
  });

  it('has RCAdapter, and its tel: and sms: links open the phone', async () => {
    const ada = await demo.user('Ada Archer');
    const { person, tab } = await Person.signedIn(demo, ada, { path: '/plain' });
    try {
      await tab.page.evaluate(() => {
        for (const [id, href] of [['call', 'tel:+14155550125'], ['text', 'sms:+14155550126?body=From%20a%20link']]) {
          const link = Object.assign(document.createElement('a'), { id, href, textContent: href });
          document.body.prepend(link);
        }
      });
      await tab.page.evaluate(() => window.RCAdapter.setMinimized(true));
      assert.equal(await tab.page.evaluate(() => window.RCAdapter.minimized), true);
      await tab.page.click('#call');
      // There is no microphone here: the number waits to be called.
      await tab.phone.getByRole('alert').filter({ hasText: /microphone/i }).first().waitFor();
      assert.match(await tab.phone.getByLabel('Name or number').inputValue(), shown('0125'));
      assert.equal(await tab.page.evaluate(() => window.RCAdapter.minimized), false);
      await tab.page.click('#text');
      await tab.phone.getByText(shown('0126')).locator('visible=true').first().waitFor();
      assert.equal(await tab.composer().inputValue(), 'From a link');
      await tab.page.evaluate(() => window.RCAdapter.navigateTo('/settings'));
      await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
      await tab.page.evaluate(() => window.RCAdapter.clickToSMS('+14155550127', 'Clicked'));
      await tab.phone.getByText(shown('0127')).locator('visible=true').first().waitFor();
      await tab.page.evaluate(() => window.RCAdapter.dispose());
      assert.equal(await tab.page.locator(frameSelector).count(), 0);
    } finally {
      await person.close();
    }
  });
});

describe('a page that was not invited', () => {
  it('cannot frame a registered embed, nor reuse the address of another page\'s frame', async () => {
    const person = await Person.open(demo);
    try {
      const tab = await person.tab();
      const address = (await tab.frame()).url();
      const page = await person.context.newPage();
      await page.goto(`${strangerUrl}/?frame=${encodeURIComponent(address)}`);
      await page.waitForLoadState('networkidle');
      assert.equal(await page.frameLocator('iframe').getByRole('button', { name: 'Sign In', exact: true }).count(), 0);
    } finally {
      await person.close();
    }
  });

  it('is not heard when it posts messages to the phone, and hears nothing', async () => {
    const ada = await demo.user('Ada Archer');
    const { person, tab } = await Person.signedIn(demo, ada, { path: '/plain' });
    try {
      // The page opens the stranger, which can reach the phone through its opener.
      await tab.page.evaluate((url) => {
        const button = Object.assign(document.createElement('button'), { id: 'stranger', textContent: 'Open' });
        button.addEventListener('click', () => window.open(url));
        document.body.prepend(button);
      }, `${strangerUrl}/`);
      const [popup] = await Promise.all([
        person.context.waitForEvent('page'),
        tab.page.locator('#stranger').click(),
      ]);
      await popup.waitForLoadState();
      const posted = await popup.evaluate(() => {
        const phone = window.opener.frames[0];
        for (const type of ['rc-adapter-logout', 'rc-adapter-navigate-to', 'rc-adapter-new-sms', 'rc-adapter-login']) {
          phone.postMessage({ type, path: '/settings', phoneNumber: '+14155550128', text: 'from a stranger' }, '*');
        }
        phone.postMessage({ callbackUri: 'http://localhost/redirect.html?code=x&state=y' }, '*');
        phone.postMessage({ type: 'offhook-frame-notify' }, '*');
        return 'posted';
      });
      assert.equal(posted, 'posted');
      // A message of the rightful page, sent after them, shows that they have been handled.
      await tab.post({ type: 'rc-adapter-new-sms', phoneNumber: '+14155550129', text: 'from the page' });
      await tab.phone.getByText(shown('0129')).locator('visible=true').first().waitFor();
      assert.equal(await tab.composer().inputValue(), 'from the page');
      assert.equal(await tab.phone.getByText(shown('0128')).count(), 0);
      const told = await popup.evaluate(() => Reflect.get(window, '__heard').map((/** @type {any} */ m) => m.data?.type));
      assert.deepEqual(told, []);
    } finally {
      await person.close();
    }
  });

  it('gets no answer to malformed and oversized messages, and the phone goes on', async () => {
    const ada = await demo.user('Ada Archer');
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      for (const message of [
        null, 7, 'text', [], [[[]]], {}, { type: 7 }, { type: '__proto__' }, { type: 'constructor' },
        { type: 'rc-adapter-navigate-to' }, { type: 'rc-adapter-navigate-to', path: { toString: 'x' } },
        { type: 'rc-adapter-navigate-to', path: 'javascript:alert(1)' }, { type: 'rc-adapter-navigate-to', path: '//attacker.example' },
        { type: 'rc-adapter-new-sms', phoneNumber: ['+1'], text: { a: 1 } },
        { type: 'rc-adapter-new-sms', phoneNumber: '+14155550130', text: 'x'.repeat(1 << 20) },
        { type: 'rc-adapter-new-call', phoneNumber: '<img src=x onerror=alert(1)>' },
      ]) {
        await tab.post(message);
      }
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/settings' });
      await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
      assert.deepEqual(person.console.filter((line) => line.startsWith('uncaught')), []);
      assert.deepEqual(person.urls.filter((url) => url.includes('attacker.example')), []);
    } finally {
      await person.close();
    }
  });
});
