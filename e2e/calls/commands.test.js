// What people do in calls, with every released phone that can do it: who is
// heard afterwards is what counts.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { clients } from '../lib/far.js';
import { passes, patiently, together } from '../lib/tone.js';
import { lasts, unwav } from '../lib/wave.js';
import { hears, hearsKeys } from './softphone.js';
import { connect, logged, ring, Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

for (const client of clients) {
  describe(`with ${client}`, () => {
    it('a call is held with music, resumed, muted and spoken in again', async () => {
      const [a, b] = await stage.parties(client, 'web-phone');
      await connect(a, b);
      await a.does('hold');
      await a.told('held');
      await b.hearsElse(a.tone);
      await a.watch.party('Hold');
      await a.does('unhold');
      await a.told('resumed');
      await together(a, b);
      await a.does('mute');
      await b.hearsNothing();
      await a.does('unmute');
      await together(a, b);
      await a.does('hangup');
      await b.told('ended');
      a.watch.legal();
    });

    it('keys are heard', async () => {
      const [[a], far] = [await stage.parties(client), await stage.softphone(voices[1])];
      await a.does('call', far.user.phoneNumber);
      const call = await far.answer();
      await hears(call, a.tone);
      const key = hearsKeys(call, '5');
      await a.does('digits', '5');
      assert.equal(await key, '5');
      await hears(call, a.tone);
    });

    it('a call is handed to another without asking', async () => {
      const [a, b, c] = await stage.parties(client, 'web-phone', 'jssip');
      await connect(a, b);
      await a.does('transfer', c.user.phoneNumber);
      await c.told('incoming');
      await c.does('answer');
      await together(b, c);
      await a.told('moved');
      await a.told('ended');
      await c.does('hangup');
      await b.told('ended');
      for (const { watch } of [a, b, c]) {
        await logged(watch);
        watch.legal();
      }
    });

    it('a call is handed over after asking', async () => {
      const [a, b, c] = await stage.parties(client, 'web-phone', 'sip');
      await connect(a, b);
      await a.does('consult', c.user.phoneNumber);
      await c.told('incoming');
      await b.hearsElse(a.tone, c.tone);
      await c.does('answer');
      await c.hears(a.tone);
      await a.does('join');
      await together(b, c);
      await a.told('ended', 2);
      await b.does('hangup');
      await c.told('ended');
      for (const { watch } of [a, b, c]) watch.legal();
    });
  });
}

describe('who is called', () => {
  for (const client of clients) {
    it(`declines with ${client}, and the caller is told so`, async () => {
      const [a, b] = await stage.parties('web-phone', client);
      await ring(a, b);
      await b.does('decline');
      await b.told('ended');
      await b.watch.party('Disconnected', 'Rejected').catch(() => b.watch.party('VoiceMail'));
      await a.does('hangup');
      await a.told('ended');
      a.watch.legal();
      b.watch.legal();
    });
  }

  for (const client of /** @type {const} */ (['web-phone', 'web-phone-0.9', 'web-phone-0.8'])) {
    it(`sends the caller to voicemail with ${client}, and finds what they said`, async () => {
      const [a, b] = await stage.parties('web-phone', client);
      await ring(a, b);
      await b.does('voicemail');
      await b.told('ended');
      await b.watch.party('VoiceMail');
      assert.ok(!(await b.transcript()).includes('<481'), 'what the phone asked for is not understood');
      await a.hears(1000); // the tone after which one speaks
      await a.hearsNothing(1500);
      await a.does('hangup');
      await a.told('ended');
      const message = await b.watch.until(({ events }) => events.find((e) => e.event.includes('/voicemail'))?.body, 'a voicemail');
      assert.deepEqual([message.type, message.direction, message.from.phoneNumber, message.readStatus], ['VoiceMail', 'Inbound', a.user.phoneNumber, 'Unread']);
      const sound = unwav(await b.watch.api.download(message.attachments[0].uri));
      assert.ok(lasts(sound, a.tone) > 0.5, `of the voice ${lasts(sound, a.tone)} s of ${sound.samples.length / sound.rate} s are heard`);
      const [record] = await logged(b.watch);
      assert.deepEqual([record.result, String(record.message?.id)], ['Voicemail', String(message.id)]);
    });
  }

  it('forwards to somebody else with web-phone', async () => {
    const [a, b, c] = await stage.parties('web-phone', 'web-phone', 'sip');
    await ring(a, b);
    await b.does('forward', c.user.phoneNumber);
    await c.told('incoming');
    await c.does('answer');
    await together(a, c);
    await a.does('hangup');
    await c.told('ended');
    for (const { watch } of [a, b, c]) watch.legal();
  });

  it('does not answer while it is not registered, and finds a message', async () => {
    const [a] = await stage.parties('web-phone');
    const user = await stage.demo.user('Abel Absent');
    const watch = await stage.watch(user);
    await a.does('call', user.phoneNumber);
    await a.hears(1000);
    await a.hearsNothing(1500);
    await a.does('hangup');
    await watch.until(({ events }) => events.some((e) => e.event.includes('/voicemail')), 'a voicemail');
    const [record] = await logged(watch);
    assert.equal(record.result, 'Voicemail');
  });
});

describe('a recording', () => {
  for (const client of /** @type {const} */ (['web-phone', 'web-phone-0.9', 'web-phone-0.8'])) {
    it(`that ${client} asks for has both voices`, async () => {
      const [a, b] = await stage.parties(client, 'web-phone');
      await connect(a, b);
      const announced = a.hearsElse(a.tone, b.tone); // and nobody is recorded meanwhile
      await a.does('record', true);
      assert.match(await a.told('recording'), /"code":0|^$/);
      await announced;
      await together(a, b);
      await passes(a.page, 2000); // of their talk is recorded
      await a.does('record', false);
      await a.told('recorded');
      await a.does('hangup');
      await b.told('ended');
      const [{ id }] = await logged(a.watch);
      const sound = unwav(await a.watch.api.download(await recordingOf(a.watch.api, id)));
      // Both spoke at once, so each is a part of what is heard.
      assert.ok(present(sound, a.tone) && present(sound, b.tone), 'a voice is missing from the recording');
      assert.ok(!present(sound, 1777), 'a voice is heard that nobody has');
    });
  }
});

/**
 * Where the recording of a call lies, which is written after the call's end.
 * @param {import('../lib/api.js').Api} api @param {string} id
 */
function recordingOf(api, id) {
  const look = async () => {
    for (;;) {
      const { recording } = await api.call('GET', `/call-log/${id}?view=Detailed`);
      if (recording?.contentUri) return recording.contentUri;
      await pause(3000); // the platform lets one ask so often, not more
    }
  };
  return patiently(look(), () => 'the call has no recording');
}

/** Whether a voice is in a sound beside others. @param {{samples: Float32Array, rate: number}} sound @param {number} hz */
function present({ samples, rate }, hz) {
  const step = Math.round(rate / 5);
  let pieces = 0;
  for (let from = 0; from + step <= samples.length; from += step) {
    let [re, im] = [0, 0];
    for (let i = 0; i < step; i++) {
      re += samples[from + i] * Math.cos((2 * Math.PI * hz * i) / rate);
      im += samples[from + i] * Math.sin((2 * Math.PI * hz * i) / rate);
    }
    if ((2 * Math.hypot(re, im)) / step > 0.05) pieces++;
  }
  return pieces >= 2;
}
