// A certified OAuth 2 client that follows the standards to the letter: it
// checks the issuer of the metadata and of every answer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as client from 'openid-client';
import { confidentialApp, facts, nora, publicApp } from './facts.js';
import { Visitor } from '../lib/http.js';

/**
 * @param {import('../lib/demo.js').App} app
 * @param {client.ClientAuth} authentication
 */
async function configure(app, authentication) {
  return client.discovery(new URL(facts.platform.tlsUrl), app.clientId, undefined, authentication, { algorithm: 'oauth2' });
}

/**
 * @param {client.Configuration} config
 * @param {import('../lib/demo.js').App} app
 */
async function signIn(config, app) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: app.redirectUris[0],
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  });
  const answer = await new Visitor(facts.platform.caFile).signIn(url.href, nora);
  const exchange = () => client.authorizationCodeGrant(config, new URL(answer), { pkceCodeVerifier, expectedState });
  return { answer: new URL(answer), exchange, tokens: await exchange() };
}

for (const [kind, app, authentication] of /** @type {const} */ ([
  ['a public client', publicApp, client.None()],
  ['a confidential client by Basic', confidentialApp, client.ClientSecretBasic(confidentialApp?.clientSecret)],
])) {
  describe(`openid-client as ${kind}`, () => {
    it('discovers, signs in, calls, refreshes and revokes', async () => {
      const config = await configure(app, authentication);
      assert.equal(config.serverMetadata().issuer, facts.platform.tlsUrl);
      const { tokens, answer } = await signIn(config, app);
      assert.equal(answer.searchParams.get('iss'), facts.platform.tlsUrl);
      const me = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${facts.platform.tlsUrl}/restapi/v1.0/account/~/extension/~`), 'GET');
      assert.equal(me.status, 200);
      assert.ok(tokens.refresh_token);
      const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
      assert.notEqual(fresh.access_token, tokens.access_token);
      await client.tokenRevocation(config, fresh.access_token);
      await assert.rejects(
        client.fetchProtectedResource(config, fresh.access_token, new URL(`${facts.platform.tlsUrl}/restapi/v1.0/account/~`), 'GET').then((res) => {
          if (res.status === 401) throw new Error('unauthorized');
        }),
      );
    });

    it('may not use a code twice, and the second use ends what the first began', async () => {
      const config = await configure(app, authentication);
      const { tokens, exchange } = await signIn(config, app);
      await assert.rejects(exchange(), (/** @type {any} */ err) => err.error === 'invalid_grant');
      const answer = await new Visitor(facts.platform.caFile).send(`${facts.platform.tlsUrl}/restapi/v1.0/account/~`, {
        headers: { Authorization: `Bearer ${tokens.access_token}` },
      });
      assert.equal(answer.status, 401);
    });
  });
}
