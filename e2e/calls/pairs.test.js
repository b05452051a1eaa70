// Everybody with everybody: each released phone calls and is called by
// another, both hear the other's voice, either hangs up, and both logs have
// the call once.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { clients } from '../lib/far.js';
import { connect, logged, Stage } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

/** @type {[import('../lib/far.js').Client, import('../lib/far.js').Client][]} */
const pairs = [...clients.map((client, i) => /** @type {[typeof client, typeof client]} */ ([client, clients[(i + 1) % clients.length]])), ['web-phone', 'web-phone']];

describe('a call', () => {
  for (const [i, [caller, callee]] of pairs.entries()) {
    const ender = i % 2 ? 'callee' : 'caller';
    it(`from ${caller} to ${callee} is heard on both sides and ended by the ${ender}`, async () => {
      const [a, b] = await stage.parties(caller, callee);
      await connect(a, b);
      for (const { watch } of [a, b]) {
        await watch.party('Answered');
        await watch.until(({ presence }) => presence.some((p) => p.telephonyStatus === 'CallConnected' && p.activeCalls.length === 1), 'presence in a call');
      }
      const [active] = (await a.watch.api.call('GET', '/active-calls?view=Detailed')).records;
      assert.equal(active.result, 'In Progress');
      const [first, other] = ender === 'caller' ? [a, b] : [b, a];
      await first.does('hangup');
      await other.told('ended');
      await first.told('ended');

      for (const { watch } of [a, b]) await watch.party('Disconnected');
      const [[placed], [taken]] = [await logged(a.watch), await logged(b.watch)];
      assert.deepEqual([placed.direction, placed.result, placed.to.phoneNumber], ['Outbound', 'Call connected', b.user.phoneNumber]);
      assert.deepEqual([taken.direction, taken.result, taken.from.phoneNumber], ['Inbound', 'Accepted', a.user.phoneNumber]);
      assert.equal(placed.telephonySessionId, taken.telephonySessionId);
      assert.deepEqual((await a.watch.api.call('GET', '/active-calls')).records, []);
      a.watch.legal();
      b.watch.legal();
      assert.equal(new Set(a.watch.sessions.map((s) => s.telephonySessionId)).size, 1, 'one call is one session');
    });
  }
});
