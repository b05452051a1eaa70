// A random walk: two people with our phone, one with a web phone and a carrier
// at the other end of the trunk call one another and do whatever can be done,
// in any order. Afterwards no call is stuck, each is once in the log of each,
// and nothing of them is left open.
//
// OFFHOOK_WALK is the number of steps; OFFHOOK_SEED repeats a walk.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { after, before, it } from 'node:test';
import { Carrier } from '../lib/carrier.js';
import { patiently } from '../lib/tone.js';
import { Handset } from '../calls/handset.js';
import { Stage, voices } from '../calls/stage.js';

const steps = Number(process.env.OFFHOOK_WALK ?? 40);
const seed = Number(process.env.OFFHOOK_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** @type {Stage} */ let stage;
/** @type {Carrier} */ let carrier;
before(async () => {
  carrier = await Carrier.open();
  stage = await Stage.open(['--trunk-addr', carrier.address]);
});
after(async () => {
  carrier.close();
  await stage.close();
});

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

/** How much memory the server has, in MB. @param {number} pid */
const resident = (pid) => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

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
  for (const { username } of [...users, far.user]) await stage.demo.command('user', 'outside', '--user', username, '--allow');
  const inside = [...users, far.user].map((u) => u.phoneNumber);
  const numbers = [...inside, '+12125550143', '*601', '+12125550144', '*603', '*604', '*606'];
  let early = 0;
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
    const body = act === 'digits' ? { digits: '12#' } : act === 'transfer' || act === 'forward' ? { to: one(numbers.slice(0, 5).filter((_, n) => n !== i)) } : {};
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

  /** What the carrier does now. */
  function carrierWalks() {
    const call = one(carrier.calls);
    if (call && (random() < 0.7 || carrier.calls.length > 2)) {
      const act = one(call.acts);
      did.push(`carrier ${act} ${call.number} ${call.state}`);
      return call.does(act);
    }
    const to = one(inside);
    did.push(`carrier calls ${to}`);
    return carrier.call(to);
  }

  try {
    for (let step = 0; step < steps; step++) {
      if (step === Math.floor(steps / 4)) early = resident(Number(stage.demo.pid));
      const who = Math.floor(random() * 4);
      if (who < 2) await walk(people[who], who);
      else if (who === 2) await farWalks();
      else carrierWalks();
      await far.page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), random() * 400); // a pace of people, nothing waits for it
    }
    for (const me of people) {
      for (const call of await me.calls()) await me.act(call.id, call.direction === 'Inbound' && call.state === 'ringing' ? 'ignore' : 'hangup');
    }
    for (const call of carrier.calls) call.does(call.acts.includes('refuse') ? 'refuse' : 'hangup');
    await far.vanish();
    for (const me of people) await patiently(none(me), async () => `calls are stuck: ${JSON.stringify(await me.calls())}\n${did.join('\n')}`, 120_000);
    await patiently(silent(), () => `the carrier has calls that are stuck: ${carrier.calls.map((c) => `${c.id} ${c.number} ${c.state}`)}\n${did.join('\n')}`, 120_000);
    const fromOutside = new Set();
    for (const watch of [...watches, far.watch]) {
      const log = await patiently(settled(watch), async () => `the log never has the calls that events told of:\n${JSON.stringify(watch.steps())}\n${JSON.stringify(await watch.log())}\n${did.join('\n')}`, 120_000);
      assert.deepEqual((await watch.api.call('GET', '/active-calls')).records, [], did.join('\n'));
      for (const r of log) if (r.from?.phoneNumber === carrier.number) fromOutside.add(r.telephonySessionId);
      const rows = log.map((r) => `${r.telephonySessionId} ${r.partyId ?? ''}`);
      assert.equal(new Set(rows).size, rows.length, `a call is in the log twice:\n${rows.join('\n')}\n${did.join('\n')}`);
      watch.legal();
    }
    assert.equal(fromOutside.size, carrier.placed, `calls from outside in a log, and calls that there were\n${did.join('\n')}`);
    await Promise.all(people.map((me) => me.close()));
    const left = async () => {
      while (ports(Number(stage.demo.pid)) > idle) await new Promise((resolve) => setImmediate(resolve));
    };
    await patiently(left(), () => `${ports(Number(stage.demo.pid)) - idle} ports are still open`, 120_000);
    assert.doesNotMatch(stage.demo.log(), /panic|DATA RACE/);
    const grown = resident(Number(stage.demo.pid)) - early;
    assert.ok(grown < 64, `${grown} MB more than after a quarter of the walk`);
    // Each of the three, and the trunk, has one of each at most, and some to spare; a call leaves none.
    const goroutines = [...(await stage.demo.goroutines())].filter(([name, n]) => n > 8 && /internal\/(sip|media|platform\/exchange|widget\/softphone)|pion\//.test(name));
    assert.deepEqual(goroutines, [], 'goroutines that calls have left behind');
    t.diagnostic(`${carrier.placed} calls from outside, ${carrier.taken} to outside, ${grown} MB`);
  } finally {
    await Promise.all(people.map((me) => me.close().catch(() => {})));
  }
});

/**
 * The log of somebody without a call, when it has each call that events told
 * of, and its end.
 * @param {import('../lib/call.js').Watch} watch @returns {Promise<any[]>}
 */
async function settled(watch) {
  for (;;) {
    const seen = watch.events.length;
    const log = await watch.log();
    const told = new Set(watch.sessions.map((s) => s.telephonySessionId));
    const logged = new Set(log.map((/** @type {any} */ r) => r.telephonySessionId));
    const idle = watch.presence.length === 0 || watch.presence.at(-1).telephonyStatus === 'NoCall';
    if (idle && log.every((/** @type {any} */ r) => r.result !== 'In Progress') && told.size === logged.size && [...told].every((id) => logged.has(id))) return log;
    await watch.until(({ events }) => events.length > seen, 'another event');
  }
}

/** Waits until the carrier has no call. */
async function silent() {
  while (carrier.calls.length) await once(carrier.signals, 'message');
}

/** Waits until somebody has no call. @param {Handset} me */
async function none(me) {
  const frame = await me.tab.frame();
  while ((await me.calls()).length) await frame.evaluate(() => new Promise((resolve) => document.addEventListener('oh:calls-drawn', () => resolve(undefined), { once: true })));
}
