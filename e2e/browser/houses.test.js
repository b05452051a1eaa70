// The two houses apart: the platform and the widget as processes of their own
// with folders of their own, as an operator would run them. They meet only on
// the street, so killing either must not hurt what the other has promised.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Person, Tab } from '../lib/person.js';
import { freePort } from '../lib/ports.js';
import { Process } from '../lib/process.js';

describe('platform and widget as two servers', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'offhook-e2e-'));
  /** A demo that is never started: its commands and its clients work on the platform's folder. */
  const platform = new Demo(path.join(folder, 'platform'));
  const widgetDir = path.join(folder, 'widget');
  /** @type {Process} */ let platformServer;
  /** @type {Process} */ let widgetServer;
  /** @type {import('node:http').Server} */ let host;
  /** @type {() => Promise<Process>} */ let startPlatform;
  /** @type {() => Promise<Process>} */ let startWidget;

  before(async () => {
    const [platformPort, tlsPort, widgetPort] = [await freePort('127.0.0.2'), await freePort('127.0.0.2'), await freePort()];
    const [platformUrl, widgetUrl] = [`http://127.0.0.2:${platformPort}`, `http://localhost:${widgetPort}`];
    const config = path.join(folder, 'offhook.yaml');
    writeFileSync(config, [
      'log_level: debug',
      'widget:',
      `  addr: 127.0.0.1:${widgetPort}`,
      `  public_url: ${widgetUrl}`,
      '  platforms:',
      '    - name: Office',
      `      origin: ${platformUrl}`,
      '      allow_private: true',
      'platform:',
      `  addr: 127.0.0.2:${platformPort}`,
      `  tls_addr: 127.0.0.2:${tlsPort}`,
      '',
    ].join('\n'));
    startPlatform = async () => {
      const server = await Process.start(['platform', '--config', config, '--dir', platform.dir]);
      await server.says(/the platform is ready/);
      return server;
    };
    startWidget = async () => {
      const server = await Process.start(['serve', '--config', config, '--dir', widgetDir]);
      await server.says(/the widget is ready/);
      return server;
    };
    platformServer = await startPlatform();
    const app = await platform.command('app', 'add', '--name', 'Office phone', '--redirect-uri', `${widgetUrl}/redirect.html`);
    host = createServer((_, res) => {
      res.setHeader('Content-Type', 'text/html');
      res.end(`<!doctype html><title>Host</title><body><script src="${widgetUrl}/adapter.js?${new URLSearchParams({ clientId: app.clientId, appServer: platformUrl })}"></script>`);
    });
    await new Promise((resolve) => host.listen(0, '127.0.0.1', () => resolve(undefined)));
    const hostUrl = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (host.address()).port}`;
    const widget = new Demo(widgetDir);
    await widget.command('embed', 'add', '--platform', platformUrl, '--client-id', app.clientId, '--origin', hostUrl);
    widgetServer = await startWidget();
    platform.facts = /** @type {any} */ ({ platform: { url: platformUrl }, widget: { url: widgetUrl }, host: { url: hostUrl }, apps: [app] });
  });

  after(async () => {
    await widgetServer?.stop();
    await platformServer?.stop();
    host?.closeAllConnections();
    host?.close();
    rmSync(folder, { recursive: true, force: true });
    assert.doesNotMatch(widgetServer?.output ?? '', /rate limited/, 'a desk saw a 429');
  });

  it('sign in, text, and get over the loss of either', async () => {
    const [ada, ben] = [await platform.user('Ada Archer'), await platform.user('Ben Brook')];
    const { person, tab } = await Person.signedIn(platform, ada);
    try {
      let colleague = await Api.as(platform, ben);
      await colleague.text(ada, 'Between two servers');
      await tab.openConversation('Between two servers');

      // Without its platform the phone stays readable, says what is wrong, and
      // keeps what is written until it can be delivered.
      await platformServer.stop();
      await tab.phone.locator('#offline').waitFor();
      await tab.send('Written while the platform was down');
      await tab.bubble('Written while the platform was down').waitFor();
      platformServer = await startPlatform();
      await tab.phone.locator('#offline').waitFor({ state: 'hidden' });
      await tab.hears('rc-message-updated-notify', 'Written while the platform was down');

      // Without the widget's server the platform goes on; the phone catches up.
      widgetServer.child.kill('SIGKILL');
      await widgetServer.exited;
      await colleague.text(ada, 'Written while the phone was down');
      widgetServer = await startWidget();
      await tab.bubble('Written while the phone was down').waitFor();

      const fresh = new Tab(await person.context.newPage());
      await fresh.page.goto(platform.facts.host.url);
      await fresh.signedIn();

      const subjects = (await colleague.texts()).map((t) => t.subject).sort();
      assert.deepEqual(subjects, ['Between two servers', 'Written while the phone was down', 'Written while the platform was down']);
    } finally {
      await person.close();
    }
  });
});
