// What goes over the wire in a call, exactly as the vendor's own phone expects
// it and its tests assert it (contract 8.4 and 8.5).

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { connect, ring, Stage } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

const registration = 6;

describe('on the wire', () => {
  it('a call is accepted at once, rings with everything a phone shows, and is answered', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    await ring(a, b);
    await a.told('accepted');
    assert.deepEqual((await a.transcript()).slice(registration), ['>INVITE', '<100', '<407', '>INVITE', '<100', '<183', '<200', '>ACK']);
    await b.message('<200', 2);
    assert.deepEqual((await b.transcript()).slice(registration), ['<INVITE', '>100', '>180', '>MESSAGE 17', '<100', '<200']);

    const progress = await a.message('<183');
    const [, party, session] = /^p-rc-api-ids: party-id=(p-[0-9a-fz]+-\d);session-id=(s-[0-9a-fz]+)\r$/m.exec(progress) ?? [];
    assert.ok(party && session, `no ids in\n${progress}`);
    assert.match(await a.message('<200', 2), /^SIP\/2\.0 200 OK\r/);
    assert.match(await a.message('<407'), /^Proxy-Authenticate: Digest [^\r]*, nonce="/m);

    const invite = await b.message('<INVITE');
    assert.match(invite, /^P-rc: <Msg><Hdr SID="[^"]+" Req="[^"]*" From="[^"]+" To="[^"]+" Cmd="6"\/><Bdy [^\r]*Phn="\+\d+"[^\r]*ToPhn="\+\d+"/m);
    assert.match(invite, new RegExp(`^p-rc-api-ids: party-id=p-[0-9a-fz]+-\\d;session-id=${session}\\r$`, 'm'));
    assert.match(invite, /<Bdy [^\r]* Nm="Ann Inner/);
    for (const message of [...(await a.messages()), ...(await b.messages())].filter(({ out }) => !out)) {
      const names = message.text.split('\r\n\r\n')[0].split('\r\n').slice(1).map((line) => line.split(':')[0].toLowerCase());
      assert.deepEqual(names, [...new Set(names)], 'a header came twice');
    }

    const shown = await a.watch.party('Proceeding');
    assert.deepEqual([shown.telephonySessionId, shown.parties[0].id], [session, party]);
    assert.ok(!a.watch.sessions.some(({ parties }) => parties[0].status.code === 'Answered'), 'told as answered while it still rings');
    await b.does('answer');
    await a.watch.party('Answered');
    await b.message('<MESSAGE 7');
    assert.deepEqual((await b.transcript()).slice(registration + 6), ['>200', '<ACK', '<MESSAGE 7', '>200']);
    await a.does('hangup');
    await b.told('ended');
    await b.message('<MESSAGE 2');
    await b.message('<BYE');
  });

  it('a decline, a way to voicemail and a forward are cancelled and closed', async () => {
    for (const verb of ['decline', 'voicemail', 'forward']) {
      const [a, b, c] = await stage.parties('web-phone', 'web-phone', 'web-phone');
      await ring(a, b);
      await b.message('<200', 2);
      await b.does(verb, c.user.phoneNumber);
      await b.told('ended');
      await b.message('<MESSAGE 9');
      await b.message('<CANCEL');
      if (verb === 'forward') {
        await c.told('incoming');
        await c.does('answer');
        await Promise.all([a.hears(c.tone), c.hears(a.tone)]);
      }
      await stage.clear();
    }
  });

  it('a phone that lost the race is told that another has answered', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    const other = await stage.phone('web-phone', b.user);
    await ring(a, b);
    await other.told('incoming');
    await b.does('answer');
    await b.told('accepted');
    await other.told('ended');
    await other.message('<CANCEL');
    assert.equal((await other.words()).filter((w) => w.startsWith('accepted')).length, 0);
    await a.hears(b.tone);
  });

  it('a call that the caller gives up stops ringing', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    await ring(a, b);
    await a.told('accepted');
    await a.does('hangup');
    await b.told('ended');
    await b.message('<CANCEL');
    await b.watch.party('Disconnected', 'Cancelled');
  });

  it('a re-INVITE holds and resumes, and the far end sees nothing of it', async () => {
    const [a, b] = await stage.parties('web-phone', 'web-phone');
    await connect(a, b);
    const [before, beforeB] = [(await a.transcript()).length, (await b.transcript()).length];
    await a.does('hold');
    await a.told('held');
    await a.message('>ACK', 2);
    assert.deepEqual((await a.transcript()).slice(before), ['>INVITE', '<100', '<200', '>ACK']);
    assert.match(await a.message('<200', 3), /a=recvonly/);
    await a.does('unhold');
    await a.told('resumed');
    assert.equal((await b.transcript()).length, beforeB);
  });
});
