// docs/host-api.md says what to write. Here it is taken at its word: its
// snippets are run in a page, in their order, with the addresses of a demo in
// place of the examples; what it names is there, and every event is heard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person } from '../lib/person.js';
import { microphone } from '../lib/tone.js';

const text = readFileSync(fileURLToPath(new URL('../../docs/host-api.md', import.meta.url)), 'utf8');
/** @param {string} language */
const blocks = (language) => [...text.matchAll(new RegExp(`\n\`\`\`${language}\n([\\s\\S]*?)\n\`\`\``, 'g'))].map((m) => m[1]);

/**
 * The names in the first column of a generated table, of the rows that the last
 * column gives to another capability than a service's.
 * @param {string} table
 */
function names(table) {
  const rows = text.split(`<!-- table: ${table} -->\n`)[1].split('<!-- end -->')[0].trim().split('\n').slice(2);
  return rows.filter((row) => !row.endsWith('| `service` |')).map((row) => String(/^\| `([^`(:]+)/.exec(row)?.[1]).trim()).filter((name) => name !== 'undefined');
}

/** @type {Demo} */ let demo;
/** @type {Host} */ let host;
/** @type {string} */ let clientId;
before(async () => {
  demo = await Demo.start();
  host = await Host.start(demo);
  ({ clientId } = await demo.command('app', 'add', '--name', 'Docs', '--redirect-uri', `${demo.facts.widget.url}/redirect.html`));
  await host.allow(clientId);
});
after(async () => {
  host?.close();
  await demo?.close();
});

/** @param {string} snippet */
function real(snippet) {
  const { widget, platform } = demo.facts;
  return snippet
    .replaceAll('https://phone.example.com', widget.url)
    .replaceAll('https://platform.ringcentral.com', platform.url)
    .replaceAll('clientId: "YOUR_CLIENT_ID"', `clientId: ${JSON.stringify(clientId)}, appServer: ${JSON.stringify(platform.url)}`);
}

it('the module puts a phone on the page that signs people in', async () => {
  const [snippet] = blocks('html');
  host.put('/module', real(snippet));
  const person = await Person.open(demo);
  try {
    const tab = await host.open(person, '/module');
    const ada = await demo.user('Ada Archer');
    const said = tab.page.waitForEvent('console', (m) => m.text() === `signed in as ${demo.facts.account.mainNumber}*${ada.extensionNumber}`);
    await person.signIn(tab, ada);
    await said;
    assert.ok(person.console.some((line) => line.includes('signed out')));
  } finally {
    await person.close();
  }
});

/** Events that other tests hear. */
const elsewhere = new Set(['rc-call-drop-voicemail-notify', 'rc-ringout-call-notify', 'offhook-window-notify']); // e2e/calls/drop.test.js, calling.test.js, ownwindow.test.js

it('every snippet runs and gives what it says, and every event is heard', async () => {
  const all = blocks('js');
  const written = all.join('\n');
  for (const name of [...names('members').map((n) => n.replace(/\?$/, '')), ...names('commands'), ...names('requests')]) {
    assert.ok(written.includes(name), `no snippet of docs/host-api.md uses ${name}`);
  }
  host.put('/script', host.script({ clientId, enableSmsSettingEvent: '1', enableAnalytics: '1' }));
  const person = await Person.open(demo, { microphone: microphone(560) });
  try {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    const tab = await host.open(person, '/script');
    await person.signIn(tab, ada);
    await tab.hears('rc-adapter-syncPresence');
    await (await Api.as(demo, ben)).text(ada, 'For the events');
    await tab.hears('rc-inbound-message-notify', 'For the events');
    await demo.command('call', 'add', '--from', '+14155550142', '--to', ada.phoneNumber, '--outcome', 'missed');
    await tab.goTo('History');
    await tab.hears('rc-call-history-synced-notify');
    await tab.goTo('Messages');
    await callAndBeCalled(tab, ada, ben);
    for (const block of all) {
      const [code, wanted] = real(block).replaceAll('senderNumber: "+16505550101"', `senderNumber: ${JSON.stringify(ada.phoneNumber)}`).split('\n// → ');
      const lines = code.split('\n');
      if (wanted) lines.push(`return ${lines.pop()}`);
      const run = `(async () => { ${lines.join('\n')}\n})()`;
      // A promise that never settles would let the test wait for ever.
      const got = await tab.page.evaluate(`Promise.race([${run}, new Promise((_, reject) => setTimeout(() => reject(new Error('it is not done after ten seconds')), 10_000))])`)
        .catch((e) => assert.fail(`${e.message}\n${block}`));
      if (wanted) assert.deepEqual(got, JSON.parse(wanted), block);
    }
    host.put('/frame', host.frame({ clientId, disableLoginPopup: '1' }));
    const bare = await host.open(person, '/frame');
    await bare.hears('rc-adapter-pushAdapterState');
    await bare.phone.getByRole('button', { name: 'Sign In', exact: true }).click();
    await bare.hears('rc-login-popup-notify');
    const heard = new Set([...(await tab.heard()), ...(await bare.heard())].map((m) => m.data?.type));
    for (const name of names('events')) assert.ok(heard.has(name) || elsewhere.has(name), `${name} was never heard`);
    assert.deepEqual(person.console.filter((line) => line.startsWith('uncaught')), []);
  } finally {
    await person.close();
  }
});

/**
 * Has a page do with calls all that it hears of.
 * @param {import('../lib/person.js').Tab} tab @param {import('../lib/demo.js').User} me @param {import('../lib/demo.js').User} other
 */
async function callAndBeCalled(tab, me, other) {
  /** @param {string} action @param {string} [id] */
  const control = (action, id) => tab.page.evaluate(([a, i]) => window.RCAdapter?.controlCall(/** @type {any} */ (a), i), [action, id]);
  await tab.hears('rc-dialer-status-notify', 'true');
  await tab.page.evaluate(() => window.RCAdapter?.clickToCall('*601', true));
  const { call } = await tab.hears('rc-call-init-notify', '*601');
  for (const [action, type] of [['', 'start'], ['hold', 'hold'], ['unhold', 'resume'], ['mute', 'mute'], ['hangup', 'end']]) {
    if (action) await control(action, call.id);
    await tab.hears(`rc-call-${type}-notify`, call.id);
  }
  await assert.rejects(control('hold', call.id), /There is no such call/);
  await tab.hears('rc-control-call-error', call.id);
  const caller = await Person.open(demo, { engine: true, microphone: microphone(900) });
  try {
    const far = await caller.tab('/plain');
    await caller.enter(far, other);
    await far.hears('rc-dialer-status-notify', 'true');
    await far.page.evaluate((to) => window.RCAdapter?.clickToCall(to, true), me.phoneNumber);
    await tab.hears('rc-call-ring-notify', other.phoneNumber);
    await control('reject');
  } finally {
    await caller.close();
  }
}
