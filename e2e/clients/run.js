// Judges of the platform that nobody here wrote: released clients from npm run
// against one demo server over https. They trust its certificate authority the
// way any node program does, by NODE_EXTRA_CA_CERTS, which node reads only at
// its start: that is why they run in a process of their own.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Demo } from '../lib/demo.js';
import { newSigner } from './signer.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const demo = await Demo.start();
try {
  const judges = readdirSync(here).filter((name) => name.endsWith('.test.js')).map((name) => path.join(here, name));
  const signer = await newSigner(demo);
  const users = [await demo.user('Nora North'), await demo.user('Otto Orlov')];
  const members = [await demo.user('Pia Prior'), await demo.user('Quinn Quist')];
  const queue = await demo.command('queue', 'add', '--name', 'Front desk', ...members.flatMap((user) => ['--member', user.username]));
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-timeout=900000', '--test-reporter=spec', ...judges], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: demo.facts.platform.caFile, OFFHOOK_DEMO: JSON.stringify({ ...demo.facts, users: [...users, ...demo.facts.users], signer, queue: { ...queue, members } }) },
  });
  process.exitCode = await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  if (process.exitCode) console.error(demo.log().split('\n').slice(-40).join('\n'));
} finally {
  await demo.close();
}
