// A page is reloaded again and again in the middle of a call, and the far end
// listens: how long is it silent each time, and is it the same call still?

import { holes, mark, passes } from '../lib/tone.js';

/**
 * Reloads the page at moments of its own choice, each time until both hear
 * each other again.
 * @param {import('./handset.js').Handset} me
 * @param {import('../lib/far.js').Far} far
 * @param {number} count
 * @param {() => number} [random] from 0 to 1
 * @returns {Promise<number[]>} for each reload how long the far end heard nothing, in ms
 */
export async function reloads(me, far, count, random = Math.random) {
  /** @type {number[]} */
  const silences = [];
  for (let i = 0; i < count; i++) {
    await mark(far.page);
    await me.reload();
    await Promise.all([me.hears(far.tone), far.hears(me.tone)]);
    const heard = await holes(far.page);
    silences.push(Math.round(heard.reduce((sum, ms) => sum + ms, 0)));
    await passes(far.page, random() * 1500);
  }
  return silences;
}

/** @param {number[]} samples @param {number} part */
export const quantile = (samples, part) => samples.toSorted((a, b) => a - b)[Math.min(samples.length - 1, Math.floor(samples.length * part))];
