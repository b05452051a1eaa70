// Many people sign in, one after the other, each in the same browser: nothing
// of the one before may be left, and nothing may run out.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';

const count = Number(process.env.OFFHOOK_SIGNINS ?? 10);

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(async () => {
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  await demo.close();
});

it(`${count} people sign in and out`, { timeout: count * 30_000 + 60_000 }, async () => {
  const person = await Person.open(demo);
  try {
    const tab = await person.tab();
    for (let i = 0; i < count; i++) {
      const user = await demo.user();
      await person.context.clearCookies({ domain: new URL(demo.facts.platform.url).hostname });
      await person.signIn(tab, user);
      await tab.goTo('Settings');
      await tab.phone.getByRole('heading', { name: user.name }).waitFor();
      await tab.signOut();
    }
  } finally {
    await person.close();
  }
});
