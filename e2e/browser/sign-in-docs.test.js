// docs/sign-in.md says what to write. Here it is taken at its word: its
// commands are run and its snippets are put on a page, with the addresses of
// a demo in place of the examples.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Demo, binary } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person } from '../lib/person.js';
import { identify } from '../lib/window.js';

const text = readFileSync(fileURLToPath(new URL('../../docs/sign-in.md', import.meta.url)), 'utf8');

/**
 * The blocks of one language under a heading, or under all of them.
 * @param {string} language @param {string} [heading]
 */
function blocks(language, heading) {
  const part = heading ? text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] : text;
  assert.ok(part, `docs/sign-in.md has a part “${heading}”`);
  return [...part.matchAll(new RegExp(`\n\`\`\`${language}\n([\\s\\S]*?)\n\`\`\``, 'g'))].map((m) => m[1]);
}

/** @type {Demo} */ let demo;
/** @type {Host} */ let host;
before(async () => {
  demo = await Demo.start();
  host = await Host.start(demo);
});
after(async () => {
  host?.close();
  await demo?.close();
});

it('every command runs', async () => {
  const dir = path.dirname(demo.dir);
  writeFileSync(path.join(dir, 'client-secret'), 'secret\n', { mode: 0o600 });
  writeFileSync(path.join(dir, 'user-jwt'), 'jwt\n', { mode: 0o600 });
  const commands = blocks('sh').filter((b) => b.startsWith('offhook '));
  assert.ok(commands.length >= 4);
  for (const command of commands) {
    const [, ...args] = command.split(/\s+/);
    const { stdout } = await promisify(execFile)(await binary(), [...args.slice(0, 2), '--dir', demo.dir, ...args.slice(2)], { cwd: dir });
    assert.match(stdout, /YOUR_CLIENT_ID of https:\/\/platform.ringcentral.com may be embedded by https:\/\/crm.example.com/);
  }
});

it('what is JSON is JSON', () => {
  for (const block of blocks('json')) assert.doesNotThrow(() => JSON.parse(block), block);
});

/** @type {{heading: string, button: string, flags?: string[], app?: string[], after?: (p: import('playwright-core').Page) => Promise<void>}[]} */
const snippets = [
  { heading: 'Code and PKCE', button: 'Sign In' },
  { heading: 'Tickets', button: 'Sign In' }, // the page here has no server that knows anybody
  { heading: 'Single sign-on', button: 'Continue' },
  { heading: 'Your own window', button: 'Sign In' },
  { heading: 'The implicit grant', button: 'Sign In', flags: ['--implicit'], app: ['--grant', 'implicit'] },
];

for (const { heading, button, flags = [], app = [] } of snippets) {
  it(`the snippet under “${heading}” signs in`, async () => {
    const { widget, platform } = demo.facts;
    const { clientId } = await demo.command('app', 'add', '--name', heading, '--redirect-uri', `${widget.url}/redirect.html`, ...app);
    await host.allow(clientId, ...flags);
    const [snippet] = blocks('html', heading);
    const put = snippet
      .replaceAll('https://phone.example.com', widget.url)
      .replaceAll('clientId=YOUR_CLIENT_ID', `clientId=${clientId}&amp;appServer=${encodeURIComponent(platform.url)}`);
    assert.doesNotMatch(put, /example\.com|YOUR_/);
    const at = `/${clientId}`;
    host.put(at, put);
    const person = await Person.open(demo);
    try {
      const tab = await host.open(person, at);
      const opened = person.context.waitForEvent('page');
      await tab.phone.getByRole('button', { name: button, exact: true }).click();
      await identify(await opened, await demo.user());
      await tab.signedIn();
    } finally {
      await person.close();
    }
  });
}
