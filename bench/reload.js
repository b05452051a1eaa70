// How long the far end of a call hears nothing when the page with the phone is
// reloaded, and what that time is made of: on loopback, and over a network that
// is far away and loses packets. Rewrites the tables in results.md.

import { loadavg } from 'node:os';
import { quantile, reloads } from '../e2e/calls/reloads.js';
import { Stage, voices } from '../e2e/calls/stage.js';
import { rewrite } from './results.js';

const count = Number(process.env.OFFHOOK_RELOADS ?? 40);

/** @type {[string, import('../e2e/lib/network.js').Way?][]} */
const networks = [
  ['loopback'],
  ['80 ms there and back', { delay: 40 }],
  ['80 ms there and back, 2 % of the packets lost', { delay: 40, loss: 0.02 }],
];

/** @type {[keyof import('../e2e/calls/reloads.js').Reload, string][]} */
const parts = [
  ['silence', 'the far end hears nothing'],
  ['offered', 'from the new document to its offer'],
  ['answered', 'to the answer'],
  ['connected', 'to the connection'],
];

/** @param {Stage} stage @param {import('../e2e/lib/network.js').Way} [network] */
async function measure(stage, network) {
  try {
    const me = await stage.handset('Rhea Reload', voices[0], { network });
    const far = await stage.party('web-phone', voices[1]);
    await me.talksTo(far);
    return await reloads(me, far, count);
  } finally {
    await stage.clear();
  }
}

const stage = await Stage.open();
try {
  const tables = [];
  for (const [name, network] of networks) {
    const load = loadavg()[0].toFixed(1);
    const all = await measure(stage, network);
    const rows = parts.map(([part, what]) => `| ${what} | ${[0.5, 0.95, 1].map((q) => quantile(all.map((r) => r[part]), q).toFixed()).join(' | ')} |`);
    tables.push(`${name}: ${count} reloads; load average before them ${load}.\n\n| ms | p50 | p95 | max |\n| --- | --: | --: | --: |\n${rows.join('\n')}`);
    console.log(`${tables.at(-1)}\n`);
  }
  rewrite('reload', tables.join('\n\n'));
} finally {
  await stage.close();
}
