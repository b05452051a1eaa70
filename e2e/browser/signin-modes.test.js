// Every way to sign in, under everything that browsers and host pages put in
// its path. The host page, the widget and the platform are three sites; the
// platform is asked by nobody but the sign-in window and our server.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Bystander, modes } from '../lib/modes.js';
import { Person } from '../lib/person.js';
import { ways } from '../lib/ways.js';

/** Of the modes after the first, every second way: neighbours share what they go through. scripts/soak tries all. */
const whole = process.env.OFFHOOK_MODES === 'all';

/** @type {Demo} */ let demo;
/** @type {Bystander} */ let bystander;
before(async () => {
  [demo, bystander] = await Promise.all([Demo.start(), Bystander.start()]);
});
after(async () => {
  bystander.close();
  await demo.close();
});

for (const [nth, mode] of modes.entries()) {
  describe(`with ${mode.name}`, () => {
    /** @type {Person} */ let person;
    /** @type {Host} */ let host;
    before(async () => {
      [person, host] = await Promise.all([Person.open(demo, { cookies: mode.cookies }), Host.start(demo)]);
    });
    after(async () => {
      host.close();
      await person.close();
    });

    it('the mode holds', () => mode.prove(person, host, bystander));

    for (const [i, way] of ways.entries()) {
      if (!whole && (i + nth) % 2 && nth > 0) continue;
      if (way.opener && !mode.opener) continue; // the host's own redirect page has nobody to post to
      it(`signs in by ${way.name}, and out again`, async () => {
        const user = await demo.user();
        await person.context.clearCookies({ domain: new URL(demo.facts.platform.url).hostname });
        const tab = await way.signIn({ person, host, mode, user, path: `/${i}` });
        await tab.signedIn();
        const status = await tab.hears('rc-login-status-notify', '"loggedIn":true');
        assert.equal(status.loginNumber, `${demo.facts.account.mainNumber}*${user.extensionNumber}`);
        await tab.page.evaluate(() => globalThis.RCAdapter.logoutUser());
        await tab.signedOut();
        await tab.page.close();
      });
    }
  });
}
