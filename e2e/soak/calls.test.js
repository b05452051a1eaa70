// A random walk: two people with our phone and one with a web phone call one
// another and do whatever can be done, in any order. Afterwards no call is
// stuck, each is once in the log of each, and nothing of them is left open.
//
// OFFHOOK_WALK is the number of steps; OFFHOOK_SEED repeats a walk.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { after, before, it } from 'node:test';
import { patiently } from '../lib/tone.js';
import { Handset } from '../calls/handset.js';
import { Stage, voices } from '../calls/stage.js';

const steps = Number(process.env.OFFHOOK_WALK ?? 40);
const seed = Number(process.env.OFFHOOK_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

/** Numbers that look random and are the same for the same seed. @param {number} state */
function dice(state) {
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** How many UDP sockets the server has open. @param {number} pid */
function ports(pid) {
  const udp = new Set(['udp', 'udp6'].flatMap((f) => readFileSync(`/proc/${pid}/net/${f}`, 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/)[9])));
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return udp.has(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? '');
    } catch {
      return false; // closed between the two reads
    }
  }).length;
}

it(`${steps} steps leave nothing behind`, { timeout: steps * 20_000 + 600_000 }, async (t) => {
  t.diagnostic(`OFFHOOK_SEED=${seed}`);
  const random = dice(seed);
  /** @template T @param {T[]} list */
  const one = (list) => list[Math.floor(random() * list.length)];

  const users = [await stage.demo.user('Wanda Walker'), await stage.demo.user('Will Walker')];
  const watches = await Promise.all(users.map((user) => stage.watch(user)));
  const idle = ports(Number(stage.demo.pid));
  const people = await Promise.all(users.map((user, i) => Handset.open(stage.demo, user, voices[i], { path: '/plain' })));
  const far = await stage.party('web-phone', voices[2]);
  const numbers = [...users.map((u) => u.phoneNumber), far.user.phoneNumber, '*601', '*603', '*604', '*606'];
  /** @type {string[]} */ const did = [];

  /** What somebody with our phone may do now. @param {Handset} me @param {number} i */
  async function walk(me, i) {
    const calls = await me.calls();
    const call = one(calls);
    if (!call || (random() < 0.15 && calls.length < 3)) {
      const to = one(numbers.filter((_, n) => n !== i));
      return did.push(`${i} calls ${to}: ${await me.place(to)}`);
    }
    if (random() < 0.08) {
      await me.reload();
      await me.ready();
      return did.push(`${i} reloads`);
    }
    const incoming = call.direction === 'Inbound' && call.state === 'ringing';
    const act = incoming ? one(['answer', 'answer', 'answer', 'ignore', 'voicemail', 'forward']) : one(['hold', 'unhold', 'mute', 'unmute', 'digits', 'activate', 'transfer', 'hangup', 'hangup']);
    const body = act === 'digits' ? { digits: '12#' } : act === 'transfer' || act === 'forward' ? { to: one(numbers.slice(0, 4).filter((_, n) => n !== i)) } : {};
    did.push(`${i} ${act} ${call.id.slice(-4)} ${call.state}: ${await me.act(call.id, act, body)}`);
  }

  /** What the web phone does now. */
  async function farWalks() {
    const words = await far.words();
    const count = (/** @type {string} */ w) => words.filter((x) => x.split(' ')[0] === w).length;
    const going = count('incoming') + count('outgoing') - count('ended');
    if (going <= 0) await far.does('call', one(numbers.filter((n) => n !== far.user.phoneNumber)));
    else await far.does(one(['answer', 'hold', 'unhold', 'digits', 'hangup', 'decline']), '4').catch(() => {}); // what makes no sense now, the phone itself refuses
    did.push(`far of ${going}`);
  }

  try {
    for (let step = 0; step < steps; step++) {
      const who = Math.floor(random() * 3);
      if (who < 2) await walk(people[who], who);
      else await farWalks();
      await far.page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), random() * 400); // a pace of people, nothing waits for it
    }
    for (const me of people) {
      for (const call of await me.calls()) await me.act(call.id, call.direction === 'Inbound' && call.state === 'ringing' ? 'ignore' : 'hangup');
    }
    await far.vanish();
    for (const me of people) await patiently(none(me), async () => `calls are stuck: ${JSON.stringify(await me.calls())}\n${did.join('\n')}`, 120_000);
    for (const watch of [...watches, far.watch]) {
      await watch.until(({ presence }) => presence.length === 0 || presence.at(-1).telephonyStatus === 'NoCall', 'presence without a call');
      assert.deepEqual((await watch.api.call('GET', '/active-calls')).records, [], did.join('\n'));
      const log = await watch.log();
      const sessions = log.map((r) => `${r.telephonySessionId} ${r.partyId ?? ''}`);
      assert.equal(new Set(sessions).size, sessions.length, `a call is in the log twice:\n${sessions.join('\n')}\n${did.join('\n')}`);
      const seen = new Set(watch.sessions.map((s) => s.telephonySessionId));
      assert.deepEqual(new Set(log.map((r) => r.telephonySessionId)), seen, did.join('\n'));
      watch.legal();
    }
    await Promise.all(people.map((me) => me.close()));
    const left = async () => {
      while (ports(Number(stage.demo.pid)) > idle) await new Promise((resolve) => setImmediate(resolve));
    };
    await patiently(left(), () => `${ports(Number(stage.demo.pid)) - idle} ports are still open`, 120_000);
    assert.doesNotMatch(stage.demo.log(), /panic|DATA RACE/);
  } finally {
    await Promise.all(people.map((me) => me.close().catch(() => {})));
  }
});

/** Waits until somebody has no call. @param {Handset} me */
async function none(me) {
  const frame = await me.tab.frame();
  while ((await me.calls()).length) await frame.evaluate(() => new Promise((resolve) => document.addEventListener('oh:calls-drawn', () => resolve(undefined), { once: true })));
}
