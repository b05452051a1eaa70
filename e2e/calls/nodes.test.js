// Two widget servers of one database: whichever of them a tab comes to, its
// user has one phone, and the loss of a server costs no more than its calls.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { together } from '../lib/tone.js';
import { Handset } from './handset.js';
import { servers } from './servers.js';

/** @type {import('./servers.js').Servers} */ let two;

before(async () => {
  two = await servers();
});

after(() => two?.close());

it('is one phone at two servers, and outlives the one that has it', async () => {
  const { stage, platform, nodes } = two;
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
