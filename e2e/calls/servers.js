// Two widget servers of one platform that share a database and a NATS.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Demo } from '../lib/demo.js';
import { Exchange } from '../lib/far.js';
import { Nats } from '../lib/nats.js';
import { freePort } from '../lib/ports.js';
import { Process } from '../lib/process.js';
import { Stage } from './stage.js';

/**
 * Starts them, the platform, a host page that embeds the first at /0 and the
 * second at /1, and the stage of their tests, in a folder of their own. What
 * has been started ends by ends, the last first.
 * @param {string} folder @param {(() => unknown)[]} ends @param {string} [database] of the two; the first one's own file without
 */
async function start(folder, ends, database) {
  const nats = await Nats.start();
  ends.push(() => nats.close());
  const [port, tls, ...ports] = [await freePort('127.0.0.2'), await freePort('127.0.0.2'), await freePort(), await freePort()];
  const origin = `http://127.0.0.2:${port}`;
  /** A demo that is never started: its commands and clients work on the platform's folder. */
  const platform = new Demo(path.join(folder, 'platform'));
  const office = await Process.start(['platform', '--dir', platform.dir], { OFFHOOK_PLATFORM_ADDR: `127.0.0.2:${port}`, OFFHOOK_PLATFORM_TLS_ADDR: `127.0.0.2:${tls}` });
  ends.push(() => office.stop());
  await office.says(/the platform is ready/);

  const urls = ports.map((p) => `http://localhost:${p}`);
  const app = await platform.command('app', 'add', '--name', 'Office phone', '--redirect-uri', `${urls[0]}/redirect.html`);
  const host = createServer((req, res) => {
    const script = `${urls[req.url === '/1' ? 1 : 0]}/adapter.js?${new URLSearchParams({ clientId: app.clientId, appServer: origin })}`;
    res.setHeader('Content-Type', 'text/html');
    res.end(`<!doctype html><title>Host</title><body><script src="${script}"></script>`);
  });
  ends.push(() => host.closeAllConnections(), () => host.close());
  await new Promise((resolve) => host.listen(0, '127.0.0.1', () => resolve(undefined)));
  const page = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (host.address()).port}`;
  const dirs = ports.map((_, i) => path.join(folder, `node-${i}`));
  const shared = database ?? path.join(dirs[0], 'offhook.db');
  await new Demo(dirs[0]).command('embed', 'add', ...(database ? ['--database', database] : []), '--platform', origin, '--client-id', app.clientId, '--origin', page);
  mkdirSync(dirs[1], { mode: 0o700 });
  copyFileSync(path.join(dirs[0], 'keys.json'), path.join(dirs[1], 'keys.json'));
  /** @type {Process[]} */ const nodes = [];
  for (const [i, dir] of dirs.entries()) {
    const config = path.join(folder, `node-${i}.yaml`);
    writeFileSync(config, [
      `database: ${shared}`, 'log_level: debug', 'bus:', `  nats: ["${nats.url}"]`,
      'widget:', `  addr: 127.0.0.1:${ports[i]}`, `  public_url: ${urls[i]}`,
      '  platforms:', '    - name: Office', `      origin: ${origin}`, `      hosts: ["127.0.0.2:${tls}"]`, '      allow_private: true', '',
    ].join('\n'));
    const node = await Process.start(['serve', '--config', config, '--dir', dir], { SSL_CERT_FILE: path.join(platform.dir, 'ca.pem') });
    ends.push(() => (node.child.exitCode === null && node.child.signalCode === null ? node.stop() : undefined));
    await node.says(/the widget is ready/);
    nodes.push(node);
  }
  platform.facts = /** @type {any} */ ({ platform: { url: origin, tlsUrl: `https://127.0.0.2:${tls}` }, widget: { url: urls[0] }, host: { url: page }, apps: [app] });
  const exchange = await Exchange.open(platform);
  const stage = new Stage(platform, exchange);
  ends.push(() => exchange.close(), () => stage.clear());
  return { nats, office, nodes, platform, stage };
}

/** @param {(() => unknown)[]} ends */
async function finish(ends) {
  for (const end of ends.reverse()) await end();
}

/** Starts what start says. @param {string} [database] */
export async function servers(database) {
  const folder = mkdtempSync(path.join(tmpdir(), 'offhook-servers-'));
  const ends = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    return { ...(await start(folder, ends, database)), close: () => finish(ends) };
  } catch (err) {
    await finish(ends);
    throw err;
  }
}

/** @typedef {Awaited<ReturnType<typeof servers>>} Servers */
