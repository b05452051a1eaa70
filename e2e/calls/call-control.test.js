// The vendor's own library for call control, which follows a user's calls by
// presence, requests and events, and commands them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import ringcentral from '@ringcentral/sdk';
import library from 'ringcentral-call-control';
import { patiently, together } from '../lib/tone.js';
import { connect, logged, ring, Stage } from './stage.js';

const { RingCentralCallControl } = library;

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

/**
 * The library at work for somebody, fed with what they are told.
 * @param {import('./stage.js').Party} who
 */
async function control(who) {
  const sdk = new ringcentral.SDK({ server: stage.demo.facts.platform.url, clientId: stage.demo.facts.apps[0].clientId });
  await sdk.platform().auth().setData({ token_type: 'bearer', access_token: who.watch.api.token, expires_in: '3600' });
  const calls = new RingCentralCallControl({ sdk });
  const ready = once(calls, 'initialized');
  await patiently(ready, () => 'the library never was initialized');
  let fed = 0;
  void who.watch.until(({ events }) => {
    while (fed < events.length) calls.onNotificationEvent(events[fed++]);
    return false;
  }, 'the end of the test').catch(() => {});
  return calls;
}

/**
 * Waits until a session's own party is in a state.
 * @param {import('./stage.js').Party} who @param {any} session @param {string} code
 */
async function becomes(who, session, code) {
  await who.watch.until(() => session.party?.status.code === code, `the library saying ${code}`);
}

describe('ringcentral-call-control', () => {
  it('finds a call that rings, follows it and commands it', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    await ring(a, b);
    const calls = await control(b);
    assert.equal(calls.sessions.length, 1);
    const [session] = calls.sessions;
    await becomes(b, session, 'Proceeding');
    assert.deepEqual([session.party.direction, session.party.from.phoneNumber], ['Inbound', a.user.phoneNumber]);
    assert.equal(session.otherParties.length, 1);
    assert.ok(calls.devices.some((d) => d.id === b.authorizationId), 'the phone is no device of the user');
    await b.does('answer');
    await together(a, b);
    await becomes(b, session, 'Answered');
    assert.equal((await session.hold()).status.code, 'Hold');
    await a.hearsElse(b.tone);
    assert.equal((await session.unhold()).status.code, 'Answered');
    await together(a, b);
    assert.equal((await session.mute()).muted, true);
    await a.hearsNothing();
    assert.equal((await session.unmute()).muted, false);
    await together(a, b);
    const recording = await session.createRecord();
    assert.equal(session.recordings[0].active, true);
    await session.pauseRecord(recording.id);
    assert.equal(session.recordings[0].active, false);
    await session.drop();
    await Promise.all([a.told('ended'), b.told('ended')]);
    await becomes(b, session, 'Disconnected');
    assert.equal(calls.sessions.length, 0, 'the library still knows a call');
    await logged(b.watch);
  });

  it('hears of a call that begins while it watches, and sends it to voicemail', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    const calls = await control(b);
    const begun = once(calls, 'new');
    await ring(a, b);
    const [session] = await patiently(begun, () => 'the library heard of no call');
    await becomes(b, session, 'Proceeding');
    await session.toVoicemail();
    await b.watch.party('VoiceMail');
    await a.does('hangup');
    assert.equal((await logged(b.watch))[0].result, 'Voicemail');
  });

  it('sends a call on to a colleague', async () => {
    const [a, b, c] = await stage.parties('web-phone', 'web-phone', 'sip');
    const calls = await control(a);
    await connect(a, b);
    await b.watch.party('Answered');
    const [session] = calls.sessions;
    await becomes(a, session, 'Answered');
    assert.deepEqual([session.party.direction, session.party.to.phoneNumber], ['Outbound', b.user.phoneNumber]);
    await session.transfer({ phoneNumber: c.user.phoneNumber });
    await a.told('ended');
    await c.told('incoming');
    await c.does('answer');
    await together(b, c);
    await becomes(a, session, 'Disconnected');
    await c.does('hangup');
    await b.told('ended');
  });
});
