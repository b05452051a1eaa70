// What the page around the phone hears of calls and what it may do with them:
// by messages, by RCAdapter and by links to numbers.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Host } from '../lib/host.js';
import { asked, register, serve } from '../lib/service.js';
import { Handset } from './handset.js';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
/** @type {Host} */ let host;
before(async () => {
  stage = await Stage.open();
  host = await Host.start(stage.demo);
  await host.allow(stage.demo.facts.apps[0].clientId, '--origin', stage.demo.facts.host.url);
});
afterEach(() => stage.clear());
after(async () => {
  host.close();
  await stage.close();
});

const [mine, theirs] = voices;

/** @param {string} [name] */
const handset = (name = 'Hope Host') => stage.handset(name, mine);

/** What the page has heard of calls, in order. @param {Handset} me */
async function heard(me) {
  const all = (await me.tab.heard()).map(({ data }) => data).filter((m) => /^rc-(call-(init|ring|start|hold|resume|mute|end)|active-call)-notify$/.test(m?.type));
  return all.map((m) => m.type.replace(/^rc-(call-)?|-notify$/g, '') + (m.type === 'rc-active-call-notify' ? ` ${m.call.telephonyStatus}` : ''));
}

/** Calls until the platform tells of calls: to a phone that has just begun it may not yet. @param {Handset} me */
async function followed(me) {
  for (let told = false; !told; ) {
    await me.tab.hears('rc-dialer-status-notify', 'true');
    await me.place('*601');
    await me.tab.hears('rc-call-start-notify');
    await me.tab.page.evaluate(() => window.RCAdapter?.controlCall('hangup'));
    await me.tab.hears('rc-call-end-notify');
    told = (await me.tab.heard()).some(({ data }) => data?.type === 'rc-telephony-session-notify');
    await me.reload(); // what was heard so far is forgotten
    await me.tab.signedIn();
    await me.ready();
  }
}

/** Waits for the platform's word that a call is over. @param {Handset} me @param {string} id of its session @returns {Promise<any>} the session */
const over = (me, id) =>
  me.tab.page.evaluate((wanted) => new Promise((resolve, reject) => {
    /** @param {any} m */
    const look = ({ data }) => {
      const session = data?.type === 'rc-telephony-session-notify' && data.telephonySession;
      if (session?.id === wanted && session.parties[0].status.code === 'Disconnected') resolve(session);
    };
    Reflect.get(window, '__heard').forEach(look);
    window.addEventListener('message', look);
    setTimeout(() => reject(new Error('the page never heard that the session is over')), 30_000);
  }), id);

describe('the page around the phone', () => {
  it('calls, and hears of its call in order', async () => {
    const me = await handset();
    await followed(me);
    const far = await stage.party('web-phone', theirs);
    await me.tab.hears('rc-dialer-status-notify', 'true');
    assert.equal((await me.tab.hears('rc-webphone-connection-status-notify', 'connectionStatus-connected')).connectionStatus, 'connectionStatus-connected');
    await me.tab.page.evaluate((to) => window.RCAdapter?.clickToCall(to, true), far.user.phoneNumber);
    const { call } = await me.tab.hears('rc-call-init-notify');
    assert.deepEqual([call.direction, call.to, call.callStatus], ['Outbound', far.user.phoneNumber, 'webphone-session-connecting']);
    assert.match((await me.tab.hears('rc-active-call-notify')).call.startTime, /^[\d-]{10}T[\d:]{8}\.\d{3}Z$/);
    await far.told('incoming');
    await far.does('answer');
    const started = await me.tab.hears('rc-call-start-notify', call.id);
    assert.equal(started.call.callStatus, 'webphone-session-connected');
    assert.match(started.call.telephonySessionId, /^s-/);
    assert.ok(started.call.startTime >= started.call.creationTime);
    await Promise.all([me.hears(theirs), far.hears(mine)]);

    /** @param {string} action @param {string} type @param {string} [id] */
    const control = async (action, type, id = call.id) => {
      await me.tab.page.evaluate(([a, i]) => window.RCAdapter?.controlCall(/** @type {any} */ (a), i), [action, id]);
      return me.tab.hears(type, call.id);
    };
    assert.equal((await control('hold', 'rc-call-hold-notify')).call.isOnHold, true);
    assert.equal((await control('unhold', 'rc-call-resume-notify', started.call.telephonySessionId)).call.isOnHold, false);
    assert.equal((await control('mute', 'rc-call-mute-notify')).call.isOnMute, true);
    await me.tab.post({ type: 'rc-adapter-webphone-sessions-sync' });
    assert.deepEqual((await me.tab.hears('rc-webphone-sessions-sync', call.id)).calls.map((/** @type {any} */ c) => c.isOnMute), [true]);
    // Without an id, the call that is heard is meant.
    await me.tab.page.evaluate(() => window.RCAdapter?.controlCall('hangup'));
    const ended = await me.tab.hears('rc-call-end-notify', call.id);
    assert.deepEqual([ended.call.outcome, ended.call.callStatus], ['hungUp', 'webphone-session-finished']);
    assert.deepEqual(await heard(me), ['init', 'active-call Ringing', 'start', 'active-call CallConnected', 'hold', 'active-call OnHold', 'resume', 'active-call CallConnected', 'mute', 'end', 'active-call NoCall']);

    // The platform's own words for it come as well.
    const last = await over(me, started.call.telephonySessionId);
    assert.deepEqual([last.id, last.sessionId, last.origin.type, last.parties.length, last.parties[0].id], [started.call.telephonySessionId, started.call.sessionId, 'Call', 1, started.call.partyId]);
    assert.deepEqual([last.parties[0].direction, last.parties[0].to.phoneNumber], ['Outbound', far.user.phoneNumber]);
    const told = (await me.tab.heard()).map(({ data }) => data).filter((m) => m?.type === 'rc-telephony-session-notify' && m.telephonySession.id === last.id);
    const codes = told.map((m) => m.telephonySession.parties[0].status.code).filter((code, i, all) => code !== all[i - 1]);
    assert.deepEqual(codes, ['Setup', 'Proceeding', 'Answered', 'Hold', 'Answered', 'Disconnected']);
    assert.equal(new Set(told.map((m) => m.eventId)).size, told.length);
  });

  it('hears of a call that rings, answers it, and is told what cannot be done', async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    await far.does('call', me.user.phoneNumber);
    const { call } = await me.tab.hears('rc-call-ring-notify');
    assert.deepEqual([call.direction, call.from, call.fromUserName], ['Inbound', far.user.phoneNumber, far.user.name]);
    await me.rings();
    const small = me.phone.locator('#calls-now[data-small]');
    await me.tab.page.evaluate(() => window.RCAdapter?.controlCall('toggleRingingDialog'));
    await small.waitFor();
    await me.tab.page.evaluate(() => window.RCAdapter?.controlCall('toggleRingingDialog'));
    await small.waitFor({ state: 'detached' });
    await me.tab.page.evaluate(() => window.RCAdapter?.controlCall('answer'));
    await me.tab.hears('rc-call-start-notify', call.id);
    await Promise.all([me.hears(theirs), far.hears(mine)]);
    await far.does('hangup');
    await me.tab.hears('rc-call-end-notify', call.id);
    const held = me.tab.page.evaluate((id) => window.RCAdapter?.controlCall('hold', id), 'no-such-call');
    await assert.rejects(held, /There is no such call/);
    assert.equal((await me.tab.hears('rc-control-call-error', 'no-such-call')).error, 'noCall');
  });

  for (const [how, parameters] of /** @type {const} */ ([['each tab', {}], ['one tab', { disableInactiveTabCallEvent: '1' }]])) {
    it(`hears that its call is over when its user is signed out, where ${how} tells of calls`, async () => {
      host.put('/', host.script({ clientId: stage.demo.facts.apps[0].clientId, ...parameters }));
      const me = await stage.handset('Hope Host', mine, { host, path: '/' });
      await me.place('*601');
      await me.tab.hears('rc-call-start-notify');
      await me.tab.page.evaluate(() => window.RCAdapter?.logoutUser());
      await me.tab.hears('rc-active-call-notify', '"NoCall"');
      await me.tab.hears('rc-login-status-notify', '"loggedIn":false');
      assert.deepEqual((await heard(me)).slice(-2), ['end', 'active-call NoCall']);
      assert.equal((await heard(me)).filter((name) => name === 'end').length, 1);
    });
  }

  it('acts on no call where the page names one in a way that names none', async () => {
    const me = await handset();
    await me.place('*601');
    await me.tab.hears('rc-call-start-notify');
    const ids = [7, { id: 'c' }, 'c'.repeat(200)];
    for (const callId of ids) await me.tab.post({ type: 'rc-adapter-control-call', callAction: 'hangup', callId });
    await me.tab.hears('rc-control-call-error', 'ccc');
    const told = (await me.tab.heard()).map(({ data }) => data).filter((m) => m?.type === 'rc-control-call-error');
    assert.deepEqual(told.map((m) => m.error), ids.map(() => 'noCall'));
    assert.equal((await me.calls())[0].state, 'connected');
  });

  it('reads in its console why nobody was called', async () => {
    const me = await handset();
    const said = me.tab.page.waitForEvent('console', (m) => m.type() === 'warning' && m.text().startsWith('rc-adapter-new-call: '));
    await me.tab.page.evaluate(() => window.RCAdapter?.clickToCall('abc', true));
    const sentence = (await said).text().slice('rc-adapter-new-call: '.length);
    await me.phone.locator('#alert').getByText(sentence).waitFor(); // as its user does
  });

  it('fills a number in, and has links to numbers call', async () => {
    const me = await handset();
    await me.tab.post({ type: 'rc-adapter-new-call', phoneNumber: '+14155550124' });
    const field = me.phone.getByLabel('Name or number');
    await me.phone.getByRole('button', { name: 'Delete a digit' }).waitFor(); // there is a number
    assert.match(await field.inputValue(), /415\D*555\D*0124/);
    await me.tab.page.evaluate(() => {
      const link = Object.assign(document.createElement('a'), { href: 'tel:*601', textContent: 'Call us' });
      document.body.prepend(link);
    });
    await me.tab.page.getByRole('link', { name: 'Call us' }).click();
    await me.tab.hears('rc-call-start-notify');
    await me.hears(mine);
  });

  it('is not told again of a call that goes on when it is loaded anew', async () => {
    const me = await handset();
    await me.place('*601');
    await me.tab.hears('rc-call-start-notify');
    await me.reload();
    await me.hears(mine);
    await me.tab.hears('rc-dialer-status-notify', 'true');
    assert.deepEqual(await heard(me), []);
    await me.tab.page.evaluate(() => window.RCAdapter?.controlCall('hangup'));
    await me.tab.hears('rc-call-end-notify');
    assert.deepEqual(await heard(me), ['end', 'active-call NoCall']);
  });

  it('is asked whom its user may call, and no question outlives its session or its call', async () => {
    const me = await handset();
    const far = await stage.party('web-phone', theirs);
    const to = far.user.phoneNumber;
    await serve(me.tab, { '/dnc': { data: { result: true, message: 'Careful' } } });
    await register(me.tab, { name: 'Acme', doNotContactPath: '/dnc' });
    const click = (/** @type {string} */ number) => me.tab.page.evaluate((n) => window.RCAdapter?.clickToCall(n, true), number);
    const question = me.phone.getByRole('dialog').filter({ hasText: 'Acme asks you not to call' });
    const anyway = question.getByRole('button', { name: 'Call anyway' });
    await click(to);
    await anyway.waitFor();
    // Another one takes its place.
    await click('+14155550124');
    await asked(me.tab, '/dnc', '+14155550124');
    await question.filter({ hasText: '0124' }).waitFor();
    assert.equal(await question.count(), 1);
    await click(to);
    await question.filter({ hasNotText: '0124' }).waitFor();
    await anyway.click();
    await far.told('incoming');
    await far.does('answer');
    await me.tab.hears('rc-call-start-notify');

    // A transfer is asked about for as long as there is a call.
    await me.tab.post({ type: 'rc-adapter-control-call', callAction: 'transfer', options: { transferNumber: '+14155550124' } });
    await anyway.waitFor();
    await far.does('hangup');
    await question.waitFor({ state: 'detached' });
    assert.equal((await me.tab.hears('rc-control-call-error', 'failed')).error, 'failed');

    await click(to);
    await anyway.waitFor();
    await me.tab.page.evaluate(() => window.RCAdapter?.logoutUser());
    await question.waitFor({ state: 'detached' });
    await me.tab.signedOut();
    await me.person.enter(me.tab, await stage.demo.user('Nora Next'));
    await me.ready();
    assert.deepEqual([await question.count(), (await me.calls()).length], [0, 0]);
    assert.equal(await me.phone.getByText('Not called').count(), 0);
  });
});
