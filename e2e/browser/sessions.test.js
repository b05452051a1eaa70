// How sessions live and end: where the browser refuses the phone's cookie,
// everywhere at once, and by the platform's word.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

describe('a browser that refuses the cookie', () => {
  it('carries a handle in headers and in the first frame of the socket, and nowhere else', async () => {
    const user = await demo.user();
    const other = await demo.user('Otto Other');
    const person = await Person.open(demo, { cookies: 'refused' });
    try {
      /** @type {string[]} */ const urls = [];
      /** @type {Set<string>} */ const handles = new Set();
      const tab = await person.tab();
      tab.page.on('request', (r) => urls.push(r.url()));
      tab.page.on('response', async (r) => {
        const handle = (await r.allHeaders().catch(() => ({})))['x-offhook-session'];
        if (handle) handles.add(handle);
      });
      const opened = tab.page.waitForEvent('websocket');
      await person.signIn(tab, user);
      const socket = await opened;
      urls.push(socket.url());
      await tab.hears('rc-login-status-notify', '"loggedIn":true');
      await tab.compose(other.name, other.name);
      await tab.send('Without a cookie');
      await tab.bubble('Without a cookie').waitFor();
      await tab.goTo('Settings');
      await tab.phone.getByText(user.name).first().waitFor();

      assert.equal(handles.size, 1, 'the sign-in was answered with one handle');
      for (const handle of handles) {
        assert.ok(handle.length >= 43);
        assert.ok(!urls.some((u) => u.includes(handle)), 'an address holds the handle');
        assert.ok(!demo.log().includes(handle), 'the log holds the handle');
      }
      assert.deepEqual((await person.context.cookies()).filter((c) => c.name.startsWith('__Host-oh')), [], 'the mode holds');
      await tab.signOut();
      await tab.hears('rc-login-status-notify', '"loggedIn":false');
    } finally {
      await person.close();
    }
  });
});

describe('signing out everywhere', () => {
  it('asks first, ends the phone in every browser, and says so', async () => {
    const user = await demo.user();
    const one = await Person.signedIn(demo, user);
    const two = await Person.signedIn(demo, user);
    try {
      await one.tab.goTo('Settings');
      const button = one.tab.phone.getByRole('button', { name: 'Sign Out Everywhere' });
      assert.equal(await button.isVisible(), false, 'one click is not enough');
      await one.tab.phone.getByText('Sign out everywhere…').click();
      await button.click();
      await one.tab.signedOut();
      await two.tab.signedOut();
      await two.tab.phone.getByText('You were signed out everywhere.').waitFor();
      await two.tab.page.reload();
      await two.tab.signedOut();
    } finally {
      await Promise.all([one.person.close(), two.person.close()]);
    }
    const trail = await demo.audit();
    assert.ok(trail.some((e) => e.kind === 'sign-out' && e.detail.startsWith('everywhere') && e.address === '127.0.0.1'), JSON.stringify(trail));
    assert.ok(trail.every((e) => e.kind !== 'sign-in' || (e.user && e.app && ['code', 'callback'].includes(e.way) && e.origin && e.address)), JSON.stringify(trail));
  });
});

describe('a session that the platform ends', () => {
  it('ends in the sign-in panel with the reason, and the page is told', async () => {
    const user = await demo.user();
    const other = await demo.user('Olga Other');
    const { person, tab } = await Person.signedIn(demo, user);
    try {
      await tab.hears('rc-login-status-notify', '"loggedIn":true');
      await demo.removeUser(user.username);
      // The phone notices at its next request. That may be one of its own
      // before this text is written, so the writing may be cut short.
      const writing = tab.compose(other.name, other.name).then(() => tab.send('Never to arrive'));
      writing.catch(() => {});
      await tab.signedOut();
      await tab.phone.getByText('The phone service ended your session.').waitFor();
      await tab.hears('rc-login-status-notify', '"loggedIn":false');
    } finally {
      await person.close();
    }
    assert.ok((await demo.audit()).some((e) => e.kind === 'refresh-failure'));
  });
});

describe('signing out while texts wait to be sent', () => {
  it('asks first, and sends first when the user wants that', async () => {
    const user = await demo.user();
    const other = await demo.user('Wanda Waiting');
    const { person, tab } = await Person.signedIn(demo, user);
    try {
      await tab.compose(other.name, other.name);
      await tab.send('This one goes');
      await tab.bubble('This one goes').waitFor();
      const refused = tab.page.waitForEvent('requestfailed', (r) => r.url().endsWith('/messages'));
      await tab.page.route(/\/messages$/, (route) => route.abort());
      await tab.send('This one waits');
      await refused;

      await tab.goTo('Settings');
      await tab.phone.getByRole('button', { name: 'Sign Out', exact: true }).click();
      const dialog = tab.phone.getByRole('dialog', { name: '1 text has not been sent yet' });
      await dialog.waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await tab.phone.getByRole('heading', { name: 'Settings' }).waitFor();
      await tab.phone.getByRole('button', { name: 'Sign Out', exact: true }).click();
      await dialog.getByRole('button', { name: 'Send first' }).click();
      await tab.phone.getByRole('dialog', { name: 'Sending 1 text…' }).waitFor();
      await tab.page.unroute(/\/messages$/);
      await tab.signedOut();
      await tab.phone.getByText('You are signed out.', { exact: true }).waitFor();

      await person.signIn(tab, user);
      await tab.row(other.name).click();
      await tab.bubble('This one waits').waitFor();
    } finally {
      await person.close();
    }
  });
});

describe('an embed that the operator removes', () => {
  it('closes the phones of everybody who is signed in by it, with a sentence', async () => {
    const user = await demo.user();
    const { person, tab } = await Person.signedIn(demo, user);
    const app = ['--platform', demo.facts.platform.url, '--client-id', 'offhook-demo'];
    try {
      await tab.hears('rc-login-status-notify', '"loggedIn":true');
      await demo.command('embed', 'add', ...app, '--origin', demo.facts.host.url);
      assert.ok((await demo.command('embed', 'list')).some((/** @type {any} */ e) => e.clientId === 'offhook-demo'));
      const { signedOut } = await demo.command('embed', 'remove', ...app);
      assert.ok(signedOut >= 1, `${signedOut} signed out`);
      await tab.signedOut();
      await tab.phone.getByText('Your administrator has removed the phone from this page.').waitFor();
      await tab.hears('rc-login-status-notify', '"loggedIn":false');
    } finally {
      await person.close();
    }
    assert.ok((await demo.audit()).some((e) => e.kind === 'sign-out' && e.detail === 'embed-removed'));
  });
});
