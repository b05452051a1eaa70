// The widget against platforms that are broken: whatever they answer, nobody
// is signed in, the phone says a sentence with what to do, and Sign In is
// there again. The developer finds OAuth's own error code in the console.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { clientIds, FaultyPlatform } from '../doubles/platform.js';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person } from '../lib/person.js';
import { freePort } from '../lib/ports.js';
import { Process } from '../lib/process.js';

describe('a platform that', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'offhook-e2e-'));
  /** A widget that is never a demo: commands and host pages use its folder and addresses. */
  const widget = new Demo(path.join(folder, 'widget'));
  /** @type {FaultyPlatform} */ let platform;
  /** @type {Process} */ let server;
  /** @type {Host} */ let host;
  /** @type {Person} */ let person;

  before(async () => {
    platform = await FaultyPlatform.start();
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const config = path.join(folder, 'offhook.yaml');
    writeFileSync(config, [
      'log_level: debug',
      'widget:',
      `  addr: 127.0.0.1:${port}`,
      `  public_url: ${url}`,
      '  platforms:',
      '    - name: Faulty',
      `      origin: ${platform.origin}`,
      '      allow_private: true',
      '',
    ].join('\n'), { mode: 0o600 });
    widget.facts = /** @type {any} */ ({ widget: { url }, platform: { url: platform.origin } });
    host = await Host.start(widget);
    for (const clientId of clientIds) await host.allow(clientId);
    server = await Process.start(['serve', '--config', config, '--dir', widget.dir]);
    await server.says(/the widget is ready/);
    person = await Person.open(widget);
  });

  after(async () => {
    await person?.close();
    await server?.stop();
    host?.close();
    platform?.close();
    rmSync(folder, { recursive: true, force: true });
    assert.doesNotMatch(server?.output ?? '', /a-code|an-access-token|a-refresh-token|call 555/, 'what platforms say is not logged');
  });

  /** Presses Sign In on a page of one client. @param {string} clientId */
  async function press(clientId) {
    host.put(`/${clientId}`, host.script({ clientId }));
    const tab = await host.open(person, `/${clientId}`);
    await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
    return tab;
  }

  /**
   * Signing in ends in a sentence, and nowhere else.
   * @param {string} clientId @param {RegExp} sentence @param {{code?: string, exchanges?: number}} [wanted]
   */
  async function fails(clientId, sentence, { code, exchanges } = {}) {
    const from = person.console.length;
    const tab = await press(clientId);
    await tab.phone.getByRole('alert').filter({ hasText: sentence }).waitFor();
    await tab.signedOut();
    const said = person.console.slice(from).join('\n');
    if (code) assert.match(said, new RegExp(`\\b${code}\\b`), 'the developer reads the code');
    assert.doesNotMatch(said + (await (await tab.frame()).content()), /call 555|a-code/, 'the words of the platform are not repeated');
    assert.equal(platform.exchanges[clientId] ?? 0, exchanges ?? 1, 'how often the code was redeemed');
    for (const page of person.context.pages()) if (page !== person.context.pages()[0]) await page.close();
  }

  it('is in order signs in, so that the others fail by their faults', async () => {
    const tab = await press('in-order');
    await tab.phone.getByRole('navigation').waitFor();
    await tab.page.close();
  });

  it('names another issuer in its answer', () => fails('other-issuer', /did not come from the phone service/, { exchanges: 0 }));
  it('names no issuer although it promised to', () => fails('no-issuer', /did not come from the phone service/, { exchanges: 0 }));
  it('says that the user refused', () => fails('refuses', /did not|cancel|refus/i, { code: 'access_denied', exchanges: 0 }));
  it('does not know the app', () => fails('unknown-app', /administrator/, { code: 'invalid_client' }));
  it('does not take the code', () => fails('old-code', /again/, { code: 'invalid_grant' }));
  it('breaks at the code', () => fails('breaks', /does not answer/));
  it('answers with half a JSON', () => fails('babbles', /does not answer/));
  it('does not say whose its tokens are', () => fails('anonymous', /who signed in/));
  // A redirect is followed within the platform's own origin, four times.
  it('sends the code\'s exchange round in circles', () => fails('circles', /administrator|does not answer/, { exchanges: 5 }));
  it('sends the sign-in page round in circles', () => fails('spins', /leads in circles/, { code: 'server_error', exchanges: 0 }));
  it('never answers', () => fails('silent', /does not answer/));
});
