// Runs the tests of Go packages: node e2e/go.js -FLAG=VALUE... PACKAGE...
//
// What has failed is run once more, by itself, on the terms of run.js: there is
// no second chance for a race, a panic, a package that does not build or ends
// badly, or where more than two have failed.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { tell } from './lib/notes.js';

/** How many packages get a second chance. */
const chances = 2;
const breaks = /^WARNING: DATA RACE|^panic: |^fatal error: |^testing: race detected/m;

/** @typedef {{package: string, tests: {name: string, why: string}[], broken: boolean}} Failure a package of which tests have failed */

/**
 * Runs go test and shows what comes of it: a line of each package, and what
 * tests said that failed.
 * @param {string[]} args
 * @returns {Promise<Failure[]>}
 */
async function outcome(args) {
  /** @type {Failure[]} */ const failures = [];
  /** @type {Map<string, string>} by package and test, of its subtests too */ const said = new Map();
  /** @type {Map<string, string[]>} by package */ const failed = new Map();
  const go = spawn('go', ['test', '-json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const code = new Promise((resolve) => go.once('close', resolve));
  for await (const line of createInterface({ input: go.stdout })) {
    const { Action: action, Package: name, Test: test = '', Output: output = '' } = JSON.parse(line);
    const [whole] = test.split('/');
    const key = `${name} ${whole}`;
    if (action === 'build-output') process.stdout.write(output);
    if (action === 'output') {
      said.set(key, (said.get(key) ?? '') + output);
      if (!test && !/^(PASS|FAIL)\n$/.test(output)) process.stdout.write(output);
    }
    if (action === 'fail' && test && test === whole) {
      failed.set(name, [...(failed.get(name) ?? []), test]);
      process.stdout.write(said.get(key) ?? '');
    }
    if (action === 'fail' && !test) {
      const tests = (failed.get(name) ?? []).map((t) => ({ name: t, why: (said.get(`${name} ${t}`) ?? '').replace(/^=== .*\n/gm, '') }));
      failures.push({ package: name, tests, broken: !tests.length || breaks.test([...tests.map(({ why }) => why), said.get(`${name} `)].join('\n')) });
    }
    if (!test && action !== 'output') for (const k of said.keys()) if (k.startsWith(`${name} `)) said.delete(k);
  }
  if (await code && !failures.length) throw new Error(`go test ended with ${await code}`);
  return failures;
}

/** @param {'failed' | 'unsteady'} verdict @param {Failure[]} failures */
function tellAll(verdict, failures) {
  for (const { package: where, tests } of failures) {
    for (const t of tests.length ? tests : [{ name: 'the package', why: 'see above' }]) tell(verdict, { ...t, where });
  }
}

const args = process.argv.slice(2);
if (!args.length) throw new Error('say which packages to test');
const flags = args.filter((arg) => arg.startsWith('-'));
let failures = await outcome(args);
if (failures.length && failures.length <= chances && !failures.some(({ broken }) => broken)) {
  const first = failures;
  const names = first.flatMap(({ tests }) => tests.map(({ name }) => name));
  console.log(`\nonce more, by itself: ${names.join(' ')}`);
  failures = await outcome([...flags, '-count=1', `-run=^(${names.join('|')})$`, ...first.map((f) => f.package)]);
  const still = new Set(failures.flatMap(({ package: p, tests }) => tests.map(({ name }) => `${p} ${name}`)));
  tellAll('unsteady', first.map((f) => ({ ...f, tests: f.tests.filter(({ name }) => !still.has(`${f.package} ${name}`)) })).filter((f) => f.tests.length));
}
tellAll('failed', failures);
if (failures.length) process.exitCode = 1;
