// The numbers that answer by themselves, so that one person alone can try
// everything.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { lasts, unwav } from '../lib/wave.js';
import { hearsKeys } from './softphone.js';
import { logged, Stage } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

describe('the number', () => {
  for (const number of ['*601', '+16505550601']) {
    it(`${number} says back what is said`, async () => {
      const [a] = await stage.parties('web-phone');
      await a.does('call', number);
      await a.hears(a.tone);
      await a.watch.party('Answered');
      await a.does('mute');
      await a.hearsNothing();
      await a.does('hangup');
      await a.told('ended');
      const [record] = await logged(a.watch);
      assert.deepEqual([record.result, record.direction], ['Call connected', 'Outbound']);
      a.watch.legal();
    });
  }

  it('*602 says the time', async () => {
    const [a] = await stage.parties('web-phone');
    await a.does('call', '*602');
    await a.hearsElse(a.tone);
    await a.watch.party('Answered');
    await a.does('hangup');
    await a.told('ended');
  });

  it('*603 is busy', async () => {
    const [a] = await stage.parties('web-phone');
    await a.does('call', '*603');
    await a.told('ended');
    await a.watch.party('Disconnected', 'TargetBusy');
    const [record] = await logged(a.watch);
    assert.equal(record.result, 'Busy');
    a.watch.legal();
  });

  it('*604 rings and never answers', async () => {
    const [a] = await stage.parties('web-phone');
    await a.does('call', '*604');
    await a.hears(440, 480);
    await a.watch.party('Proceeding');
    await a.does('hangup');
    await a.told('ended');
    assert.ok(!JSON.stringify(a.watch.steps()).includes('Answered'));
    const [record] = await logged(a.watch);
    assert.ok(!['Call connected', 'Accepted'].includes(record.result), record.result);
  });

  it('*605 rings before it answers', async () => {
    const [a] = await stage.parties('web-phone');
    await a.does('call', '*605');
    await a.hears(440, 480);
    await a.watch.party('Answered');
    await a.hearsElse(480, a.tone); // one steady tone instead of the two of ringing
    await a.does('hangup');
    await a.told('ended');
    a.watch.legal();
  });

  it('*606 presses one, two and three', async () => {
    const phone = await stage.softphone(700);
    await hearsKeys(await phone.call('*606'), '123');
  });

  it('*86 plays the messages that others have left', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    await b.does('unregister');
    await b.told('unregistered');
    await a.does('call', b.user.phoneNumber);
    await a.hears(1000);
    await a.hearsNothing(1500);
    await a.does('hangup');
    const message = await b.watch.until(({ events }) => events.find((e) => e.event.includes('/voicemail'))?.body, 'a voicemail');
    assert.ok(lasts(unwav(await b.watch.api.download(message.attachments[0].uri)), a.tone) > 0.3);
    const again = await stage.phone('web-phone', b.user, { tone: b.tone });
    await again.does('call', '*86');
    await again.hears(a.tone);
    await again.does('hangup');
    await again.told('ended');
  });

  it('of nobody is refused, and says why', async () => {
    const [a] = await stage.parties('web-phone');
    for (const [number, reason] of [['+16505559999', /DestinationBlocked/], ['99999', /NoSuchUser|InvalidNumber/]]) {
      await a.does('call', number);
      await a.watch.until(({ sessions }) => sessions.some(({ parties }) => parties.some((/** @type {any} */ p) => p.to?.phoneNumber === number || p.to?.extensionNumber === number) && parties.some((/** @type {any} */ p) => /** @type {RegExp} */ (reason).test(p.status.reason ?? ''))), `${number} refused`);
    }
    assert.match(await a.told('failed', 2), /486/);
    a.watch.legal();
  });
});
