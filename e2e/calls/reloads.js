// A page is reloaded again and again in the middle of a call, and the far end
// listens: how long is it silent each time, and is it the same call still?

import { holes, mark, passes } from '../lib/tone.js';

/**
 * One reload, in ms: how long the far end heard nothing, and when, after the
 * frame's document was begun, its offer went out, was answered, and connected.
 * @typedef {{silence: number, offered: number, answered: number, connected: number}} Reload
 */

/**
 * Reloads the page at moments of its own choice, each time until both hear
 * each other again.
 * @param {import('./handset.js').Handset} me
 * @param {import('../lib/far.js').Far} far
 * @param {number} count
 * @param {() => number} [random] from 0 to 1
 */
export async function reloads(me, far, count, random = Math.random) {
  /** @type {Reload[]} */
  const all = [];
  for (let i = 0; i < count; i++) {
    await far.hears(me.tone);
    await mark(far.page);
    await me.reload();
    await me.hears(far.tone);
    // The ears of a busy machine are behind: what they have heard so far may be
    // the tone of before.
    await passes(far.page, 1000);
    await far.hears(me.tone);
    const heard = await holes(far.page);
    const stages = await (await me.tab.frame()).evaluate(() => {
      const offer = /** @type {PerformanceResourceTiming | undefined} */ (performance.getEntriesByType('resource').find(({ name }) => new URL(name).pathname.endsWith('/audio')));
      return { offered: offer?.startTime ?? 0, answered: offer?.responseEnd ?? 0, connected: Number(Reflect.get(window, '__connected')) };
    });
    all.push({ silence: heard.reduce((sum, ms) => sum + ms, 0), ...stages });
    await passes(far.page, random() * 1500);
  }
  return all;
}

/** @param {number[]} samples @param {number} part */
export const quantile = (samples, part) => samples.toSorted((a, b) => a - b)[Math.min(samples.length - 1, Math.floor(samples.length * part))];
