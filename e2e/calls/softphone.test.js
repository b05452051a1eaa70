// RingCentral's released client for phones without a browser
// (ringcentral-softphone): SIP by TLS, sound by RTP that its descriptions hold
// the keys of. It looks at every byte of what a platform says.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { patiently } from '../lib/tone.js';
import { hears, hearsKeys, letsIn, pcmu, Softphone } from './softphone.js';

/** @type {Demo} */ let demo;
/** @type {Softphone[]} */ let phones = [];
before(async () => {
  demo = await Demo.start(letsIn);
});
afterEach(() => {
  for (const phone of phones) phone.close();
  phones = [];
});
after(() => demo.close());

/** A phone of a user of the demo. @param {number} user @param {number} tone @param {Parameters<typeof Softphone.open>[3]} [codec] */
async function open(user, tone, codec) {
  const phone = await Softphone.open(demo, demo.facts.users[user], tone, codec);
  phones.push(phone);
  return phone;
}

describe('a phone without a browser', () => {
  it('hears its own voice from *601', async () => {
    const phone = await open(0, 700);
    const session = await phone.call('*601');
    assert.match(session.sessionId, /^s-/);
    assert.match(session.partyId, /^p-/);
    await hears(session, 700);
    session.hangup();
  });

  it('calls another, hears it and is hung up on', async () => {
    const [ada, sam] = [await open(0, 700), await open(1, 1100)];
    const [out, back] = await Promise.all([ada.call(demo.facts.users[1].extensionNumber), sam.answer()]);
    await Promise.all([hears(out, 1100), hears(back, 700)]);
    const key = hearsKeys(back, '5');
    out.sendDTMF('5');
    assert.equal(await key, '5');
    const ended = once(out, 'disposed');
    back.hangup();
    await patiently(ended, () => 'the call did not end');
  });

  it('declines, and the caller hears that the line is busy', async () => {
    const [ada, sam] = [await open(0, 700, pcmu), await open(1, 1100)];
    const calling = ada.call(demo.facts.users[1].extensionNumber);
    sam.client.decline(await sam.rings());
    const session = await calling;
    await hears(session, 480, 620);
    session.hangup();
  });
});
