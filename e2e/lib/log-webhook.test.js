// The snippet of docs/configuration.md that checks a webhook's signature, with
// a letter that the server's own tests sign in the same way.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const docs = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const snippet = /```js\n(import \{ createHmac[\s\S]*?)```/.exec(docs)?.[1] ?? '';
const { genuine } = await import(`data:text/javascript,${encodeURIComponent(snippet)}`);

const body = '{"kind":"message"}';
const header = 't=1782993600,v1=a12ccca35f02cac40bedd4c62baf221330e9c93eb82f0bfa8cf2f4ec34dc3aa4';
const now = 1_782_993_600_000;

test('the documented check takes what the server signs, and nothing else', () => {
  assert.ok(genuine('OHLS_secret', header, body, now));
  assert.ok(genuine('OHLS_secret', header, body, now + 299_000));
  for (const [why, args] of Object.entries({
    'another secret': ['OHLS_other', header, body, now],
    'another body': ['OHLS_secret', header, `${body} `, now],
    'an old letter': ['OHLS_secret', header, body, now + 301_000],
    'another time': ['OHLS_secret', header.replace('1782993600', '1782993601'), body, now],
    'no signature': ['OHLS_secret', undefined, body, now],
    'nonsense': ['OHLS_secret', 't=x,v1=y', body, now],
  })) {
    assert.ok(!genuine(...args), why);
  }
});
