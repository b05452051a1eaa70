// An implicit sign-in lasts an hour. While somebody uses the phone it is
// renewed in a hidden frame, where the browser lets that frame see the
// platform's session; where it does not, nothing is lost before the hour ends.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person } from '../lib/person.js';
import { finish, identify, openWindow } from '../lib/window.js';

/** @type {Demo} */ let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

/**
 * Signs a new user in by the implicit grant, then loads the page again as if
 * the token were old, and watches what the hidden frame's sign-in comes to.
 * @param {'allowed' | 'blocked'} cookies
 */
async function renewal(cookies) {
  const [person, host] = await Promise.all([Person.open(demo, { cookies }), Host.start(demo)]);
  const { clientId } = await demo.command('app', 'add', '--name', 'Implicit', '--redirect-uri', `${demo.facts.widget.url}/redirect.html`, '--grant', 'implicit');
  await host.allow(clientId, '--implicit');
  host.put('/', host.script({ clientId }));
  const tab = await host.open(person, '/');
  const window = await openWindow(person, tab, { click: true });
  await identify(window, await demo.user());
  await finish(tab, window, { opener: true, click: true });
  await tab.signedIn();

  const frame = tab.page.frames().find((f) => f.url().includes('/app.html'));
  assert.ok(frame);
  await frame.evaluate(() => localStorage.setItem(`oh-renewed-${document.body.dataset.key}`, '1'));
  const pages = tab.page.context().pages().length;
  const begun = tab.page.waitForResponse((r) => r.url().endsWith('/signin') && r.request().method() === 'POST');
  const redeemed = tab.page.waitForResponse((r) => r.url().endsWith('/redeem'), { timeout: cookies === 'allowed' ? 30_000 : 8_000 }).catch(() => null);
  await tab.page.reload();
  assert.equal((await begun).status(), 201, 'it was tried');
  const answer = await redeemed;
  const set = (await answer?.allHeaders())?.['set-cookie'];
  const status = answer?.status();
  await tab.signedIn();
  assert.equal(tab.page.context().pages().length, pages, 'no window opened');
  host.close();
  await person.close();
  return { status, set };
}

it('is renewed without a page while third-party cookies are allowed, and the session stays', async () => {
  assert.deepEqual(await renewal('allowed'), { status: 200, set: undefined });
});

it('goes on to the end of its hour where the browser shows the frame no session', async () => {
  assert.deepEqual(await renewal('blocked'), { status: undefined, set: undefined });
});
