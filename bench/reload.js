// How long the far end of a call hears nothing when the page with the phone is
// reloaded, and what that time is made of. Rewrites the table in results.md.

import { loadavg } from 'node:os';
import { Handset } from '../e2e/calls/handset.js';
import { quantile, reloads } from '../e2e/calls/reloads.js';
import { Stage, voices } from '../e2e/calls/stage.js';
import { rewrite } from './results.js';

const count = Number(process.env.OFFHOOK_RELOADS ?? 40);

const stage = await Stage.open();
const user = await stage.demo.user('Rhea Reload');
const me = await Handset.open(stage.demo, user, voices[0], { path: '/plain' });
try {
  const far = await stage.party('web-phone', voices[1]);
  await me.call(far.user.phoneNumber);
  await far.told('incoming');
  await far.does('answer');
  await Promise.all([me.hears(far.tone), far.hears(me.tone)]);
  const load = loadavg()[0].toFixed(1);
  const all = await reloads(me, far, count);
  /** @type {[keyof typeof all[number], string][]} */
  const parts = [
    ['silence', 'the far end hears nothing'],
    ['offered', 'from the new document to its offer'],
    ['answered', 'to the answer'],
    ['connected', 'to the connection'],
  ];
  const rows = parts.map(([part, what]) => `| ${what} | ${[0.5, 0.95, 1].map((q) => quantile(all.map((r) => r[part]), q).toFixed()).join(' | ')} |`);
  rewrite('reload', `${count} reloads; load average before them ${load}.\n\n| ms | p50 | p95 | max |\n| --- | --: | --: | --: |\n${rows.join('\n')}`);
  console.log(rows.join('\n'));
} finally {
  await me.close();
  await stage.close();
}
