// Two widget servers on PostgreSQL whose NATS hangs, and is lost, in the middle
// of a call: calls go on where they are, and the servers find one another again.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Postgres } from '../lib/postgres.js';
import { together } from '../lib/tone.js';
import { Handset } from './handset.js';
import { servers } from './servers.js';

/** @type {Postgres} */ let database;
/** @type {import('./servers.js').Servers} */ let two;

before(async () => {
  database = await Postgres.start();
  two = await servers(database.url);
});

after(async () => {
  await two?.close();
  await database?.close();
});

it('goes on with a call while NATS hangs, and while it is gone', async () => {
  const { stage, platform, nats } = two;
  const far = await stage.party('web-phone', 900);
  const me = stage.keep(await Handset.open(platform, await platform.user('Ada Archer'), 560, { path: '/0' }));
  const other = await me.another('/1');
  const own = (await me.snapshot()).line.deviceId;
  assert.equal((await other.snapshot()).line.deviceId, own, 'the phones of the two servers');
  const held = () => me.phone.locator('.now--held').waitFor();
  const talks = () => me.phone.locator('.now:not(.now--held)').waitFor();

  await other.call(far.user.phoneNumber);
  await far.told('incoming');
  await far.does('answer');
  await other.is('connected');
  await together(other, far);
  await talks();
  const [{ id }] = await me.calls();

  // NATS hangs: the tab's sound goes straight to the server that has the call,
  // which does what its own tabs want, and the other one says so.
  nats.hang();
  await two.nodes[1].says(/cannot be heard/);
  assert.equal(await other.act(id, 'hold'), 'The phone is restarting. Try again in a moment.');
  await together(other, far);
  assert.equal(await me.act(id, 'hold'), '');
  await held();
  assert.equal(await me.act(id, 'unhold'), '');
  await talks();
  await together(other, far);
  nats.wake();
  await two.nodes[1].says(/can be heard again/);
  await other.ready();
  assert.equal(await other.act(id, 'hold'), '');
  await held();
  assert.equal(await other.act(id, 'unhold'), '');
  await talks();

  // NATS is lost, and another one comes in its place.
  await nats.end();
  await two.nodes[1].says(/cannot be heard[^]*cannot be heard/);
  assert.equal(await me.act(id, 'hold'), '');
  await held();
  await nats.begin();
  await two.nodes[1].says(/can be heard again[^]*can be heard again/);
  await other.ready();
  await other.is('held');
  assert.equal(await other.act(id, 'unhold'), '');
  await together(other, far);
  await other.press('Hang up');
  await other.quiet();
  await me.quiet();
});
