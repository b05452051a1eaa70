// The ways to sign in, each as an app, a snippet and what a person or a page
// does. Every app is made for its host site, so that no way helps another.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Visitor } from './http.js';
import { finish, identify, openWindow, triedByItself } from './window.js';

/**
 * @typedef {import('./person.js').Tab} Tab
 * @typedef {{person: import('./person.js').Person, host: import('./host.js').Host, mode: import('./modes.js').Mode,
 *   user: import('./demo.js').User, path: string}} Stage
 * @typedef {{name: string, opener?: boolean, signIn: (stage: Stage) => Promise<Tab>}} Way
 * opener says that the way lives on a window that can reach the phone.
 */

/**
 * Shows the phone on a page of the stage, and opens that.
 * @param {Stage} stage @param {Record<string, string>} parameters @param {string} [script] that runs before the phone
 */
function show({ person, host, mode, path: at }, parameters, script = '') {
  host.put(at, mode.prelude + script + host.script(parameters), mode.headers);
  return host.open(person, at);
}

/**
 * Shows the phone and signs in through its window.
 * @param {Stage} stage @param {Record<string, string>} parameters
 */
async function throughWindow(stage, parameters) {
  const asked = stage.mode.click || triedByItself(stage.person);
  const tab = await show(stage, parameters);
  await asked;
  const window = await openWindow(stage.person, tab, stage.mode);
  await identify(window, stage.user);
  await finish(tab, window, stage.mode);
  return tab;
}

/**
 * Makes an app at the platform.
 * @param {Stage} stage @param {string[]} flags of offhook app add
 * @returns {Promise<import('./demo.js').App>}
 */
function app({ host }, ...flags) {
  return host.demo.command('app', 'add', '--name', 'Matrix', ...flags);
}

/** The widget's own redirect page. @param {Stage} stage */
const home = ({ host }) => `${host.demo.facts.widget.url}/redirect.html`;

/**
 * Keeps a secret in a file, as commands want it.
 * @param {Stage} stage @param {string} name @param {string} secret
 */
function file({ host }, name, secret) {
  const at = path.join(host.demo.dir, '..', name);
  writeFileSync(at, `${secret}\n`, { mode: 0o600 });
  return at;
}

/**
 * Has the user sign in at the platform without any phone, as a host's own
 * server would arrange it, and returns the code.
 * @param {Stage} stage @param {string} clientId @param {{verifier?: boolean, redirectUri?: string}} [options]
 */
async function codeMadeElsewhere(stage, clientId, { verifier = true, redirectUri = home(stage) } = {}) {
  const secret = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: 'of-the-host',
    ...(verifier && { code_challenge: createHash('sha256').update(secret).digest('base64url'), code_challenge_method: 'S256' }),
  });
  const answer = await new Visitor().signIn(`${stage.host.demo.facts.platform.url}/restapi/oauth/authorize?${query}`, stage.user);
  const code = new URL(answer).searchParams.get('code') ?? '';
  assert.notEqual(code, '');
  return { code, verifier: secret, answer };
}

/** @param {Stage} stage @returns {Promise<string>} */
async function jwtOf({ host, user }) {
  const credential = await host.demo.command('credential', 'add', '--user', user.username);
  assert.ok(credential.jwt);
  return credential.jwt;
}

/**
 * Signs the person's browser in to the platform, as a host's own sign-in does.
 * @param {Stage} stage @param {string} clientId
 */
async function atThePlatform(stage, clientId) {
  const query = new URLSearchParams({
    response_type: 'code', client_id: clientId, redirect_uri: home(stage), state: 'of-the-host',
    code_challenge: createHash('sha256').update('unused').digest('base64url'), code_challenge_method: 'S256',
  });
  const page = await stage.person.context.newPage();
  await page.goto(`${stage.host.demo.facts.platform.url}/restapi/oauth/authorize?${query}`);
  await identify(page, stage.user);
  await page.waitForURL(`${home(stage)}**`);
  await page.close();
}

/** The host page's own redirect page: it may have lost its opener, but not its origin. */
const redirectPage = `<script>new BroadcastChannel('redirect').postMessage(location.href); close()</script>`;

/** A host page that opens the sign-in window itself and hands over what came of it. */
const ownWindow = `<script>
  let phone;
  addEventListener('message', (e) => {
    if (e.data?.type !== 'rc-login-popup-notify') return;
    phone = e;
    const a = Object.assign(document.createElement('a'), { href: e.data.oAuthUri, target: '_blank', textContent: 'Sign in to the phone' });
    document.body.append(a);
  });
  new BroadcastChannel('redirect').onmessage = ({ data }) =>
    phone.source.postMessage({ type: 'rc-adapter-authorization-code', callbackUri: data }, phone.origin);
</script>`;

/** @type {Way[]} */
export const ways = [
  {
    name: 'code and PKCE',
    async signIn(stage) {
      const { clientId } = await app(stage, '--redirect-uri', home(stage));
      await stage.host.allow(clientId);
      return throughWindow(stage, { clientId });
    },
  },
  {
    name: 'code and a registered secret',
    async signIn(stage) {
      const { clientId, clientSecret } = await app(stage, '--redirect-uri', home(stage), '--confidential');
      await stage.host.allow(clientId, '--secret-file', file(stage, clientId, clientSecret));
      return throughWindow(stage, { clientId });
    },
  },
  {
    name: 'code and a secret in the address, by the old names',
    async signIn(stage) {
      const { clientId, clientSecret } = await app(stage, '--redirect-uri', home(stage), '--confidential');
      await stage.host.allow(clientId);
      return throughWindow(stage, { appKey: clientId, appSecret: clientSecret });
    },
  },
  {
    name: 'a redirect page of the host that posts to its opener',
    opener: true,
    async signIn(stage) {
      const redirectUri = `${stage.host.origin}/to-opener`;
      stage.host.put('/to-opener', '<script>opener.postMessage({ callbackUri: location.href }, "*")</script>');
      const { clientId } = await app(stage, '--redirect-uri', redirectUri);
      await stage.host.allow(clientId, '--redirect-uri', redirectUri);
      return throughWindow(stage, { clientId, redirectUri });
    },
  },
  {
    name: 'a window that the host page opens',
    async signIn(stage) {
      const redirectUri = `${stage.host.origin}/redirect`;
      stage.host.put('/redirect', redirectPage);
      const { clientId } = await app(stage, '--redirect-uri', redirectUri);
      await stage.host.allow(clientId, '--redirect-uri', redirectUri);
      const tab = await show(stage, { clientId, redirectUri, disableLoginPopup: '1' }, ownWindow);
      if (stage.mode.click) await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
      const opened = stage.person.context.waitForEvent('page');
      await tab.page.getByRole('link', { name: 'Sign in to the phone' }).click();
      await identify(await opened, stage.user);
      return tab;
    },
  },
  {
    name: 'a code that the host made, in the address with its verifier',
    async signIn(stage) {
      const { clientId } = await app(stage, '--redirect-uri', home(stage));
      await stage.host.allow(clientId);
      const { code, verifier } = await codeMadeElsewhere(stage, clientId);
      return show(stage, { clientId, authorizationCode: code, authorizationCodeVerifier: verifier });
    },
  },
  {
    name: 'a code that the host made, in the address with the secret',
    async signIn(stage) {
      const { clientId, clientSecret } = await app(stage, '--redirect-uri', home(stage), '--confidential');
      await stage.host.allow(clientId);
      const { code } = await codeMadeElsewhere(stage, clientId, { verifier: false });
      return show(stage, { clientId, clientSecret, authorizationCode: code });
    },
  },
  {
    name: 'a code that the host made, by message',
    async signIn(stage) {
      const { clientId } = await app(stage, '--redirect-uri', home(stage));
      await stage.host.allow(clientId);
      const { answer, verifier } = await codeMadeElsewhere(stage, clientId);
      const tab = await show(stage, { clientId });
      await tab.hears('rc-login-status-notify', '"loggedIn":false');
      await tab.post({ type: 'rc-adapter-authorization-code', callbackUri: `${answer}&code_verifier=${verifier}` });
      return tab;
    },
  },
  {
    name: 'a JWT in the address',
    async signIn(stage) {
      const { clientId, clientSecret } = await app(stage, '--confidential', '--grant', 'jwt', '--grant', 'refresh_token');
      await stage.host.allow(clientId);
      return show(stage, { clientId, clientSecret, jwt: await jwtOf(stage) });
    },
  },
  {
    name: 'a registered JWT',
    async signIn(stage) {
      const { clientId, clientSecret } = await app(stage, '--confidential', '--grant', 'jwt', '--grant', 'refresh_token');
      await stage.host.allow(
        clientId,
        '--secret-file', file(stage, clientId, clientSecret),
        '--jwt-file', file(stage, `${clientId}-jwt`, await jwtOf(stage)),
        '--jwt-access', 'anyone-who-can-reach-this-server',
      );
      return show(stage, { clientId });
    },
  },
  {
    name: 'the implicit grant',
    async signIn(stage) {
      const { clientId } = await app(stage, '--redirect-uri', home(stage), '--grant', 'implicit');
      await stage.host.allow(clientId, '--implicit');
      return throughWindow(stage, { clientId });
    },
  },
  {
    name: "the browser's session with the platform",
    async signIn(stage) {
      const { clientId } = await app(stage, '--redirect-uri', home(stage));
      await stage.host.allow(clientId);
      await atThePlatform(stage, clientId);
      const asked = stage.mode.click || triedByItself(stage.person);
      const tab = await show(stage, { clientId, authMode: 'sso' });
      await asked;
      if (stage.mode.cookies === 'allowed' && stage.mode.click) return tab; // no click at all
      const window = await openWindow(stage.person, tab, stage.mode, 'Continue');
      await finish(tab, window, stage.mode);
      return tab;
    },
  },
  {
    name: "a ticket of the host's own server",
    async signIn(stage) {
      const { host, user } = stage;
      const { clientId, clientSecret } = await app(stage, '--redirect-uri', home(stage), '--confidential');
      const { key } = await host.allow(clientId, '--secret-file', file(stage, clientId, clientSecret), '--key');
      const { code, verifier } = await codeMadeElsewhere(stage, clientId);
      const answer = await new Visitor().send(`${host.demo.facts.widget.url}/api/tickets`, {
        method: 'POST',
        headers: { 'Authorization': `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ origin: host.origin, user: user.username, code, codeVerifier: verifier, redirectUri: home(stage) }),
      });
      assert.equal(Math.floor(answer.status / 100), 2, answer.body);
      return show(stage, { clientId, ticket: JSON.parse(answer.body).ticket });
    },
  },
];
