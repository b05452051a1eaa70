// The network of a call: slow, and losing packets. What is
// asserted is that the call stands and who is heard, never how quick it is.

import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { Handset } from './handset.js';
import { reloads } from './reloads.js';
import { logged, Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
/** @type {{close: () => unknown}[]} */ const open = [];
before(async () => {
  stage = await Stage.open();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
  await stage.clear();
});
after(() => stage.close());

it('a call survives reloads over a network that takes 80 ms there and back and loses one packet of fifty', async () => {
  const user = await stage.demo.user('Nora Network');
  let sent = 0;
  const me = await Handset.open(stage.demo, user, voices[0], { path: '/plain', network: { delay: 40, loss: 0.5, random: () => (++sent % 50 ? 1 : 0) } });
  open.push(me);
  const far = await stage.party('web-phone', voices[1]);
  await me.call(far.user.phoneNumber);
  await far.told('incoming');
  await far.does('answer');
  await Promise.all([me.hears(far.tone), far.hears(me.tone)]);
  await reloads(me, far, 3);
  const { carried = 0, lost = 0 } = me.network ?? {};
  assert.ok(carried > 200 && lost > 4, `the sound went another way: ${carried} packets here, and ${lost} lost`);
  await far.does('hangup');
  await me.phone.locator('[data-now]').waitFor({ state: 'detached' });
  const [record] = await logged(far.watch);
  assert.equal(record.result, 'Accepted');
  far.watch.legal();
});
