// Apps, people and JWT credentials by command, while the platform runs: what a
// command changes counts at once.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { binary, Demo } from '../lib/demo.js';
import { Visitor } from '../lib/http.js';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

describe('offhook app, user and credential', () => {
  /** @type {Demo} */
  let demo;
  before(async () => {
    demo = await Demo.start();
  });
  after(() => demo.close());

  /** @param {Record<string, string>} fields */
  const token = async (fields) => {
    const answer = await new Visitor().post(`${demo.facts.platform.url}/restapi/oauth/token`, fields);
    return { status: answer.status, body: JSON.parse(answer.body) };
  };

  /** @param {string} accessToken */
  const opens = async (accessToken) => {
    const answer = await new Visitor().send(`${demo.facts.platform.url}/restapi/v1.0/account/~/extension/~`, { headers: { Authorization: `Bearer ${accessToken}` } });
    return answer.status;
  };

  it('registers an app for JWT credentials, lets it in, changes and removes it', async () => {
    const user = await demo.user('Jo Night');
    const app = await demo.command('app', 'add', '--name', 'Night job', '--grant', 'jwt', '--grant', 'refresh_token', '--scope', 'ReadAccounts');
    const made = await demo.command('credential', 'add', '--user', user.username, '--label', 'nightly', '--client-id', app.clientId);
    const sign = () => token({ grant_type: jwtBearer, assertion: made.jwt, client_id: app.clientId });
    const tokens = await sign();
    assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
    assert.equal(tokens.body.owner_id, String(user.extensionId));
    assert.equal(await opens(tokens.body.access_token), 200);

    const changed = await demo.command('app', 'set', '--client-id', app.clientId, '--name', 'Morning job', '--grant', 'refresh_token');
    assert.equal(changed.name, 'Morning job');
    assert.equal((await sign()).body.error, 'unauthorized_client');

    assert.ok((await demo.command('app', 'list')).some((/** @type {any} */ a) => a.clientId === app.clientId && a.clientSecret === ''));
    await demo.command('app', 'remove', '--client-id', app.clientId);
    assert.equal(await opens(tokens.body.access_token), 401);
    assert.equal((await sign()).body.error, 'invalid_client');
  });

  it('revokes a credential with what was opened with it', async () => {
    const [ada] = demo.facts.users;
    const app = demo.facts.apps[1];
    const made = await demo.command('credential', 'add', '--user', ada.username, '--expires', '24h');
    assert.match(made.expiresAt, /^\d{4}-/);
    const fields = { grant_type: jwtBearer, assertion: made.jwt, client_id: app.clientId, client_secret: app.clientSecret };
    const tokens = (await token(fields)).body;
    const listed = (await demo.command('credential', 'list')).find((/** @type {any} */ c) => c.id === made.id);
    assert.equal(listed.username, ada.username);
    assert.equal(listed.jwt, undefined);
    await demo.command('credential', 'revoke', '--id', made.id);
    assert.equal(await opens(tokens.access_token), 401);
    assert.equal((await token(fields)).body.errors[0].errorCode, 'OAU-213');
  });

  it('removes a person, whose tokens and credentials end', async () => {
    const user = await demo.user('Gone Soon');
    const app = demo.facts.apps[1];
    const made = await demo.command('credential', 'add', '--user', user.username);
    const fields = { grant_type: jwtBearer, assertion: made.jwt, client_id: app.clientId, client_secret: app.clientSecret };
    const tokens = (await token(fields)).body;
    assert.ok((await demo.command('user', 'list')).some((/** @type {any} */ u) => u.username === user.username && u.phoneNumber === user.phoneNumber));
    await demo.command('user', 'remove', '--user', user.username);
    assert.equal(await opens(tokens.access_token), 401);
    assert.equal((await token(fields)).status, 400);
    assert.ok(!(await demo.command('user', 'list')).some((/** @type {any} */ u) => u.username === user.username));
  });

  it('rotates the key of id_tokens while the old one stays published', async () => {
    const keys = async () => JSON.parse((await new Visitor().send(`${demo.facts.platform.url}/restapi/oauth/jwks`)).body).keys.map((/** @type {any} */ k) => k.kid);
    const before = await keys();
    await demo.command('app', 'rotate-keys');
    const now = await keys();
    assert.equal(now.length, before.length + 1);
    assert.ok(before.every((/** @type {string} */ kid) => now.includes(kid)));
  });

  it('says what is wrong with a sentence', async () => {
    for (const [args, why] of /** @type {[string[], RegExp][]} */ ([
      [['app'], /Write offhook app add, list, remove, rotate-keys or set/],
      [['app', 'remove', '--client-id', 'nobody'], /no app with the client id "nobody"/],
      [['app', 'add', '--grant', 'password', '--redirect-uri', 'https://a.example/cb'], /no grant type "password"/],
      [['app', 'add', '--jwks-file', '/dev/null'], /is empty; put the app's public keys/],
      [['credential', 'add', '--user', 'nobody'], /no user called "nobody"/],
      [['credential', 'revoke', '--id', 'x'], /offhook credential list/],
      [['user', 'remove', '--user', 'nobody'], /no user called "nobody"/],
    ])) {
      const all = args.length > 1 ? [...args, '--dir', demo.dir] : args;
      const failed = await promisify(execFile)(await binary(), all).then(() => assert.fail(`${args.join(' ')} worked`), (err) => err);
      assert.equal(failed.code, 2, failed.stderr);
      assert.match(failed.stderr, why);
    }
  });
});
