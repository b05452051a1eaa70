// Signing in and out, and what a browser session survives.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Person, Tab } from '../lib/person.js';
import { triedByItself } from '../lib/window.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(async () => {
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  await demo.close();
});

for (const cookies of /** @type {const} */ (['blocked', 'allowed'])) {
  describe(`a session with third-party cookies ${cookies}`, () => {
    it('begins in a pop-up that closes itself, lives over reload and in a second tab, and is told to the page', async () => {
      const user = await demo.user();
      const { person, tab } = await Person.signedIn(demo, user, { cookies });
      try {
        const status = await tab.hears('rc-login-status-notify', '"loggedIn":true');
        assert.equal(status.loginNumber, `${demo.facts.account.mainNumber}*${user.extensionNumber}`);
        assert.equal(status.features.sms, true);
        assert.equal(status.isFreshLogin, true);
        assert.equal(person.context.pages().length, 2, 'the pop-up is gone');

        await tab.page.reload();
        await tab.signedIn();
        const again = await tab.hears('rc-login-status-notify', '"loggedIn":true');
        assert.equal(again.isFreshLogin, false);

        const second = await person.tab('/plain');
        await second.signedIn();
        await second.goTo('Settings');
        await second.phone.getByText(user.name).first().waitFor();
      } finally {
        await person.close();
      }
    });

    it('ends in all tabs at once when one signs out', async () => {
      const user = await demo.user();
      const { person, tab } = await Person.signedIn(demo, user, { cookies });
      try {
        const second = await (await person.tab('/plain')).signedIn();
        await tab.hears('rc-login-status-notify', '"loggedIn":true');
        await second.hears('rc-login-status-notify', '"loggedIn":true');
        await tab.signOut();
        await second.signedOut();
        await second.page.waitForFunction(() => {
          const all = /** @type {any[]} */ (Reflect.get(window, '__heard')).filter((m) => m.data?.type === 'rc-login-status-notify');
          return all.at(-1)?.data.loggedIn === false;
        });
        await tab.page.reload();
        await tab.signedOut();
      } finally {
        await person.close();
      }
    });
  });
}

describe('a session', () => {
  it('is not seen by a page of another origin that embeds the same phone', async () => {
    // The same host and so the same cookie partition, but another port.
    const other = createServer((_, res) => {
      const { widget, platform, apps } = demo.facts;
      const query = new URLSearchParams({ clientId: apps[0].clientId, appServer: platform.url });
      res.setHeader('Content-Type', 'text/html');
      res.end(`<!doctype html><title>Another page</title><body><script src="${widget.url}/adapter.js?${query}"></script>`);
    });
    await new Promise((resolve) => other.listen(0, '127.0.0.1', () => resolve(undefined)));
    const origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (other.address()).port}`;
    await demo.command('embed', 'add', '--platform', demo.facts.platform.url, '--client-id', demo.facts.apps[0].clientId, '--origin', demo.facts.host.url, '--origin', origin);
    const { person } = await Person.signedIn(demo, await demo.user());
    try {
      const tab = new Tab(await person.context.newPage());
      await tab.page.goto(origin);
      await tab.signedOut();
      const frame = await tab.frame();
      assert.equal(await frame.evaluate(() => document.body.dataset.origin), origin);
      assert.equal(await frame.evaluate(() => document.body.dataset.signedIn), 'false');
    } finally {
      await person.close();
      other.closeAllConnections();
      other.close();
    }
  });

  it('that ends takes its tokens with it: the platform is told to revoke them', async () => {
    const { person, tab } = await Person.signedIn(demo, await demo.user());
    try {
      const before = revocations();
      await tab.signOut();
      await demo.logged(() => revocations() === before + 1);
    } finally {
      await person.close();
    }
  });

  it('comes back by itself after the server was away, and says so meanwhile', async () => {
    const user = await demo.user();
    const colleague = await demo.user();
    const { person, tab } = await Person.signedIn(demo, user);
    try {
      await demo.stop();
      await tab.phone.getByText(/lost its connection|no connection|cannot be reached|offline/i).first().waitFor();
      await demo.start();
      await tab.phone.getByText(/lost its connection|no connection|cannot be reached|offline/i).first().waitFor({ state: 'hidden' });
      await (await Api.as(demo, colleague)).text(user, 'Are you back?');
      await tab.phone.getByText('Are you back?').first().waitFor();
    } finally {
      await person.close();
    }
  });

  it('comes back by itself after the network was away', async () => {
    const user = await demo.user();
    const colleague = await demo.user();
    const { person, tab } = await Person.signedIn(demo, user);
    try {
      const api = await Api.as(demo, colleague);
      await person.context.setOffline(true);
      await api.text(user, 'While you were offline');
      await person.context.setOffline(false);
      await tab.phone.getByText('While you were offline').first().waitFor();
    } finally {
      await person.close();
    }
  });

  it('keeps twenty tabs of one user live over plain HTTP/1.1', async () => {
    const user = await demo.user();
    const colleague = await demo.user();
    const { person, tab } = await Person.signedIn(demo, user, { path: '/plain' });
    try {
      const tabs = [tab];
      while (tabs.length < 20) tabs.push(await (await person.tab('/plain')).signedIn());
      const api = await Api.as(demo, colleague);
      await api.text(user, 'To all twenty');
      await Promise.all(tabs.map((t) => t.phone.getByText('To all twenty').first().waitFor()));
      // All pages show it; one of them is told (contract/service.md 18).
      await Promise.any(tabs.map((t) => t.hears('rc-inbound-message-notify', 'To all twenty')));
      // The connections that the sockets hold leave room for requests.
      await tabs[19].openConversation('To all twenty');
      await tabs[19].send('From the twentieth');
      await tabs[0].phone.getByText('From the twentieth').first().waitFor();
    } finally {
      await person.close();
    }
  });
});

/** How often the platform has revoked a session, by its log. */
function revocations() {
  return demo.log().split('\n').filter((line) => line.includes('path=/restapi/oauth/revoke') && line.includes('status=200')).length;
}

describe('the Sign In button', () => {
  it('offers a plain link when the browser blocked the window', async () => {
    const user = await demo.user();
    const person = await Person.open(demo);
    try {
      // The page itself commands a sign-in as soon as the phone is there,
      // which no click has asked for. What a test evaluates counts as a click,
      // so it is said in a script that runs with the page.
      await person.context.addInitScript(() => {
        globalThis.addEventListener('message', (e) => {
          if (e.data?.type === 'rc-login-status-notify' && globalThis.parent === globalThis.self) {
            /** @type {Window} */ (e.source).postMessage({ type: 'rc-adapter-login' }, e.origin);
          }
        });
      });
      const tab = new Tab(await person.context.newPage());
      const tried = triedByItself(person);
      await tab.page.goto(demo.facts.host.url);
      await tried;
      const link = tab.phone.getByRole('link', { name: 'Open the sign-in page' });
      await link.waitFor();
      const popup = person.context.waitForEvent('page');
      await link.click();
      const window = await popup;
      await window.locator('input[autocomplete=username]').fill(user.username);
      await window.locator('input[type=password]').fill(user.password);
      await window.locator('input[type=password]').press('Enter');
      await tab.signedIn();
    } finally {
      await person.close();
    }
  });

  it('keeps working after the window was closed and after a wrong password', async () => {
    const user = await demo.user();
    const person = await Person.open(demo);
    try {
      const tab = await person.tab();
      const first = person.context.waitForEvent('page');
      await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
      await (await first).close();
      await tab.phone.getByRole('button', { name: /cancel/i }).click();
      const second = person.context.waitForEvent('page');
      await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
      const window = await second;
      await window.locator('input[autocomplete=username]').fill(user.username);
      await window.locator('input[type=password]').fill('wrong');
      await window.locator('input[type=password]').press('Enter');
      await window.getByRole('alert').waitFor();
      await window.locator('input[type=password]').fill(user.password);
      await window.locator('input[type=password]').press('Enter');
      await tab.signedIn();
    } finally {
      await person.close();
    }
  });
});
