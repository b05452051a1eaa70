// No token, code, secret or password in any page, address, console, browser
// storage, answer, socket, log line or file: the whole path is driven while
// everything is recorded, and then searched.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';

/** What tokens and codes of the platform begin with. */
const tokens = /RC(AT|RT|AC)_[\w-]{8,}/;

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

/** Everything a browser saw, by where it was seen; what people type is not recorded. */
class Record {
  /** @type {{where: string, text: string}[]} */ seen = [];
  /** @type {Promise<void>[]} */ #reading = [];
  /** @type {Set<string>} */ codes = new Set();
  /** @type {Set<string>} what frames prove their attempts with */ flowSecrets = new Set();

  /** @param {string} where @param {string} text */
  add(where, text) {
    this.seen.push({ where, text });
  }

  /** @param {import('playwright-core').BrowserContext} context */
  watch(context) {
    context.on('console', (message) => this.add('console', message.text()));
    context.on('request', (request) => {
      const url = new URL(request.url());
      // The one address that may carry the code is the redirect itself.
      if (url.pathname === '/redirect.html') {
        this.codes.add(url.searchParams.get('code') ?? '');
        return;
      }
      // A frame makes a secret for each attempt, and says it to the server only.
      if (request.method() === 'POST' && /\/p\/[^/]+\/signin$/.test(url.pathname)) {
        this.flowSecrets.add(JSON.parse(request.postData() ?? '{}').secret);
      }
      this.add(`address ${url.pathname}`, url.href);
      this.add(`request headers of ${url.pathname}`, JSON.stringify({ ...request.headers(), cookie: undefined }));
    });
    context.on('response', (response) => {
      const url = new URL(response.url());
      const ours = url.origin === demo.facts.widget.url || url.origin === demo.facts.host.url;
      if (!ours) return;
      this.#reading.push(
        response.text().then(
          (text) => {
            this.add(`answer of ${url.pathname}`, text);
          },
          () => undefined, // a redirect or an aborted request has no body
        ),
      );
    });
    context.on('page', (page) => {
      page.on('websocket', (socket) => {
        this.add('socket address', socket.url());
        socket.on('framereceived', ({ payload }) => this.add('socket in', String(payload)));
        socket.on('framesent', ({ payload }) => this.add('socket out', String(payload)));
      });
    });
  }

  /** Reads the documents, addresses and storage of all open pages. @param {import('playwright-core').BrowserContext} context */
  async look(context) {
    await Promise.all(this.#reading);
    for (const page of context.pages()) {
      for (const frame of page.frames()) {
        this.add('address bar', frame.url());
        this.add(`document ${frame.url()}`, await frame.content());
        this.add(
          `storage of ${frame.url()}`,
          await frame.evaluate(async () => {
            const databases = (await indexedDB.databases?.()) ?? [];
            return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, databases, document.cookie, history.state, await caches.keys()]);
          }).catch((err) => String(err)),
        );
      }
    }
  }
}

/**
 * The values of cookies that no script may read; a short one is a mark and no secret.
 * @param {import('playwright-core').BrowserContext} context
 */
async function secretCookies(context) {
  return (await context.cookies()).filter((c) => c.httpOnly && c.value.length >= 20).map((c) => c.value);
}

it('a whole day leaves no secret anywhere', { timeout: 180_000 }, async () => {
  const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
  const record = new Record();
  const person = await Person.open(demo);
  record.watch(person.context);
  try {
    const tab = await person.tab();
    await record.look(person.context);
    await person.signIn(tab, ada);
    const colleague = await Api.as(demo, ben);
    await colleague.text(ada, 'Good morning');
    await tab.openConversation('Good morning');
    await tab.send('Good morning to you');
    await tab.bubble('Good morning to you').waitFor();
    await record.look(person.context);
    await demo.kill();
    await demo.start();
    await tab.page.reload();
    await tab.signedIn();
    await tab.goTo('Settings');
    await record.look(person.context);
    const cookies = await secretCookies(person.context);
    assert.ok(cookies.length > 0, 'the browser holds a cookie');
    await tab.signOut();
    await person.signIn(tab, ada);
    await record.look(person.context);
    cookies.push(...(await secretCookies(person.context)));

    record.add('server log', demo.log());
    for (const place of ['address', 'answer of', 'document', 'storage', 'socket in', 'server log', 'request headers']) {
      assert.ok(record.seen.some(({ where, text }) => where.startsWith(place) && text !== ''), `nothing was recorded of: ${place}`);
    }
    assert.ok(record.codes.size >= 2, 'codes were seen in the redirects');
    assert.ok(record.flowSecrets.size >= 2, 'frames made secrets');

    /** @type {[string, string][]} */
    const secrets = [
      ...[...record.codes].map((code) => /** @type {[string, string]} */ (['a code', code])),
      ...[...record.flowSecrets].map((secret) => /** @type {[string, string]} */ (['the secret of a flow', secret])),
      ...cookies.map((value) => /** @type {[string, string]} */ (['a cookie', value])),
      ['a password', ada.password],
      ['a password', encodeURIComponent(ada.password).replaceAll('%20', '+')],
      ['the client secret', demo.facts.apps[1].clientSecret],
      ['a token', colleague.token],
    ];
    const leaks = record.seen.flatMap(({ where, text }) => [
      ...(tokens.test(text) ? [`a token or code in: ${where}`] : []),
      ...secrets.filter(([, secret]) => secret && text.includes(secret)).map(([what]) => `${what} in: ${where}`),
    ]);
    assert.deepEqual([...new Set(leaks)], []);

    const { widget, platform, host } = demo.facts;
    const known = [widget, platform, host].map(({ url }) => new URL(url).origin);
    const elsewhere = person.urls.map((url) => new URL(url)).filter((url) => /^http/.test(url.protocol) && !known.includes(url.origin));
    assert.deepEqual(elsewhere, [], 'nobody else was asked for anything');
  } finally {
    await person.close();
  }

  // One file keeps the secret of the demo's app, and only its owner may read
  // it; what the demo told scripts is gone with it, and every other file keeps
  // tokens sealed or hashed, never as they are.
  await demo.stop();
  for (const entry of readdirSync(demo.dir, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (!entry.isFile()) continue;
    assert.notEqual(entry.name, 'demo.json', 'what an ended demo told scripts');
    if (entry.name === 'demo-secret') {
      assert.equal(statSync(file).mode & 0o777, 0o600, `mode of ${entry.name}`);
      continue;
    }
    const content = readFileSync(file, 'latin1');
    assert.ok(!tokens.test(content), `a token or code in ${entry.name}`);
    assert.ok(!content.includes(ada.password), `a password in ${entry.name}`);
    assert.ok(!content.includes(demo.facts.apps[1].clientSecret), `the client secret in ${entry.name}`);
  }
});
