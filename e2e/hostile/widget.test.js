// What a hostile page or client sends to the widget over HTTP.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { text, Visitor } from '../lib/http.js';

/** @type {Demo} */
let demo;
/** @type {string} */
let widget;

before(async () => {
  demo = await Demo.start();
  widget = demo.facts.widget.url;
});
after(() => demo.close());

/**
 * What app.html answers to a page of the given origin.
 * @param {{origin?: string, query?: Record<string, string>}} [options]
 */
function appHtml({ origin = demo.facts.host.url, query = {} } = {}) {
  const params = new URLSearchParams({ clientId: demo.facts.apps[0].clientId, appServer: demo.facts.platform.url, ...query });
  return new Visitor().send(`${widget}/app.html?${params}`, { headers: { Referer: `${origin}/`, 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'cross-site' } });
}

describe('app.html', () => {
  it('lets exactly the proven origin frame it', async () => {
    const answer = await appHtml();
    assert.equal(answer.status, 200, text(answer.body));
    const policy = String(answer.headers['content-security-policy']);
    assert.match(policy, new RegExp(`frame-ancestors ${demo.facts.host.url.replaceAll('.', '\\.')}(;|$| )`));
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(answer.headers['referrer-policy'], 'no-referrer');
  });

  it('does not take a client secret from the address and does not repeat it', async () => {
    const answer = await appHtml({ query: { clientSecret: 'very-secret-value' } });
    assert.doesNotMatch(answer.body + JSON.stringify(answer.headers), /very-secret-value/);
  });

  it('shows markup in its parameters as text or not at all', async () => {
    for (const query of /** @type {Record<string, string>[]} */ ([{ prefix: '"><script>alert(1)</script>' }, { clientId: '<img src=x onerror=alert(1)>' }, { appServer: 'javascript:alert(1)//' }])) {
      const answer = await appHtml({ query });
      assert.doesNotMatch(answer.body, /<script>alert|<img src=x|href="javascript:/);
    }
  });
});

describe('redirect.html', () => {
  it('refuses a state that belongs to no flow, with a sentence', async () => {
    const answer = await new Visitor().send(`${widget}/redirect.html?code=RCAC_foreign&state=unknown`);
    const page = answer.location ? await new Visitor().send(answer.location) : answer;
    assert.ok(page.status >= 400 || answer.status === 303, `status ${answer.status}`);
    assert.doesNotMatch(page.body, /RCAC_foreign/);
    assert.ok(!answer.location?.includes('RCAC_'), 'the code went on in the address');
    assert.match(text(page.body), /sign/i);
  });

  it('refuses no state, no code and oversized ones', async () => {
    for (const query of ['', '?code=x', '?state=x', `?code=x&state=${'s'.repeat(6000)}`, '?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state=x']) {
      const answer = await new Visitor().send(`${widget}/redirect.html${query}`);
      const page = answer.location ? await new Visitor().send(answer.location) : answer;
      assert.ok(page.status < 500, `${query.slice(0, 40)}: ${page.status}`);
      assert.doesNotMatch(page.body, /<script>alert/);
    }
  });
});

describe('a frame\'s paths', () => {
  it('change nothing without the header and without the same origin', async () => {
    const key = /data-key="([^"]+)"/.exec((await appHtml()).body)?.[1];
    assert.ok(key, 'the shell names its key');
    const refusals = /** @type {Record<string, string>[]} */ ([
      {},
      { 'X-Offhook': '1', Origin: demo.facts.host.url, 'Sec-Fetch-Site': 'cross-site' },
      { 'X-Offhook': '1', Origin: 'null' },
    ]);
    for (const headers of refusals) {
      const answer = await new Visitor().send(`${widget}/p/${key}/signout`, { method: 'POST', headers });
      assert.equal(answer.status, 403, JSON.stringify(headers));
    }
  });

  it('refuse bodies that are too large or not what they should be, and go on', async () => {
    const key = /data-key="([^"]+)"/.exec((await appHtml()).body)?.[1];
    const headers = { 'X-Offhook': '1', 'Content-Type': 'application/json', Origin: widget, 'Sec-Fetch-Site': 'same-origin' };
    for (const body of ['', '{', 'null', '[]', '"x"', '{"flow":1}', '{"flow":"' + 'f'.repeat(5000) + '","secret":"s"}', '['.repeat(10_000), Buffer.alloc(8 << 20, 'a')]) {
      const answer = await new Visitor()
        .send(`${widget}/p/${key}/signin`, { method: 'POST', headers, body })
        .catch((err) => ({ status: 413, body: String(err.code), headers: {}, location: undefined }));
      assert.ok(answer.status >= 400 && answer.status < 500, `${String(body).slice(0, 20)}: ${answer.status}`);
      assert.doesNotMatch(answer.body, /goroutine|panic|\.go:\d|sqlite|sql:/i);
    }
    assert.equal((await appHtml()).status, 200);
  });

  it('answer only to the widget\'s own names', async () => {
    const answer = await new Visitor().send(`${widget}/`, { headers: { Host: 'attacker.example' } });
    assert.equal(answer.status, 421);
  });
});
