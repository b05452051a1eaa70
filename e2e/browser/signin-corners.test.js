// Corners of signing in: what links bring, what a sign-out everywhere means to
// pages that sign in by themselves, and several users in one browser.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Visitor } from '../lib/http.js';
import { Person, Tab } from '../lib/person.js';
import { identify } from '../lib/window.js';

/** @typedef {import('../lib/demo.js').User} User */

/** @type {Demo} */ let demo;
/** @type {Host} */ let host;
/** @type {string} */ let home;
before(async () => {
  demo = await Demo.start();
  host = await Host.start(demo);
  home = `${demo.facts.widget.url}/redirect.html`;
});
after(async () => {
  host?.close();
  await demo?.close();
});

/** @param {string[]} flags of offhook app add @returns {Promise<import('../lib/demo.js').App>} */
const app = (...flags) => demo.command('app', 'add', '--name', 'Corner', '--redirect-uri', home, ...flags);

/** A file with a secret, as commands want it. @param {string} name @param {string} secret */
function file(name, secret) {
  const at = path.join(demo.dir, '..', name);
  writeFileSync(at, `${secret}\n`, { mode: 0o600 });
  return at;
}

/** A code that a host's own server got. @param {string} clientId @param {User} user */
async function codeOf(clientId, user) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code', client_id: clientId, redirect_uri: home, state: 'of-the-host',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  });
  const answer = await new Visitor().signIn(`${demo.facts.platform.url}/restapi/oauth/authorize?${query}`, user);
  return { code: new URL(answer).searchParams.get('code') ?? '', verifier };
}

/** An app with a JWT of a user. @param {User} user @param {string[]} flags of offhook embed add */
async function jwtApp(user, ...flags) {
  const made = await app('--confidential', '--grant', 'jwt', '--grant', 'refresh_token');
  const { jwt } = await demo.command('credential', 'add', '--user', user.username);
  await host.allow(made.clientId, ...flags.flatMap((flag) => (flag === 'registered'
    ? ['--secret-file', file(made.clientId, made.clientSecret), '--jwt-file', file(`${made.clientId}-jwt`, jwt), '--jwt-access', 'anyone-who-can-reach-this-server']
    : [flag])));
  return { ...made, jwt };
}

/** Signs out everywhere in the settings. @param {Tab} tab */
async function signOutEverywhere(tab) {
  await tab.goTo('Settings');
  await tab.phone.getByText('Sign out everywhere…').click();
  await tab.phone.getByRole('button', { name: 'Sign Out Everywhere' }).click();
  await tab.signedOut();
}

/** Waits until the phone has done all that it does by itself. @param {import('playwright-core').Frame} frame */
const begun = (frame) => frame.evaluate(() => import(/** @type {HTMLScriptElement} */ (document.querySelector('script[type=module]')).src));

/** Waits until the phone is as whom. @param {Tab} tab @param {User} user */
async function is(tab, user) {
  await tab.signedIn();
  await tab.goTo('Settings');
  await tab.phone.getByText(user.username).first().waitFor();
}

describe('a link to the phone', () => {
  for (const [where, between] of [['query', '?'], ['fragment', '#']]) {
    it(`signs the reader in as nobody by what its author has put away, in the ${where}`, async () => {
      const { clientId, clientSecret, jwt } = await jwtApp(await demo.user());
      const appServer = demo.facts.platform.url;
      const put = await fetch(`${demo.facts.widget.url}/app.html?${new URLSearchParams({ appServer, clientId, clientSecret, jwt })}`, { redirect: 'manual' });
      const address = put.headers.get('location')?.replace('?', between) ?? '';
      assert.match(address, /intake=/);
      host.put('/link', `<a href="${address.replaceAll('&', '&amp;')}">Your new phone</a>`);
      const person = await Person.open(demo);
      try {
        const page = await person.context.newPage();
        await page.goto(`${host.origin}/link`);
        await page.getByRole('link').click();
        await page.getByRole('button', { name: 'Sign In', exact: true }).waitFor();
        await begun(page.mainFrame());
        assert.ok(await page.getByRole('button', { name: 'Sign In', exact: true }).isVisible());
        assert.doesNotMatch((await page.locator('body').getAttribute('data-signin')) ?? '', /intake/);
        assert.doesNotMatch(page.url(), /intake/);
      } finally {
        await person.close();
      }
    });
  }
});

it('a page that asks for the sign-in and brings a code in one breath is signed in by the code', async () => {
  const user = await demo.user();
  const { clientId } = await app();
  await host.allow(clientId);
  host.put('/both', host.frame({ clientId }));
  const person = await Person.open(demo);
  try {
    const tab = await host.open(person, '/both');
    await tab.hears('rc-login-status-notify', '"loggedIn":false');
    // The code is on its way to the server when the window would open.
    const frame = await tab.frame();
    const network = await person.context.newCDPSession(frame);
    await network.send('Fetch.enable', { patterns: [{ urlPattern: '*/signin/callback', requestStage: 'Request' }] });
    const sent = new Promise((resolve) => network.once('Fetch.requestPaused', resolve));
    const { code, verifier } = await codeOf(clientId, user);
    const answer = new URLSearchParams({ code, state: 'of-the-host', iss: demo.facts.platform.url, code_verifier: verifier });
    await tab.post({ type: 'rc-adapter-authorization-code', callbackUri: `${home}?${answer}` });
    const { requestId } = await sent;
    await tab.post({ type: 'rc-adapter-login' });
    await tab.hears('offhook-open-notify');
    await tab.phone.locator('[data-panel=signin][data-state=working]').waitFor();
    await network.send('Fetch.continueRequest', { requestId });
    await is(tab, user);
  } finally {
    await person.close();
  }
});

describe('after signing out everywhere', () => {
  it('no ticket is asked for, in either browser, until the page is loaded again', async () => {
    const user = await demo.user();
    const { clientId, clientSecret } = await app('--confidential');
    const { key } = await host.allow(clientId, '--secret-file', file(clientId, clientSecret), '--key');
    let asked = 0;
    const ticket = async () => {
      asked++;
      const { code, verifier } = await codeOf(clientId, user);
      const answer = await new Visitor().send(`${demo.facts.widget.url}/api/tickets`, {
        method: 'POST',
        headers: { 'Authorization': `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ origin: host.origin, user: user.username, code, codeVerifier: verifier, redirectUri: home }),
      });
      return JSON.parse(answer.body).ticket;
    };
    host.put('/tickets', `${host.script({ clientId })}<script>RCAdapter.setTicketProvider(() => ticket())</script>`);
    const people = [await Person.open(demo), await Person.open(demo)];
    try {
      const tabs = [];
      for (const person of people) {
        await person.context.exposeFunction('ticket', ticket);
        tabs.push(await (await host.open(person, '/tickets')).signedIn());
      }
      assert.equal(asked, 2);
      await signOutEverywhere(tabs[0]);
      await tabs[1].signedOut();
      for (const tab of tabs) {
        const last = await tab.page.waitForFunction(() => {
          /** @type {import('../lib/person.js').Heard[]} */
          const heard = Reflect.get(window, '__heard');
          const { data } = heard.findLast((m) => m.data?.type === 'offhook-frame-notify') ?? {};
          return data?.signedIn === false && data;
        });
        assert.equal((await last.jsonValue()).ticket, undefined, 'the phone wants no ticket');
      }
      assert.equal(asked, 2, 'nobody vouches for who has just left');
      await tabs[1].page.reload();
      await tabs[1].signedIn();
    } finally {
      for (const person of people) await person.close();
    }
  });

  it('a registered JWT waits for the click, also after a reload', async () => {
    const { clientId } = await jwtApp(await demo.user(), 'registered');
    host.put('/jwt', host.frame({ clientId }));
    const person = await Person.open(demo);
    try {
      const tab = await (await host.open(person, '/jwt')).signedIn();
      await signOutEverywhere(tab);
      await tab.phone.getByText('Everybody who opens this page signs in as the same person.').waitFor();
      await tab.page.reload();
      await tab.signedOut();
      await begun(await tab.frame());
      await tab.signedOut();
      await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
      await tab.signedIn();
    } finally {
      await person.close();
    }
  });
});

describe('two users in one browser', () => {
  it('have two phones in one page, by their prefixes', async () => {
    const users = { sales: await demo.user(), support: await demo.user() };
    const { clientId } = await app();
    await host.allow(clientId);
    const frame = (/** @type {string} */ prefix) => host.frame({ clientId, prefix }).replace('rc-widget-adapter-frame', prefix);
    host.put('/two', frame('sales') + frame('support'));
    const person = await Person.open(demo);
    try {
      const page = await person.context.newPage();
      await page.goto(`${host.origin}/two`);
      const phones = { sales: new Tab(page, '#sales'), support: new Tab(page, '#support') };
      for (const name of /** @type {const} */ (['sales', 'support'])) {
        const opened = person.context.waitForEvent('page');
        await phones[name].phone.getByRole('button', { name: 'Sign In', exact: true }).click();
        const window = await opened;
        const closed = window.waitForEvent('close');
        if (name === 'support') await window.getByRole('button', { name: 'Use another account' }).click();
        await identify(window, users[name]);
        await closed;
        await phones[name].signedIn();
      }
      for (const name of /** @type {const} */ (['sales', 'support'])) await is(phones[name], users[name]);
      await phones.sales.signOut();
      await page.reload();
      await phones.sales.signedOut();
      await is(phones.support, users.support);
    } finally {
      await person.close();
    }
  });

  it('take turns, when the page says by externalAuthId whom it means', async () => {
    const [ada, sam] = [await demo.user(), await demo.user()];
    const { clientId } = await app();
    await host.allow(clientId);
    const person = await Person.open(demo);
    /** @param {User} user @param {Record<string, string>} [more] */
    const load = async (user, more = {}) => {
      host.put('/turns', host.frame({ clientId, externalAuthId: user.username, ...more }));
      return host.open(person, '/turns');
    };
    /** @param {User} user */
    const fresh = async (user) => {
      const { code, verifier } = await codeOf(clientId, user);
      return { authorizationCode: code, authorizationCodeVerifier: verifier };
    };
    try {
      const first = await load(ada, await fresh(ada));
      await is(first, ada);
      await first.page.close();

      const again = await load(ada, await fresh(ada));
      await is(again, ada);
      await again.signOut(); // which holds for Ada, and not for Sam
      await again.page.close();

      const second = await load(sam, await fresh(sam));
      await is(second, sam);
      await second.page.close();

      const third = await load(ada, await fresh(ada));
      await is(third, ada);
      await third.page.close();

      const none = await load(sam);
      await none.signedOut(); // nothing was brought, and Ada's texts are not shown
      await none.page.reload();
      await none.signedOut();
    } finally {
      await person.close();
    }
  });
});
