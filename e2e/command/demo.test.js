// The one command, as it is typed: what a second start finds, what a reset
// takes away, and what it says when it cannot start.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Visitor } from '../lib/http.js';
import { Process } from '../lib/process.js';

describe('offhook demo', () => {
  /** @type {Demo} */
  let demo;
  before(async () => {
    demo = await Demo.start();
  });
  after(() => demo.close());

  it('describes itself in a file for its owner only', () => {
    assert.equal(statSync(path.join(demo.dir, 'demo.json')).mode & 0o777, 0o600);
    const { widget, platform, host, account, apps, users, pid } = demo.facts;
    assert.match(widget.url, /^http:\/\/localhost:\d+$/);
    assert.match(platform.url, /^http:\/\/127\.0\.0\.2:\d+$/);
    assert.match(platform.tlsUrl, /^https:\/\/127\.0\.0\.2:\d+$/);
    assert.match(host.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(account.mainNumber, /^\+1\d{10}$/);
    assert.equal(pid, demo.pid);
    assert.equal(users.length, 3);
    assert.deepEqual(apps[0].grants, ['authorization_code', 'refresh_token']);
    assert.equal(apps[0].clientSecret, '');
    assert.notEqual(apps[1].clientSecret, '');
    assert.deepEqual(apps[0].redirectUris.includes(`${widget.url}/redirect.html`), true);
  });

  it('prints what to open, as whom, and what to try', async () => {
    const { host, users } = demo.facts;
    for (const part of [host.url, users[0].username, users[0].password]) await demo.logged((log) => log.includes(part));
  });

  it('has texts to look at', async () => {
    const texts = await (await Api.as(demo, demo.facts.users[0])).texts();
    assert.ok(texts.length >= 3, `${texts.length} texts`);
  });

  it('ends cleanly with Ctrl-C and has the same data at the second start', async () => {
    const [ada, sam] = demo.facts.users;
    await (await Api.as(demo, ada)).text(sam, 'Kept over a restart');
    const facts = demo.facts;
    assert.equal(await demo.stop(), 0);
    await demo.start();
    assert.deepEqual({ ...demo.facts, pid: 0 }, { ...facts, pid: 0 });
    const texts = await (await Api.as(demo, sam)).texts();
    assert.ok(texts.some((t) => t.subject === 'Kept over a restart'));
  });

  it('moves the host page from localhost to 127.0.0.1, another site than the phone', async () => {
    const { port } = new URL(demo.facts.host.url);
    const answer = await new Visitor().send(`http://127.0.0.1:${port}/plain?x=1`, { headers: { Host: `localhost:${port}` } });
    assert.equal(answer.location, `http://127.0.0.1:${port}/plain?x=1`);
  });

  it('adds users, apps and embeds while it runs', async () => {
    const user = await demo.user();
    assert.match(user.phoneNumber, /^\+1\d{10}$/);
    await Api.as(demo, user);
    const app = await demo.command('app', 'add', '--redirect-uri', 'http://localhost:9/cb', '--scope', 'ReadMessages', '--confidential');
    assert.ok(app.clientId && app.clientSecret);
    assert.deepEqual(app.redirectUris, ['http://localhost:9/cb']);
    const embed = await demo.command('embed', 'add', '--platform', demo.facts.platform.url, '--client-id', app.clientId, '--origin', 'http://127.0.0.1:9');
    assert.equal(embed.clientId, app.clientId);
  });

  it('says that a folder is in use', async () => {
    const second = await Process.start(['demo', '--dir', demo.dir, '--widget-addr', '127.0.0.1:0', '--platform-addr', '127.0.0.1:0', '--platform-tls-addr', '127.0.0.1:0', '--host-addr', '127.0.0.1:0']);
    assert.notEqual(await second.exited, 0);
    assert.match(second.output, /using the data folder/);
  });

  it('starts over with --reset', async () => {
    const { clientSecret } = demo.facts.apps[1];
    await demo.stop();
    await demo.start(['--reset']);
    const texts = await (await Api.as(demo, demo.facts.users[1])).texts();
    assert.ok(!texts.some((t) => t.subject === 'Kept over a restart'));
    assert.ok(demo.facts.apps[1].clientSecret.length >= clientSecret.length / 2);
  });
});

describe('offhook demo that cannot start', () => {
  for (const flag of ['--widget-addr', '--platform-addr', '--platform-tls-addr', '--host-addr']) {
    it(`names the port and ${flag} when the port is taken`, async () => {
      const dir = mkdtempSync(path.join(tmpdir(), 'offhook-e2e-'));
      const taken = createServer();
      await new Promise((resolve) => taken.listen(0, '127.0.0.1', () => resolve(undefined)));
      const { port } = /** @type {import('node:net').AddressInfo} */ (taken.address());
      try {
        const addresses = ['--widget-addr', '--platform-addr', '--platform-tls-addr', '--host-addr'].flatMap((f) => [f, f === flag ? `127.0.0.1:${port}` : '127.0.0.1:0']);
        const run = await Process.start(['demo', '--dir', dir, ...addresses]);
        assert.notEqual(await run.exited, 0);
        assert.match(run.output, new RegExp(`${port}`));
        assert.match(run.output, new RegExp(flag));
      } finally {
        taken.close();
        rmSync(dir, { recursive: true, force: true });
      }
    });
  }

  it('does not listen for other machines', async () => {
    const run = await Process.start(['demo', '--widget-addr', '0.0.0.0:0', '--dir', path.join(tmpdir(), 'offhook-never')]);
    assert.notEqual(await run.exited, 0);
    assert.match(run.output, /--widget-addr/);
    rmSync(path.join(tmpdir(), 'offhook-never'), { recursive: true, force: true });
  });
});
