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
const breaks = /^WARNING: DATA RACE|race detected (during|outside)|^panic: |^fatal error: /m;

/** @typedef {{package: string, tests: {name: string, why: string}[], broken: boolean}} Failure a package of which tests have failed */

/** What a package has said, and its tests with their subtests. */
class Package {
  /** @type {Map<string, string>} by test, '' for what none has said */ said = new Map();
  /** @type {Set<string>} tests that run */ open = new Set();
  /** @type {Set<string>} */ failed = new Set();

  /** @param {string} test @param {string} output */
  says(test, output) {
    this.said.set(test, (this.said.get(test) ?? '') + output);
  }

  /** What came of it, once it has failed. A test that never ended was in the way of others. @param {string} name @returns {Failure} */
  failure(name) {
    const broken = !this.failed.size || this.open.size > 0 || [...this.said.values()].some((text) => breaks.test(text));
    for (const [test, text] of this.said) if (test && (this.failed.has(test) || this.open.has(test) || breaks.test(text))) process.stdout.write(text);
    const tests = [...new Set([...this.failed, ...this.open])].map((test) => ({ name: test, why: (this.said.get(test) ?? '').replace(/^=== .*\n/gm, '') }));
    return { package: name, tests, broken };
  }
}

/**
 * Runs go test and shows what comes of it: a line of each package, and what
 * tests said that failed.
 * @param {string[]} args
 * @returns {Promise<Failure[]>}
 */
async function outcome(args) {
  /** @type {Failure[]} */ const failures = [];
  /** @type {Map<string, Package>} */ const packages = new Map();
  const go = spawn('go', ['test', '-json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => go.once('close', (code, signal) => resolve(code ?? signal)));
  for await (const line of createInterface({ input: go.stdout })) {
    const { Action: action, Package: name = '', Test: test = '', Output: output = '' } = JSON.parse(line);
    if (action === 'build-output') process.stdout.write(output);
    if (!name) continue;
    const p = packages.get(name) ?? packages.set(name, new Package()).get(name) ?? new Package();
    const [whole] = test.split('/');
    if (action === 'output') {
      p.says(whole, output);
      if (!test && !/^(PASS|FAIL)\n$/.test(output)) process.stdout.write(output);
    }
    if (test === whole && action === 'run') p.open.add(test);
    if (!['pass', 'fail', 'skip'].includes(action)) continue;
    if (test) {
      if (test === whole) p.open.delete(test);
      if (test === whole && action === 'fail') p.failed.add(test);
    } else {
      if (action === 'fail') failures.push(p.failure(name));
      packages.delete(name);
    }
  }
  const code = await ended;
  if (code && !failures.length || packages.size) throw new Error(`go test ended with ${code}, and without a word from ${[...packages.keys()].join(' ') || 'any package'}`);
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
