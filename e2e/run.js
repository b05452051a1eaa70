// Runs files of tests, several at a time: node e2e/run.js FILE...
//
// Sound is made and heard in time, and a machine that other work has starved
// for seconds loses some. So a file of which a test has failed is run once
// more, by itself; what fails again has failed. What passes then is named as
// unsteady, and is to be mended. There is no second chance for a test that
// hangs, for a file that breaks, or where more than two have failed, and none
// in scripts/soak.
//
//   TEST_FILES     how many files run at a time (4)
//   TEST_TIMEOUT   when a file that hangs is ended, in ms (15 minutes)
//   TEST_NOTES     a file that gets what failed and why, to be told at the end

import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { tell } from './lib/notes.js';

/** How many files get a second chance. */
const chances = 2;

/** @typedef {{file: string, name: string, why: string, broken: boolean}} Failure a test that has failed, not the suite that it is in; broken: it hung, or the file did not end well */

/** @param {any} data of a test:fail @returns {Failure} */
function failure({ name, file = name, details: { error } }) {
  const cause = error.cause ?? error;
  const whole = path.isAbsolute(name);
  return { file: path.relative('', file), name: whole ? 'the file' : name, why: String(cause.stack ?? cause.message ?? cause), broken: whole || error.failureType === 'testTimeoutFailure' };
}

/**
 * Runs files of tests and shows what comes of them.
 * @param {string[]} files @param {number} concurrency
 * @returns {Promise<Failure[]>}
 */
async function outcome(files, concurrency) {
  /** @type {Failure[]} */ const failed = [];
  const events = run({ files: files.map((file) => path.resolve(file)), concurrency, timeout: Number(process.env.TEST_TIMEOUT ?? 900_000) });
  events.on('test:fail', (data) => {
    if (/** @type {any} */ (data.details.error).failureType !== 'subtestsFailed') failed.push(failure(data));
  });
  for await (const text of events.compose(/** @type {any} */ (new spec()))) process.stdout.write(text);
  return failed;
}

const files = process.argv.slice(2);
if (!files.length) throw new Error('say which files of tests to run');
let failed = await outcome(files, Number(process.env.TEST_FILES ?? 4));
const again = [...new Set(failed.map(({ file }) => file))];
if (again.length && again.length <= chances && !failed.some(({ broken }) => broken)) {
  console.log(`\nonce more, by itself: ${again.join(' ')}`);
  const first = failed;
  failed = await outcome(again, 1);
  for (const f of first) if (!failed.some(({ file, name }) => file === f.file && name === f.name)) tell('unsteady', { ...f, where: f.file });
}
for (const f of failed) tell('failed', { ...f, where: f.file });
if (failed.length) process.exitCode = 1;
