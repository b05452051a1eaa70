// The call survives the page: reloads in random moments, OFFHOOK_RELOADS of
// them, with a released phone at the far end that notices nothing but a gap.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { quantile, reloads } from './reloads.js';
import { logged, Stage, voices } from './stage.js';

const count = Number(process.env.OFFHOOK_RELOADS ?? 20);

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
after(() => stage.close());

it(`a call survives ${count} reloads`, { timeout: count * 30_000 + 300_000 }, async (t) => {
  const me = await stage.handset('Rhea Reload', voices[0]);
  const far = await stage.party('web-phone', voices[1]);
  await me.talksTo(far);
  const peers = () => far.page.evaluate(() => Reflect.get(window, '__peers').length);
  const signals = async () => (await far.transcript()).filter((line) => /INVITE|BYE|UPDATE|INFO/.test(line));
  const before = { peers: await peers(), signals: await signals() };
  const all = await reloads(me, far, count);
  for (const part of /** @type {const} */ (['silence', 'offered', 'answered', 'connected'])) {
    const ms = all.map((reload) => reload[part]);
    t.diagnostic(`${part}: median ${quantile(ms, 0.5).toFixed()} ms, p95 ${quantile(ms, 0.95).toFixed()} ms: ${ms.map(Math.round)}`);
  }
  assert.deepEqual({ peers: await peers(), signals: await signals() }, before, 'the far end saw something of the reloads');
  assert.ok(quantile(all.map(({ silence }) => silence), 0.5) < 5000, 'half of the reloads are silent for five seconds');
  await far.does('hangup');
  await me.phone.locator('[data-now]').waitFor({ state: 'detached' });
  const [record] = await logged(far.watch);
  assert.equal(record.result, 'Accepted');
  far.watch.legal();
});
