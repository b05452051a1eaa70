// How long things take on this machine, next to what the machine itself takes
// for a bare round trip, because the numbers of two machines cannot be
// compared otherwise. Prints JSON and rewrites the table in results.md.

import http from 'node:http';
import { cpus } from 'node:os';
import { Api } from '../e2e/lib/api.js';
import { Demo } from '../e2e/lib/demo.js';
import { Person } from '../e2e/lib/person.js';
import { rewrite } from './results.js';

const colleagues = 6;
const textsEach = 33; // the platform lets an app send 40 a minute for each user
const loads = 20;

const now = () => performance.timeOrigin + performance.now();

/** @param {number[]} samples */
function summary(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  /** @param {number} p */
  const at = (p) => Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))].toFixed(2));
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Round trips of an empty request to a bare server of node, the yardstick. */
async function bareRoundTrips() {
  const server = http.createServer((_, res) => res.end('ok'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  /** @type {number[]} */
  const samples = [];
  for (let i = 0; i < 500; i++) {
    const begun = now();
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    samples.push(now() - begun);
  }
  server.closeAllConnections();
  server.close();
  return summary(samples.slice(100));
}

/** @param {Demo} demo */
async function timeToSignIn(demo) {
  const person = await Person.open(demo);
  /** @type {number[]} */
  const samples = [];
  try {
    for (let i = 0; i <= loads; i++) {
      const page = await person.context.newPage();
      const session = await person.context.newCDPSession(page);
      await session.send('Network.clearBrowserCache');
      const begun = now();
      await page.goto(`${demo.facts.host.url}/plain`, { waitUntil: 'commit' });
      await page.frameLocator('iframe').getByRole('button', { name: 'Sign In', exact: true }).waitFor();
      samples.push(now() - begun);
      await page.close();
    }
  } finally {
    await person.close();
  }
  return summary(samples.slice(1));
}

/** @param {Demo} demo */
async function textToHostPage(demo) {
  const ada = await demo.user('Ada Archer');
  const { person, tab } = await Person.signedIn(demo, ada, { path: '/plain' });
  try {
    await tab.hears('rc-login-status-notify', '"loggedIn":true');
    await tab.page.evaluate(() => {
      window.addEventListener('message', (e) => {
        if (e.data?.type !== 'rc-inbound-message-notify') return;
        const times = (window.name ? JSON.parse(window.name) : {});
        times[e.data.message.subject] ??= performance.timeOrigin + performance.now();
        window.name = JSON.stringify(times);
      });
    });
    /** @type {Map<string, {sent: number, accepted: number}>} */
    const sent = new Map();
    for (let c = 0; c < colleagues; c++) {
      const api = await Api.as(demo, await demo.user());
      for (let i = 0; i < textsEach; i++) {
        const text = `text ${c}.${i}`;
        const begun = now();
        await api.text(ada, text);
        sent.set(text, { sent: begun, accepted: now() });
        await tab.hears('rc-inbound-message-notify', `"${text}"`);
      }
    }
    const heard = JSON.parse(await tab.page.evaluate(() => window.name));
    const pairs = [...sent].map(([text, times]) => ({ ...times, heard: heard[text] }));
    return {
      fromSending: summary(pairs.map((p) => p.heard - p.sent)),
      fromAnswer: summary(pairs.map((p) => Math.max(0, p.heard - p.accepted))),
    };
  } finally {
    await person.close();
  }
}

const demo = await Demo.start();
try {
  const bare = await bareRoundTrips();
  const signIn = await timeToSignIn(demo);
  const { fromSending, fromAnswer } = await textToHostPage(demo);
  const results = { cores: cpus().length, node: process.version, bare, signIn, fromSending, fromAnswer };
  console.log(JSON.stringify(results, null, 2));
  /** @param {string} name @param {ReturnType<typeof summary>} s */
  const row = (name, s) => `| ${name} | ${s.n} | ${s.p50} | ${s.p99} | ${s.max} | ${(s.p50 / bare.p50).toFixed(0)} |`;
  const table = [
    '| what, in milliseconds | n | p50 | p99 | max | p50 in bare round trips |',
    '| --- | --: | --: | --: | --: | --: |',
    row('bare loopback round trip (HTTP, node to node)', bare),
    row('opening a page until Sign In shows, empty cache', signIn),
    row('text sent to the platform until the host page has the event', fromSending),
    row('text accepted by the platform (its answer read) until the host page has the event', fromAnswer),
  ].join('\n');
  rewrite('latency', table);
} finally {
  await demo.close();
}
