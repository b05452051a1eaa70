// A supervisor with our phone, a colleague with our phone, and a customer with
// a web phone: who hears whom, by one tone each.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { objections } from '../lib/axe.js';
import { hearsWithout, together } from '../lib/tone.js';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(async () => {
  assert.doesNotMatch(stage.demo.log(), /panic|level=ERROR/);
  await stage.close();
});

const [mine, agents, customers] = voices;

/** @param {import('./handset.js').Handset} me @param {string} name of a colleague who may be in a call */
const call = (me, name) => me.phone.getByRole('region', { name: 'Calls of your colleagues' }).getByRole('listitem').filter({ hasText: name });

/** A supervisor, whom the company lets listen to an agent, who talks with a customer. */
async function office() {
  const [supervisor, colleague] = [await stage.demo.user('Sue Pervisor'), await stage.demo.user('Ada Agent')];
  await stage.demo.command('user', 'monitor', '--user', supervisor.username, '--agent', colleague.username);
  const me = await stage.handset(supervisor, mine);
  const agent = await stage.handset(colleague, agents);
  const customer = await stage.party('web-phone', customers, 'Cora Customer');
  await me.tab.goTo('Contacts');
  await agent.talksTo(customer);
  await call(me, 'Ada Agent').waitFor();
  return { me, agent, customer };
}

describe('a supervisor', () => {
  it('listens, whispers, joins in and takes over, and is heard by nobody else', { timeout: 300_000 }, async () => {
    const { me, agent, customer } = await office();
    assert.deepEqual(await objections(await me.tab.frame()), []);
    await call(me, 'Ada Agent').getByRole('button', { name: 'Listen in' }).click();
    await me.live.getByText('You listen. Nobody hears you.').waitFor();
    await me.phone.getByRole('heading', { name: /Ada Agent/ }).waitFor();
    await me.hears(agents, customers);
    await Promise.all([hearsWithout(customer.page, [agents], [mine]), hearsWithout(await agent.tab.frame(), [customers], [mine])]);
    assert.deepEqual(await objections(await me.tab.frame()), []);
    assert.equal(await me.live.getByRole('button', { name: 'Hold' }).count(), 0, 'what does not go while listening is not offered');

    await me.press('Whisper');
    await me.live.getByText('You whisper. Only your colleague hears you.').waitFor();
    await agent.hears(customers, mine);
    await hearsWithout(customer.page, [agents], [mine]);

    await me.press('Join in');
    await me.live.getByText('You have joined in. Both hear you.').waitFor();
    await Promise.all([agent.hears(customers, mine), customer.hears(agents, mine)]);

    await me.press('Listen in');
    await Promise.all([hearsWithout(customer.page, [agents], [mine]), hearsWithout(await agent.tab.frame(), [customers], [mine])]);
    await me.hears(agents, customers);

    await me.press('Take over');
    await agent.is('ended');
    await together(me, customer);
    await me.live.getByRole('button', { name: 'Hold', exact: true }).waitFor();
    await me.phone.getByRole('heading', { name: /Cora Customer/ }).waitFor();
    await me.press('Hang up');
    await customer.told('ended');
  });

  it('may begin by whispering, keeps the call over a reload, and leaves without a trace', { timeout: 300_000 }, async () => {
    const { me, agent, customer } = await office();
    await call(me, 'Ada Agent').getByRole('button', { name: 'Whisper' }).click();
    await me.live.getByText('You whisper. Only your colleague hears you.').waitFor();
    await agent.hears(customers, mine);
    await me.reload();
    await me.hears(agents, customers);
    await agent.hears(customers, mine);
    await hearsWithout(customer.page, [agents], [mine]);
    await me.press('Leave');
    await me.is('ended');
    await together(agent, customer);
    await hearsWithout(await agent.tab.frame(), [customers], [mine]);
    await agent.press('Hang up');
    await customer.told('ended');
    await me.tab.goTo('Contacts');
    await call(me, 'Ada Agent').waitFor({ state: 'detached' });
  });
});

describe('somebody who may not', () => {
  it('sees no calls of others, and is refused by the platform', { timeout: 300_000 }, async () => {
    const [nobody, colleague] = [await stage.demo.user('Nora Nobody'), await stage.demo.user('Ada Agent')];
    const me = await stage.handset(nobody, mine);
    const agent = await stage.handset(colleague, agents);
    const customer = await stage.party('web-phone', customers, 'Cora Customer');
    await me.tab.goTo('Contacts');
    await agent.talksTo(customer);
    await me.phone.locator(`[data-ext="${agent.user.extensionId}"][data-reach="busy"]`).first().waitFor({ state: 'attached' });
    assert.equal(await me.phone.getByRole('region', { name: 'Calls of your colleagues' }).count(), 0);
    const answer = await (await me.tab.frame()).evaluate(async (extensionId) => {
      const script = performance.getEntriesByType('resource').find((r) => r.name.endsWith('/widget/ask.js'));
      const { ask } = await import(script?.name ?? '');
      const r = await ask('/supervise', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ extensionId, mode: 'monitor' }) });
      return { status: r.status, text: await r.text() };
    }, String(agent.user.extensionId));
    assert.equal(answer.status, 409, JSON.stringify(answer));
    await together(agent, customer);
    await agent.press('Hang up');
    await customer.told('ended');
  });
});
