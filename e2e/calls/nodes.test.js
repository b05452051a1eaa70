// Two widget servers of one database: whichever of them a tab comes to, its
// user has one phone, and the loss of a server costs no more than its calls.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Exchange } from '../lib/far.js';
import { Nats } from '../lib/nats.js';
import { freePort, Process } from '../lib/process.js';
import { together } from '../lib/tone.js';
import { Handset } from './handset.js';
import { Stage } from './stage.js';

const folder = mkdtempSync(path.join(tmpdir(), 'offhook-nodes-'));
/** A demo that is never started: its commands and clients work on the platform's folder. */
const platform = new Demo(path.join(folder, 'platform'));
/** @type {Nats} */ let nats;
/** @type {Process} */ let office;
/** @type {Process[]} */ const nodes = [];
/** @type {import('node:http').Server} */ let host;
/** @type {Stage} */ let stage;

before(async () => {
  nats = await Nats.start();
  const [port, tls, ...ports] = [await freePort('127.0.0.2'), await freePort('127.0.0.2'), await freePort('127.0.0.1'), await freePort('127.0.0.1')];
  const origin = `http://127.0.0.2:${port}`;
  office = await Process.start(['platform', '--dir', platform.dir], { OFFHOOK_PLATFORM_ADDR: `127.0.0.2:${port}`, OFFHOOK_PLATFORM_TLS_ADDR: `127.0.0.2:${tls}` });
  await office.says(/the platform is ready/);

  const urls = ports.map((p) => `http://localhost:${p}`);
  const app = await platform.command('app', 'add', '--name', 'Office phone', '--redirect-uri', `${urls[0]}/redirect.html`);
  host = createServer((req, res) => {
    const script = `${urls[req.url === '/1' ? 1 : 0]}/adapter.js?${new URLSearchParams({ clientId: app.clientId, appServer: origin })}`;
    res.setHeader('Content-Type', 'text/html');
    res.end(`<!doctype html><title>Host</title><body><script src="${script}"></script>`);
  });
  await new Promise((resolve) => host.listen(0, '127.0.0.1', () => resolve(undefined)));
  const page = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (host.address()).port}`;
  const dirs = ports.map((_, i) => path.join(folder, `node-${i}`));
  await new Demo(dirs[0]).command('embed', 'add', '--platform', origin, '--client-id', app.clientId, '--origin', page);
  mkdirSync(dirs[1], { mode: 0o700 });
  copyFileSync(path.join(dirs[0], 'keys.json'), path.join(dirs[1], 'keys.json'));
  for (const [i, dir] of dirs.entries()) {
    const config = path.join(folder, `node-${i}.yaml`);
    writeFileSync(config, [
      `database: ${path.join(dirs[0], 'offhook.db')}`, 'log_level: debug', 'bus:', `  nats: ["${nats.url}"]`,
      'widget:', `  addr: 127.0.0.1:${ports[i]}`, `  public_url: ${urls[i]}`,
      '  platforms:', '    - name: Office', `      origin: ${origin}`, `      hosts: ["127.0.0.2:${tls}"]`, '      allow_private: true', '',
    ].join('\n'));
    nodes.push(await Process.start(['serve', '--config', config, '--dir', dir], { SSL_CERT_FILE: path.join(platform.dir, 'ca.pem') }));
    await nodes[i].says(/the widget is ready/);
  }
  platform.facts = /** @type {any} */ ({ platform: { url: origin, tlsUrl: `https://127.0.0.2:${tls}` }, widget: { url: urls[0] }, host: { url: page }, apps: [app] });
  stage = new Stage(platform, await Exchange.open(platform));
});

after(async () => {
  await stage?.clear();
  await stage?.exchange.close();
  for (const node of nodes) if (node.child.exitCode === null && node.child.signalCode === null) await node.stop();
  await office?.stop();
  host?.closeAllConnections();
  host?.close();
  await nats?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('is one phone at two servers, and outlives the one that has it', async () => {
  const far = await stage.party('web-phone', 900);
  const me = stage.keep(await Handset.open(platform, await platform.user('Ada Archer'), 560, { path: '/0' }));
  const other = await me.another('/1');
  const own = (await me.snapshot()).line.deviceId;
  assert.equal((await other.snapshot()).line.deviceId, own, 'the phones of the two servers');

  // What is done at one server is seen at the other; sound goes straight to
  // the one that has the call.
  await other.call(far.user.phoneNumber);
  await far.told('incoming');
  await far.does('answer');
  await other.is('connected');
  await together(other, far);
  await me.phone.locator('[data-now]').first().waitFor();
  assert.deepEqual((await me.calls()).map(({ state }) => state), ['connected']);
  assert.equal(await me.act((await me.calls())[0].id, 'hangup'), '');
  await other.quiet();
  await me.quiet();

  // The server that has the phone is lost in the middle of a call.
  await other.call(far.user.phoneNumber);
  await far.told('incoming', 2);
  await far.does('answer');
  await other.is('connected');
  nodes[0].child.kill('SIGKILL');
  await nodes[0].exited;
  await other.live.getByText("The phone's server was restarted, which ended this call.").waitFor();
  await other.quiet();
  await other.ready();
  await other.call(far.user.phoneNumber);
  await far.told('incoming', 3);
  await far.does('answer');
  await other.is('connected');
  await together(other, far);
  await other.press('Hang up');
  await other.quiet();
});
