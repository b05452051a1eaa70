// What a user and an idle tab cost the server in memory: the resident set of a
// demo's process, which holds both houses, before and after many of them came.
// Prints JSON and rewrites the table in results.md.

import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { Demo } from '../e2e/lib/demo.js';
import { Person } from '../e2e/lib/person.js';
import { rewrite } from './results.js';

const tabs = 3000;
const users = 12;

/** @param {Demo} demo kilobytes that are in memory now */
function resident(demo) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${demo.pid}/status`, 'utf8'))?.[1]);
}

/**
 * Opens a tab's socket as events.js does and waits for its welcome.
 * @param {string} url @param {Record<string, string>} headers
 * @returns {Promise<WebSocket>}
 */
function idle(url, headers) {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, { headers });
    ws.once('open', () => ws.send(JSON.stringify({ type: 'hello', position: '', tab: crypto.randomUUID(), fresh: false })));
    ws.once('message', () => resolve(ws));
    ws.once('error', reject);
  });
}

const demo = await Demo.start();
try {
  // The first user brings what is needed once.
  const { person, tab } = await Person.signedIn(demo, await demo.user());
  const socket = tab.page.waitForEvent('websocket');
  await tab.page.reload();
  const url = (await socket).url();
  await tab.signedIn();
  const cookies = await person.context.cookies(demo.facts.widget.url);
  const headers = { Cookie: cookies.map((c) => `${c.name}=${c.value}`).join('; '), Origin: demo.facts.widget.url };

  const before = resident(demo);
  for (let i = 0; i < users; i++) await (await Person.signedIn(demo, await demo.user())).person.close();
  const perUser = (resident(demo) - before) / users;

  const full = resident(demo);
  const sockets = [];
  while (sockets.length < tabs) sockets.push(...(await Promise.all(Array.from({ length: 20 }, () => idle(url, headers)))));
  const perTab = (resident(demo) - full) / tabs;
  for (const ws of sockets) ws.terminate();
  await person.close();

  const figures = { start: Math.round(before / 1024), perTab: Number(perTab.toFixed(1)), perUser: Math.round(perUser) };
  console.log(JSON.stringify(figures));
  rewrite('memory', `| what, in resident memory of the server | n | each |
| --- | --: | --: |
| the server with one user, both houses | 1 | ${figures.start} MB |
| an idle tab: a socket that nothing happens on | ${tabs} | ${figures.perTab} kB |
| a user who has signed in, read their texts and left within five minutes | ${users} | ${figures.perUser} kB |`);
} finally {
  await demo.close();
}
