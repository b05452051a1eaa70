// The network of a call: slow, losing packets, or letting nothing through but
// TCP or what goes over a relay. What is asserted is that the call stands and who is heard, never how quick it is.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, it } from 'node:test';
import { leaves } from '../lib/network.js';
import { TurnServer } from '../lib/turnserver.js';
import { reloads } from './reloads.js';
import { logged, Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
/** @type {TurnServer} */ let turn;
const secret = randomUUID();
before(async () => {
  turn = await TurnServer.start(secret);
  stage = await Stage.open(['--sound-tcp-addr', '127.0.0.1:0', '--turn-url', turn.url, '--turn-secret-file', turn.secretFile]);
});
afterEach(() => stage.clear());
after(async () => {
  await stage?.close();
  await turn?.close();
});

it('a call survives reloads over a network that takes 80 ms there and back and loses one packet of fifty', async () => {
  let sent = 0;
  const me = await stage.handset('Nora Network', voices[0], { network: { delay: 40, loss: 0.5, random: () => (++sent % 50 ? 1 : 0) } });
  const far = await stage.party('web-phone', voices[1]);
  await me.talksTo(far);
  await reloads(me, far, 3);
  const { carried = 0, lost = 0 } = me.network ?? {};
  assert.ok(carried > 200 && lost > 4, `the sound went another way: ${carried} packets here, and ${lost} lost`);
  await far.does('hangup');
  await me.phone.locator('[data-now]').waitFor({ state: 'detached' });
  const [record] = await logged(far.watch);
  assert.equal(record.result, 'Accepted');
  far.watch.legal();
});

for (const { name, only, way } of /** @type {const} */ ([
  { name: 'lets sound through by TCP alone', only: 'tcp', way: { candidateType: 'host', protocol: 'tcp' } },
  { name: 'lets nothing through but a relay', only: 'relay', way: { candidateType: 'relay', protocol: 'udp' } },
])) {
  it(`a call goes on, also after a reload, where the network ${name}`, async () => {
    const me = await stage.handset('Rita Relay', voices[0], { only });
    await me.call('*601');
    await me.hears(me.tone);
    const leaving = async () => {
      const { candidateType, protocol } = await leaves(await me.tab.frame());
      return { candidateType: candidateType === 'prflx' ? 'host' : candidateType, protocol };
    };
    assert.deepEqual(await leaving(), way);
    await me.reload();
    await me.hears(me.tone);
    assert.deepEqual(await leaving(), way);
    const page = await (await me.tab.frame()).evaluate(() => document.documentElement.outerHTML);
    assert.match(page, /data-relays="[^"]*turn:127/);
    assert.ok(!page.includes(secret), 'the page has the secret of the relay');
    await me.press('Hang up');
    await me.quiet();
  });
}
