// OpenID Connect as a certified client reads it: it checks signature, nonce,
// issuer, audience and times of every id_token itself, and signs its own
// requests in every way that the discovery document offers.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as client from 'openid-client';
import { ada, confidentialApp, facts, nora, publicApp, signer } from './facts.js';
import { Visitor } from '../lib/http.js';
import { privateKey } from './signer.js';

const issuer = new URL(facts.platform?.tlsUrl ?? 'https://localhost');
const account = `${issuer.origin}/restapi/v1.0/account/~`;
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * Goes the code way with what the client builds, and lets it check the answer.
 * @param {client.Configuration} config
 * @param {import('../lib/demo.js').App} app
 * @param {{pushed?: boolean, scope?: string}} [options]
 */
async function signIn(config, app, { pushed = false, scope = 'openid email profile' } = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = scope.includes('openid') ? client.randomNonce() : undefined; // with a nonce the client insists on an id_token
  const params = {
    redirect_uri: app.redirectUris[0], scope, state: expectedState, ...(expectedNonce && { nonce: expectedNonce }),
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
  };
  const url = pushed ? await client.buildAuthorizationUrlWithPAR(config, params) : client.buildAuthorizationUrl(config, params);
  if (pushed) assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
  const answer = await new Visitor(facts.platform.caFile).signIn(url.href, nora);
  return client.authorizationCodeGrant(config, new URL(answer), { pkceCodeVerifier, expectedState, expectedNonce });
}

/** @type {[string, import('../lib/demo.js').App, () => Promise<client.ClientAuth>][]} */
const ways = [
  ['none', publicApp, async () => client.None()],
  ['client_secret_basic', confidentialApp, async () => client.ClientSecretBasic(confidentialApp.clientSecret)],
  ['client_secret_post', confidentialApp, async () => client.ClientSecretPost(confidentialApp.clientSecret)],
  ['client_secret_jwt', confidentialApp, async () => client.ClientSecretJwt(confidentialApp.clientSecret)],
  ['private_key_jwt', signer?.app, async () => client.PrivateKeyJwt(await privateKey(signer))],
];

for (const [method, app, authentication] of ways) {
  describe(`openid-client by ${method}`, () => {
    const configured = async () => client.discovery(issuer, app.clientId, undefined, await authentication());

    it('is offered', async () => {
      const offered = (await configured()).serverMetadata();
      assert.ok(offered.token_endpoint_auth_methods_supported?.includes(method));
    });

    it('learns who signed in, from the id_token and from userinfo', async () => {
      const config = await configured();
      const tokens = await signIn(config, app);
      const claims = tokens.claims();
      assert.equal(claims?.sub, String(nora.extensionId));
      assert.equal(claims?.azp, app.clientId);
      assert.equal(claims?.email, nora.username);
      const about = await client.fetchUserInfo(config, tokens.access_token, String(claims?.sub));
      assert.equal(about.name, nora.name);
      assert.equal(about.account_id, String(facts.account.id));
    });

    it('pushes its request ahead', async () => {
      const config = await configured();
      assert.ok((await signIn(config, app, { pushed: true })).id_token);
    });

    it('refreshes, and gets the same pair again while that is unused', async () => {
      const config = await configured();
      const first = await signIn(config, app, { scope: 'ReadAccounts' });
      assert.equal(first.id_token, undefined);
      const second = await client.refreshTokenGrant(config, String(first.refresh_token));
      const again = await client.refreshTokenGrant(config, String(first.refresh_token));
      assert.equal(again.access_token, second.access_token);
      assert.equal(again.refresh_token, second.refresh_token);
      assert.equal((await client.fetchProtectedResource(config, second.access_token, new URL(account), 'GET')).status, 200);
    });

    it('revokes the session with either token', async () => {
      const config = await configured();
      const tokens = await signIn(config, app);
      await client.tokenRevocation(config, String(tokens.refresh_token));
      await assert.rejects(client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck));
      await assert.rejects(client.refreshTokenGrant(config, String(tokens.refresh_token)), (/** @type {any} */ err) => err.error === 'invalid_grant');
    });

    it(method === 'none' ? 'may not ask about tokens' : 'asks about its own tokens, and learns nothing of others', async () => {
      const config = await configured();
      const mine = await signIn(config, app);
      if (method === 'none') {
        await assert.rejects(client.tokenIntrospection(config, mine.access_token), (/** @type {any} */ err) => err.error === 'invalid_client' || err.status === 401);
        return;
      }
      const told = await client.tokenIntrospection(config, mine.access_token);
      assert.equal(told.active, true);
      assert.equal(told.sub, String(nora.extensionId));
      const theirs = await signIn(await client.discovery(issuer, publicApp.clientId, undefined, client.None()), publicApp);
      assert.deepEqual(await client.tokenIntrospection(config, theirs.access_token), { active: false });
    });
  });
}

describe('openid-client with a JWT credential', () => {
  for (const [method, app, authentication] of ways.slice(1)) {
    it(`signs in as its user, by ${method}`, async () => {
      const config = await client.discovery(issuer, app.clientId, undefined, await authentication());
      const tokens = await client.genericGrantRequest(config, jwtBearer, { assertion: String(ada?.jwt) });
      const res = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${account}/extension/~`), 'GET');
      assert.equal(String((await res.json()).id), String(ada?.extensionId));
    });
  }

  it('is refused for an app that is not registered for it', async () => {
    const config = await client.discovery(issuer, publicApp.clientId, undefined, client.None());
    await assert.rejects(client.genericGrantRequest(config, jwtBearer, { assertion: String(ada?.jwt) }), (/** @type {any} */ err) => err.error === 'unauthorized_client');
  });

  it('is refused when the credential was changed', async () => {
    const config = await client.discovery(issuer, confidentialApp.clientId, undefined, client.ClientSecretBasic(confidentialApp.clientSecret));
    const [head, payload, signature] = String(ada?.jwt).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const other = Buffer.from(JSON.stringify({ ...claims, sub: String(nora.extensionId) })).toString('base64url');
    await assert.rejects(client.genericGrantRequest(config, jwtBearer, { assertion: [head, other, signature].join('.') }), (/** @type {any} */ err) => err.error === 'invalid_grant');
  });
});
