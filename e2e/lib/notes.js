// What is told at the end of all tests, when what they printed has scrolled by:
// TEST_NOTES names the file that it is kept in.

import { appendFileSync } from 'node:fs';

/**
 * @typedef {{name: string, where: string, why: string}} Outcome of a test that has failed
 * @param {'failed' | 'unsteady'} verdict
 * @param {Outcome} outcome
 */
export function tell(verdict, { name, where, why }) {
  const lines = why.split('\n').filter((line) => line.trim() && !/^\s+at .*\(?node:/.test(line));
  const text = `${verdict}: ${where}, «${name}»: ${lines.slice(0, 10).join('\n  ')}`;
  if (process.env.TEST_NOTES) appendFileSync(process.env.TEST_NOTES, `${text}\n`);
  console.log(text);
}
