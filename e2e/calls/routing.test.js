// Where a call goes: the menu of the main number, rules for the hours, numbers
// that ring elsewhere, and queues.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { together } from '../lib/tone.js';
import { connect, logged, Stage } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

const extension = '/restapi/v1.0/account/~/extension/~';

describe('the main number', () => {
  it('connects who presses an extension while it speaks', async () => {
    const [a, b] = await stage.parties('web-phone', 'jssip');
    await a.does('call', stage.demo.facts.account.mainNumber);
    await a.hearsElse(a.tone); // the greeting
    const { telephonySessionId: id } = await a.watch.party('Answered');
    await a.does('digits', b.user.extensionNumber);
    await b.told('incoming');
    await b.watch.party('Proceeding');
    const { parties } = await a.watch.api.request('GET', `/restapi/v1.0/account/~/telephony/sessions/${id}`);
    assert.deepEqual(
      parties.map((/** @type {any} */ p) => [p.direction, p.status.code, p.status.reason ?? '']),
      [['Outbound', 'Answered', ''], ['Inbound', 'Disconnected', 'CallerInputRedirect'], ['Inbound', 'Proceeding', '']],
    );
    await b.does('answer');
    await together(a, b);
    await a.does('hangup');
    await b.told('ended');
    for (const { watch } of [a, b]) {
      await logged(watch);
      watch.legal();
    }
  });

  it('rings the operator of who presses 0', async () => {
    const ada = stage.demo.facts.users[0];
    const [a] = await stage.parties('web-phone');
    const operator = await stage.phone('web-phone', ada, { tone: 1500 });
    await a.does('call', stage.demo.facts.account.mainNumber);
    await a.watch.party('Answered');
    await a.does('digits', '0');
    await operator.told('incoming');
    await operator.does('answer');
    await a.hears(operator.tone);
    await a.does('hangup');
    await operator.told('ended');
    a.watch.legal();
  });
});

describe('who is called', () => {
  it('is reached at a forwarding number when their own phone only rings', async () => {
    const [a, b, c] = await stage.parties('web-phone', 'jssip', 'sip');
    await b.watch.api.request('POST', `${extension}/forwarding-number`, { phoneNumber: c.user.phoneNumber, label: 'Desk at home', type: 'Home' });
    const rule = await b.watch.api.request('PUT', `${extension}/answering-rule/business-hours-rule`, { forwarding: { softPhonesRingCount: 1 } });
    assert.equal(rule.forwarding.rules[0].forwardingNumbers[0].phoneNumber, c.user.phoneNumber);
    await a.does('call', b.user.phoneNumber);
    await b.told('incoming');
    await c.told('incoming');
    await c.does('answer');
    await together(a, c);
    await b.watch.party('Disconnected', 'CallRedirected');
    await a.does('hangup');
    await c.told('ended');
    for (const { watch } of [a, b, c]) {
      await logged(watch);
      watch.legal();
    }
  });

  it('takes messages outside their hours, and calls again when these are gone', async () => {
    const [a, b] = await stage.parties('web-phone', 'jssip');
    const day = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'][(new Date().getUTCDay() + 3) % 7];
    await b.watch.api.request('PUT', `${extension}/business-hours`, { schedule: { weeklyRanges: { [day]: [{ from: '09:00', to: '10:00' }] } } });
    await a.does('call', b.user.phoneNumber);
    await a.hears(1000); // after the greeting
    await b.watch.party('VoiceMail');
    await a.does('hangup');
    await a.told('ended');
    await b.watch.api.request('PUT', `${extension}/business-hours`, { schedule: {} });
    await connect(a, b);
    await a.does('hangup');
    await b.told('ended');
  });
});

describe('a queue', () => {
  it('has one member ring after the other, and leaves nobody without an answer', async () => {
    const [a, b, c] = await stage.parties('web-phone', 'jssip', 'sip');
    const queue = await stage.demo.command('queue', 'add', '--name', 'Front desk', '--member', b.user.username, '--member', c.user.username);
    const admin = await stage.watch(stage.demo.facts.users[0]);
    await admin.api.request('PUT', `/restapi/v1.0/account/~/extension/${queue.extensionId}/answering-rule/business-hours-rule`, {
      queue: { transferMode: 'FixedOrder', fixedOrderAgents: [{ extension: { id: String(c.user.extensionId) }, index: 1 }] },
    });
    await a.does('call', queue.phoneNumber);
    await c.told('incoming');
    await a.hearsElse(a.tone); // music
    await c.does('decline');
    await b.told('incoming');
    await b.does('answer');
    await together(a, b);
    await b.does('hangup');
    await a.told('ended');
    for (const { watch } of [a, b, c]) {
      await logged(watch);
      watch.legal();
    }
  });
});
