// What a page pays for the phone: bytes over the wire and requests, measured
// in the browser. The limits are promises of the README.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Demo } from '../e2e/lib/demo.js';
import { Person } from '../e2e/lib/person.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

it('adapter.js is at most 5 kB gzip', async () => {
  const answer = await fetch(`${demo.facts.widget.url}/adapter.js`);
  assert.equal(answer.status, 200);
  const source = Buffer.from(await answer.arrayBuffer());
  const size = gzipSync(source, { level: 9 }).length;
  console.log(`adapter.js: ${size} bytes gzip, ${source.length} plain`);
  assert.ok(size <= 5_000, `${size} bytes`);
});

it('all that the frame loads until Sign In shows is at most 60 kB gzip in 8 requests, from one origin', async () => {
  const person = await Person.open(demo);
  try {
    const page = await person.context.newPage();
    /** @type {import('playwright-core').Request[]} */
    const requests = [];
    page.on('request', (request) => request.frame() !== page.mainFrame() && requests.push(request));
    await page.goto(`${demo.facts.host.url}/`);
    await page.frameLocator('iframe').getByRole('button', { name: 'Sign In', exact: true }).waitFor();
    await page.waitForLoadState('networkidle');
    let total = 0;
    for (const request of requests) {
      const { responseBodySize, responseHeadersSize } = await request.sizes();
      total += responseBodySize;
      console.log(`${String(responseBodySize).padStart(6)} bytes (and ${responseHeadersSize} of headers)  ${new URL(request.url()).pathname}`);
    }
    console.log(`${requests.length} requests, ${total} bytes`);
    assert.deepEqual([...new Set(requests.map((r) => new URL(r.url()).origin))], [demo.facts.widget.url], 'origins asked by the frame');
    assert.ok(total <= 60_000, `${total} bytes`);
    assert.ok(requests.length <= 8, `${requests.length} requests`);

    const ours = Object.values({ a: demo.facts.widget.url, b: demo.facts.host.url });
    const foreign = person.urls.filter((url) => /^(https?|wss?):/.test(url) && !ours.includes(new URL(url).origin));
    assert.deepEqual(foreign, [], 'nobody else was asked');
  } finally {
    await person.close();
  }
});
