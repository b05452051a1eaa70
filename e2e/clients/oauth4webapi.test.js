// The standards one call at a time, by a client library that validates every
// answer against them and lets a test send what a client should not.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as oauth from 'oauth4webapi';
import { confidentialApp, facts, nora, signer } from './facts.js';
import { Visitor } from '../lib/http.js';
import { privateKey } from './signer.js';

const issuer = new URL(facts.platform?.tlsUrl ?? 'https://localhost');

async function discover() {
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
}

/**
 * A code for an app, by its own library's checks of the answer.
 * @param {oauth.AuthorizationServer} as
 * @param {import('../lib/demo.js').App} app
 */
async function code(as, app) {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const url = new URL(String(as.authorization_endpoint));
  url.search = new URLSearchParams({
    client_id: app.clientId, response_type: 'code', redirect_uri: app.redirectUris[0], scope: 'openid', state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  }).toString();
  const answer = new URL(await new Visitor(facts.platform.caFile).signIn(url.href, nora));
  return { params: oauth.validateAuthResponse(as, { client_id: app.clientId }, answer, state), verifier, nonce };
}

describe('oauth4webapi', () => {
  it('validates the discovery document, also by the path of OAuth', async () => {
    const openid = await discover();
    const plain = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' }));
    assert.deepEqual(plain, openid);
    assert.equal(openid.authorization_response_iss_parameter_supported, true);
  });

  it('signs in, and verifies the id_token with the published key', async () => {
    const as = await discover();
    const app = { client_id: confidentialApp.clientId };
    const { params, verifier, nonce } = await code(as, confidentialApp);
    const authentication = oauth.ClientSecretBasic(confidentialApp.clientSecret);
    const res = await oauth.authorizationCodeGrantRequest(as, app, authentication, params, confidentialApp.redirectUris[0], verifier);
    const tokens = await oauth.processAuthorizationCodeResponse(as, app, res, { expectedNonce: nonce, requireIdToken: true });
    assert.equal(tokens.token_type, 'bearer');
    await oauth.validateApplicationLevelSignature(as, res);
  });

  it('may not use an assertion a second time', async () => {
    const as = await discover();
    const app = { client_id: signer.app.clientId };
    const body = new URLSearchParams({ token: 'RCRT_unknown' });
    await oauth.PrivateKeyJwt(await privateKey(signer))(as, app, body, new Headers());
    const send = () => fetch(String(as.revocation_endpoint), { method: 'POST', body });
    assert.equal((await send()).status, 200);
    const second = await send();
    assert.equal(second.status, 401);
    assert.equal((await second.json()).error, 'invalid_client');
  });

  it('may not address an assertion to somebody else as well', async () => {
    const as = await discover();
    const app = { client_id: signer.app.clientId };
    const body = new URLSearchParams({ token: 'RCRT_unknown' });
    const key = await privateKey(signer);
    await oauth.PrivateKeyJwt(key, {
      [oauth.modifyAssertion](_, payload) {
        payload.aud = [as.issuer, 'https://evil.example'];
      },
    })(as, app, body, new Headers());
    assert.equal((await fetch(String(as.revocation_endpoint), { method: 'POST', body })).status, 401);
  });

  it('may not authenticate in two ways', async () => {
    const as = await discover();
    const app = { client_id: confidentialApp.clientId };
    const [body, headers] = [new URLSearchParams({ token: 'RCRT_unknown' }), new Headers()];
    await oauth.ClientSecretBasic(confidentialApp.clientSecret)(as, app, body, headers);
    await oauth.ClientSecretPost(confidentialApp.clientSecret)(as, app, body, headers);
    const res = await fetch(String(as.revocation_endpoint), { method: 'POST', body, headers });
    assert.equal(res.status, 400);
    assert.equal((await res.json()).error, 'invalid_request');
  });
});
