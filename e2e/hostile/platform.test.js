// What a hostile client sends to the platform over HTTP, and the refusal it
// gets: the right status and code, and nothing that it did not know already.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Visitor } from '../lib/http.js';

/** @type {Demo} */
let demo;
/** @type {import('../lib/demo.js').User} */
let user;
/** @type {string} */
let platform;
/** @type {import('../lib/demo.js').App} */
let app;

before(async () => {
  demo = await Demo.start();
  user = await demo.user('Hana Hostile');
  platform = demo.facts.platform.url;
  app = demo.facts.apps[0];
});
after(() => demo.close());

/** A verifier and its challenge. */
function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** @param {Record<string, string>} [changes] */
function authorizeUrl(changes = {}) {
  const query = {
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirectUris[0],
    state: 'known-state',
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return `${platform}/restapi/oauth/authorize?${new URLSearchParams(query)}`;
}

/** Signs in and returns a code with what belongs to it. */
async function freshCode() {
  const { verifier, challenge } = pkce();
  const answer = new URL(await new Visitor().signIn(authorizeUrl({ code_challenge: challenge }), user));
  return { code: answer.searchParams.get('code') ?? '', verifier };
}

/** @param {Record<string, string>} fields */
function redeem(fields) {
  return new Visitor().post(`${platform}/restapi/oauth/token`, { grant_type: 'authorization_code', client_id: app.clientId, redirect_uri: app.redirectUris[0], ...fields });
}

/** @param {import('../lib/http.js').Answer} answer */
function assertSilent(answer) {
  assert.doesNotMatch(answer.body, /goroutine|panic|\.go:\d|sqlite|sql:|RCAT_|RCRT_|RCAC_/i, 'the answer tells of the inside');
}

describe('a foreign redirect_uri', () => {
  for (const [name, uri] of [
    ['of another site', () => 'https://attacker.example/redirect.html'],
    ['with another path', () => `${app.redirectUris[0]}/../elsewhere`],
    ['with a query added', () => `${app.redirectUris[0]}?next=https://attacker.example`],
    ['with userinfo', () => app.redirectUris[0].replace('://', '://attacker@')],
    ['with a fragment', () => `${app.redirectUris[0]}#x`],
    ['that is a script', () => 'javascript:alert(1)'],
  ]) {
    it(`${name} is answered with a page and never followed`, async () => {
      const answer = await new Visitor().send(authorizeUrl({ redirect_uri: /** @type {() => string} */ (uri)() }), { headers: { Accept: 'text/html' } });
      assert.equal(answer.location, undefined);
      assert.ok(answer.status >= 400 && answer.status < 500, `status ${answer.status}`);
      assert.match(answer.headers['content-type'] ?? '', /text\/html/);
      assertSilent(answer);
    });
  }

  it('is OAU-109 to a client that asks for JSON', async () => {
    const answer = await new Visitor().send(authorizeUrl({ redirect_uri: 'https://attacker.example/' }), { headers: { Accept: 'application/json' } });
    assert.match(answer.body, /OAU-109/);
    assert.equal(answer.location, undefined);
  });
});

describe('a code', () => {
  it('is refused the second time and takes its tokens with it', async () => {
    const { code, verifier } = await freshCode();
    const first = await redeem({ code, code_verifier: verifier });
    assert.equal(first.status, 200, first.body);
    const token = JSON.parse(first.body).access_token;
    const second = await redeem({ code, code_verifier: verifier });
    assert.ok(second.status === 400 || second.status === 403, `status ${second.status}`);
    assert.equal(JSON.parse(second.body).error, 'invalid_grant');
    assertSilent(second);
    const use = await new Visitor().send(`${platform}/restapi/v1.0/account/~`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(use.status, 401);
  });

  for (const [name, change] of /** @type {[string, (f: {code: string, verifier: string}) => Record<string, string>][]} */ ([
    ['without its verifier', ({ code }) => ({ code })],
    ['with another verifier', ({ code }) => ({ code, code_verifier: pkce().verifier })],
    ['at another redirect_uri', ({ code, verifier }) => ({ code, code_verifier: verifier, redirect_uri: 'https://attacker.example/' })],
    ['that was made up', ({ verifier }) => ({ code: 'RCAC_made-up', code_verifier: verifier })],
  ])) {
    it(`${name} is refused`, async () => {
      const answer = await redeem(change(await freshCode()));
      assert.ok(answer.status === 400 || answer.status === 403, `status ${answer.status}`);
      assert.match(JSON.parse(answer.body).error, /invalid_(grant|request)/);
    });
  }

  it('of one client is refused to another, even with that one\'s secret', async () => {
    const { code, verifier } = await freshCode();
    const other = demo.facts.apps[1];
    const answer = await new Visitor().post(
      `${platform}/restapi/oauth/token`,
      { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: app.redirectUris[0] },
      { Authorization: `Basic ${Buffer.from(`${other.clientId}:${other.clientSecret}`).toString('base64')}` },
    );
    assert.ok(answer.status >= 400 && answer.status < 500);
    assert.match(JSON.parse(answer.body).error, /invalid_grant/);
  });
});

describe('bodies', () => {
  const huge = Buffer.alloc(8 << 20, 'a');

  it('of 8 MiB are refused by the token endpoint, which then still works', async () => {
    const answer = await new Visitor()
      .send(`${platform}/restapi/oauth/token`, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: Buffer.concat([Buffer.from('code='), huge]) })
      .catch((err) => ({ status: 413, body: String(err.code), headers: {}, location: undefined }));
    assert.ok(answer.status === 413 || answer.status === 400, `status ${answer.status}`);
    const { code, verifier } = await freshCode();
    assert.equal((await redeem({ code, code_verifier: verifier })).status, 200);
  });

  it('that are not what they say are refused with an envelope, not an accident', async () => {
    const { code, verifier } = await freshCode();
    const token = JSON.parse((await redeem({ code, code_verifier: verifier })).body).access_token;
    const sms = `${platform}/restapi/v1.0/account/~/extension/~/sms`;
    for (const body of ['', '{', 'null', '[]', '"x"', '{"from":1}', '{"to":{"a":1}}', '\u0000\u0001', '{"text":"' + 'x'.repeat(5000) + '"}', '['.repeat(10_000)]) {
      const answer = await new Visitor().send(sms, { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body });
      assert.equal(answer.status, 400, `${body.slice(0, 20)}: ${answer.status} ${answer.body}`);
      assert.match(JSON.parse(answer.body).errorCode, /^(CMN|MSG)-\d+$/);
      assertSilent(answer);
    }
    const large = await new Visitor()
      .send(sms, { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: huge })
      .catch((err) => ({ status: 413, body: String(err.code), headers: {}, location: undefined }));
    assert.ok(large.status === 413 || large.status === 400, `status ${large.status}`);
  });

  it('with a parameter twice are refused by the token endpoint', async () => {
    const { code, verifier } = await freshCode();
    const answer = await new Visitor().send(`${platform}/restapi/oauth/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `${new URLSearchParams({ grant_type: 'authorization_code', client_id: app.clientId, redirect_uri: app.redirectUris[0], code, code_verifier: verifier })}&code=${code}`,
    });
    assert.equal(answer.status, 400);
    assert.match(answer.body, /OAU-111/);
  });

  it('of a form sent as JSON, and a form in the address, are refused', async () => {
    const { code, verifier } = await freshCode();
    const fields = { grant_type: 'authorization_code', client_id: app.clientId, redirect_uri: app.redirectUris[0], code, code_verifier: verifier };
    const json = await new Visitor().send(`${platform}/restapi/oauth/token`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fields) });
    assert.ok(json.status >= 400 && json.status < 500);
    const get = await new Visitor().send(`${platform}/restapi/oauth/token?${new URLSearchParams(fields)}`);
    assert.ok(get.status >= 400 && get.status < 500);
  });
});

describe('the API', () => {
  it('answers 401 in the envelope to no token, a made-up one, and one in the address', async () => {
    const { code, verifier } = await freshCode();
    const token = JSON.parse((await redeem({ code, code_verifier: verifier })).body).access_token;
    for (const [name, suffix, headers] of /** @type {[string, string, Record<string, string>][]} */ ([
      ['none', '', {}],
      ['made up', '', { Authorization: 'Bearer RCAT_made-up' }],
      ['in the address', `?access_token=${token}`, {}],
    ])) {
      const answer = await new Visitor().send(`${platform}/restapi/v1.0/account/~/extension/~${suffix}`, { headers });
      assert.equal(answer.status, 401, name);
      assert.match(answer.body, /(OAU|CMN|TokenInvalid)/);
      assertSilent(answer);
    }
  });

  it('answers only to its own names', async () => {
    const answer = await new Visitor().send(`${platform}/.well-known/openid-configuration`, { headers: { Host: 'attacker.example' } });
    assert.equal(answer.status, 421);
  });
});
