// What programs do with the calls of their user, by requests: who is heard
// afterwards, and what the platform tells of it.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { together } from '../lib/tone.js';
import { connect, logged, ring, Stage } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

const sessions = '/restapi/v1.0/account/~/telephony/sessions';

/**
 * The one call of a user's, as requests name it.
 * @param {import('./stage.js').Party} who
 */
async function call(who) {
  const { activeCalls } = await who.watch.api.call('GET', '/presence?detailedTelephonyState=true&sipData=true');
  assert.equal(activeCalls.length, 1, JSON.stringify(activeCalls));
  const [{ telephonySessionId, partyId }] = activeCalls;
  return {
    session: telephonySessionId,
    party: partyId,
    /** @param {string} method @param {string} [path] @param {unknown} [body] */
    ask: (method, path = '', body) => who.watch.api.request(method, `${sessions}/${telephonySessionId}/parties/${partyId}${path}`, body),
  };
}

describe('a call that was answered', () => {
  it('is held with music, taken back and muted', async () => {
    const [a, b] = await stage.parties('web-phone', 'sip');
    await connect(a, b);
    const { session, ask } = await call(a);
    const whole = await a.watch.api.request('GET', `${sessions}/${session}`);
    assert.deepEqual(whole.parties.map((/** @type {any} */ p) => [p.direction, p.status.code, p.owner.extensionId]), [
      ['Outbound', 'Answered', String(a.user.extensionId)],
      ['Inbound', 'Answered', String(b.user.extensionId)],
    ]);
    assert.equal((await ask('POST', '/hold')).status.code, 'Hold');
    await b.hearsElse(a.tone);
    await a.watch.party('Hold');
    assert.equal((await ask('POST', '/unhold')).status.code, 'Answered');
    await together(a, b);
    assert.equal((await ask('PATCH', '', { party: { muted: true } })).muted, true);
    await b.hearsNothing();
    assert.equal((await ask('PATCH', '', { muted: false })).muted, false);
    await together(a, b);
    await ask('DELETE');
    await Promise.all([a.told('ended'), b.told('ended')]);
    for (const { watch } of [a, b]) {
      const [record] = await logged(watch);
      assert.match(record.result, /Call connected|Accepted/);
      watch.legal();
    }
  });

  it('is recorded', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    await connect(a, b);
    const { ask } = await call(b);
    const started = await ask('POST', '/recordings');
    assert.deepEqual([started.active, started.mode], [true, 'OnDemand']);
    await together(a, b);
    const stopped = await ask('PATCH', `/recordings/${started.id}`, { active: false });
    assert.deepEqual([stopped.active, stopped.id], [false, started.id]);
    await ask('DELETE');
    await b.told('ended');
    let [record] = await logged(b.watch);
    while (!record.recording) {
      const seen = b.watch.events.length;
      await b.watch.until(({ events }) => events.length > seen, 'the recording');
      [record] = await logged(b.watch);
    }
    assert.equal(record.recording.id, started.id);
    assert.equal((await a.watch.log())[0].recording, undefined, 'it is Bob who recorded');
  });

  it('goes to somebody else', async () => {
    const [a, b, c] = await stage.parties('web-phone', 'jssip', 'sip');
    await connect(a, b);
    const { ask } = await call(b);
    assert.equal((await ask('POST', '/transfer', { phoneNumber: c.user.phoneNumber })).status.reason, 'RccTransfer');
    await b.told('ended');
    await c.told('incoming');
    await c.does('answer');
    await together(a, c);
    await a.watch.api.request('DELETE', `${sessions}/${(await call(a)).session}`);
    await Promise.all([a.told('ended'), c.told('ended')]);
    for (const { watch } of [a, b, c]) {
      await logged(watch);
      watch.legal();
    }
  });

  it('is joined with another one', async () => {
    const [a, b, c] = await stage.parties('web-phone', 'web-phone', 'web-phone');
    await connect(a, b);
    const first = await call(b);
    await first.ask('POST', '/hold');
    await b.does('call', c.user.phoneNumber);
    await c.told('incoming');
    await c.does('answer');
    await c.hears(b.tone);
    const { activeCalls } = await b.watch.api.call('GET', '/presence?detailedTelephonyState=true');
    const second = activeCalls.find((/** @type {any} */ one) => one.telephonySessionId !== first.session);
    await first.ask('POST', '/bridge', { telephonySessionId: second.telephonySessionId, partyId: second.partyId });
    await together(a, c);
    await a.does('hangup');
    await c.told('ended');
    for (const { watch } of [a, b, c]) watch.legal();
  });

  it('is parked where somebody else takes it', async () => {
    const [a, b, c] = await stage.parties('web-phone', 'web-phone', 'sip');
    await connect(a, b);
    const { ask } = await call(b);
    const { park, status } = await ask('POST', '/park');
    assert.equal(status.code, 'Parked');
    assert.match(park.id, /^\*8\d\d$/);
    await b.told('ended');
    await a.hearsElse(b.tone);
    await c.does('call', park.id);
    await together(a, c);
    await c.does('hangup');
    await a.told('ended');
    for (const { watch } of [a, b, c]) watch.legal();
  });
});

describe('a call that rings', () => {
  it('goes to voicemail', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    await ring(a, b);
    await (await call(b)).ask('POST', '/reject');
    await b.watch.party('VoiceMail');
    await a.hears(1000);
    await a.does('hangup');
    await b.told('ended');
    assert.equal((await logged(b.watch))[0].result, 'Voicemail');
    b.watch.legal();
  });

  it('goes to a colleague', async () => {
    const [a, b, c] = await stage.parties('web-phone', 'web-phone', 'web-phone');
    await ring(a, b);
    await (await call(b)).ask('POST', '/forward', { extensionId: String(c.user.extensionId) });
    await b.told('ended');
    await c.told('incoming');
    await c.does('answer');
    await together(a, c);
    await c.does('hangup');
    await a.told('ended');
    for (const { watch } of [a, b, c]) watch.legal();
  });

  it('is answered with a message', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    await ring(a, b);
    await (await call(b)).ask('POST', '/reply', { replyWithText: 'I am in the theatre.' });
    await Promise.all([a.told('ended'), b.told('ended')]);
    await a.watch.until(({ events }) => events.some((e) => e.event.endsWith('/message-store') && e.body.changes.some((/** @type {any} */ c) => c.type === 'Pager')), 'a message');
    const { records } = await a.watch.api.call('GET', '/message-store?messageType=Pager');
    assert.deepEqual(records.map((/** @type {any} */ m) => [m.subject, m.from.extensionNumber]), [['I am in the theatre.', b.user.extensionNumber]]);
    for (const { watch } of [a, b]) {
      assert.equal((await logged(watch))[0].result, 'Reply');
      watch.legal();
    }
  });

  it('rings on another phone of the user\'s by request', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    const made = await a.watch.api.request('POST', '/restapi/v1.0/account/~/telephony/call-out', {
      from: { deviceId: a.authorizationId },
      to: { phoneNumber: b.user.phoneNumber },
    });
    assert.equal(made.session.origin.type, 'CallOut');
    await a.told('incoming');
    await a.told('accepted'); // by itself, as it was told
    await b.told('incoming');
    await b.does('answer');
    await together(a, b);
    await b.does('hangup');
    await a.told('ended');
    a.watch.legal();
  });

  it('is nobody else\'s to command', async () => {
    const [a, b, c] = await stage.parties('web-phone', 'web-phone', 'web-phone');
    await ring(a, b);
    const { session, party } = await call(b);
    for (const [who, status] of /** @type {const} */ ([[a, 403], [c, 404]])) {
      await assert.rejects(who.watch.api.request('POST', `${sessions}/${session}/parties/${party}/reject`), new RegExp(`: ${status} `));
    }
    await assert.rejects((await call(b)).ask('POST', '/hold'), /: 409 /);
    await assert.rejects((await call(b)).ask('POST', '/forward', { extensionNumber: '198' }), /: 400 .*CMN-101/);
    await b.does('answer');
    await together(a, b);
    await b.does('hangup');
    await a.told('ended');
  });
});
