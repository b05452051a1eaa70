// Texts that a host page's application logs: by themselves, by a click, and
// whatever dies in between. Every page is given a ledger of its own: what it
// was handed, and what the server was told of it.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { objections } from '../lib/axe.js';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person } from '../lib/person.js';
import { asked, register, serve, times } from '../lib/service.js';

/** @typedef {import('../lib/person.js').Tab} Tab */

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

const crm = { name: 'Acme', messageLoggerPath: '/log', messageLoggerTitle: 'Log to Acme CRM' };

/** What all tabs of a person were handed, in order, and which keys a tab knows to have been acknowledged. */
class Ledger {
  /** @type {{key: string, texts: string[], trigger: string, at: number}[]} */ handed = [];
  /** @type {Map<string, number>} when the server took it */ acknowledged = new Map();

  /** @type {Set<() => void>} */ #readers = new Set();

  /** @param {Person} person @param {{extensionId: string}} user */
  constructor(person, user) {
    this.user = user;
    person.context.on('requestfinished', async (request) => {
      const key = /\/log\/items\/([^/]+)$/.exec(request.url())?.[1];
      if (!key || !request.postDataJSON()?.OK) return;
      const response = await request.response();
      if (response?.ok() && !this.acknowledged.has(key)) this.acknowledged.set(key, Date.now());
    });
  }

  /** Makes a tab's page answer, and write down what it was handed. @param {Tab} tab @param {object} [service] */
  async open(tab, service = crm) {
    await tab.page.exposeFunction('__hand', (/** @type {any} */ body) => {
      this.handed.push({ key: body.idempotencyKey, texts: body.conversation.messages.map((/** @type {any} */ m) => m.subject), trigger: body.triggerType, at: Date.now() });
      for (const read of this.#readers) read();
    });
    await tab.page.evaluate(() => {
      window.addEventListener('message', ({ data }) => {
        if (data?.type === 'rc-post-message-request' && data.path === '/log') void Reflect.get(window, '__hand')(data.body);
      });
    });
    await serve(tab, { '/log': { data: 'ok' } });
    await register(tab, /** @type {any} */ (service));
    return tab;
  }

  /**
   * Waits until a page was handed a text and the server waits for no
   * acknowledgement any more. (A tab that is closed may have told the server
   * and not have heard that it did.)
   * @param {string} text
   */
  async logged(text) {
    await new Promise((resolve) => {
      const read = () => this.handed.some((h) => h.texts.includes(text)) && (this.#readers.delete(read), resolve(undefined));
      this.#readers.add(read);
      read();
    });
    /** @type {unknown[]} */
    let waiting;
    do waiting = await demo.command('logs', `--user=${this.user.extensionId}`);
    while (waiting.length > 0);
  }
}

describe('a message logger', () => {
  it('gets each text once, from one of two tabs, and from the other when that is closed', { timeout: 180_000 }, async () => {
    const ben = await demo.user('Ben Brook');
    const ada = await demo.user('Ada Archer');
    const { person, tab: first } = await Person.signedIn(demo, ada);
    const his = await Person.signedIn(demo, ben);
    try {
      const ledger = new Ledger(person, ada);
      await ledger.open(first);
      const second = await person.tab();
      await second.signedIn();
      await ledger.open(second);
      await first.hears('rc-messageLogger-auto-log-notify', '"autoLog":false');

      await first.goTo('Settings');
      await first.phone.getByRole('switch', { name: 'Auto log messages' }).click();
      for (const tab of [first, second]) await tab.hears('rc-messageLogger-auto-log-notify', '"autoLog":true');
      await second.goTo('Settings');
      assert.ok(await second.phone.getByRole('switch', { name: 'Auto log messages' }).isChecked());

      await second.goTo('Messages');
      await second.compose(ben.phoneNumber, ben.name);
      await second.send('Logged by itself');
      await ledger.logged('Logged by itself');
      await second.phone.getByText('Logged', { exact: true }).first().waitFor({ state: 'attached' });

      // The tab whose turn it is goes away; the next text goes to the other.
      const before = await times(first, '/log');
      await (before > 0 ? first : second).page.close();
      await his.tab.openConversation('Logged by itself');
      await his.tab.send('An answer');
      await ledger.logged('An answer');

      assert.equal(new Set(ledger.handed.map((h) => h.key)).size, ledger.handed.length, 'an entry came twice');
      assert.ok(ledger.handed.every((h) => h.trigger === 'auto'));
    } finally {
      await person.close();
      await his.person.close();
    }
  });

  it('gets the days of a conversation by a click, and hears of a page that does not answer', { timeout: 120_000 }, async () => {
    const ben = await demo.user('Ben Brook');
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      await person.context.clock.install();
      await serve(tab, { '/match': { data: {} } });
      await register(tab, { ...crm, messageLogEntityMatcherPath: '/match' });
      await tab.compose(ben.phoneNumber, ben.name);
      await tab.send('Worth a note');
      await tab.bubble('Worth a note').waitFor();
      const log = tab.phone.getByRole('button', { name: 'Log to Acme CRM' });
      await log.click();
      const body = await asked(tab, '/log');
      assert.equal(body.triggerType, 'manual');
      assert.equal(body.redirect, true);
      assert.match(body.conversation.conversationLogId, /^.+\/\d+\/\d+\/\d{4}$/);
      assert.equal(body.conversation.messages[0].subject, 'Worth a note');
      assert.equal(body.conversation.correspondents[0].phoneNumber, ben.phoneNumber);

      await person.context.clock.runFor(16_000);
      await tab.phone.getByText('The log is kept, and goes out when it does.').waitFor();
      await tab.goTo('Settings');
      await tab.phone.getByText('Logs that wait: 1').waitFor();
      await tab.phone.getByText('Acme did not answer within 15 seconds.').waitFor();

      // The page comes back to life, and says what it has.
      await serve(tab, { '/log': { data: 'ok' }, '/match': { data: { [body.conversation.conversationLogId]: [{ id: 'note-1' }] } } });
      await tab.phone.getByRole('button', { name: 'Retry' }).click();
      await tab.phone.getByText('Logs that wait').waitFor({ state: 'detached' });
      const again = await tab.page.evaluate(() => Reflect.get(window, '__asked').filter((/** @type {any} */ m) => m.path === '/log').map((/** @type {any} */ m) => m.body.idempotencyKey));
      assert.equal(new Set(again).size, 1, 'the key changed');
      await tab.goTo('Messages');
      await tab.row('Worth a note').getByText('Logged', { exact: true }).waitFor({ state: 'attached' });
      await tab.row('Worth a note').click();
      await tab.phone.getByRole('button', { name: 'Edit the log in Acme' }).waitFor();
    } finally {
      await person.close();
    }
  });

  it('shows the form that its page wants, and gets what was filled in', { timeout: 120_000 }, async () => {
    const ben = await demo.user('Ben Brook');
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      await serve(tab, { '/log': { data: 'ok' }, '/input': { data: 'ok' } });
      await register(tab, { ...crm, messagesLogPageInputChangedEventPath: '/input' });
      await tab.compose(ben.phoneNumber, ben.name);
      await tab.send('Worth a form');
      await tab.bubble('Worth a form').waitFor();
      await tab.phone.getByRole('button', { name: 'Log to Acme CRM' }).click();
      const { conversation } = await asked(tab, '/log');
      const page = { title: 'Log to a deal', schema: { type: 'object', required: ['deal'], properties: { deal: { type: 'string', title: 'Deal' } } }, uiSchema: { submitButtonOptions: { submitText: 'Log it' } }, formData: {} };
      await tab.post({ type: 'rc-adapter-update-messages-log-page', page });
      await tab.post({ type: 'rc-adapter-navigate-to', path: `/log/messages/${conversation.conversationId}` });
      await tab.phone.getByRole('heading', { name: 'Log to a deal' }).waitFor();
      await tab.phone.getByRole('textbox', { name: 'Deal' }).click();
      await tab.page.keyboard.type('D-17');
      const input = await asked(tab, '/input', 'D-17');
      assert.deepEqual(input.keys, ['deal']);
      assert.deepEqual(Object.values(input.conversation).map((/** @type {any} */ i) => i.conversationLogId), [conversation.conversationLogId]);
      await tab.phone.getByRole('button', { name: 'Log it' }).click();
      const saved = await asked(tab, '/log', '"logForm"');
      assert.deepEqual(saved.formData, { deal: 'D-17' });
      assert.equal(saved.conversation.messages[0].subject, 'Worth a form');
      await tab.composer().waitFor();

      // One text of several is chosen, logged, and its log opened.
      await tab.send('Not worth a word');
      await tab.bubble('Not worth a word').waitFor();
      await tab.goTo('Messages');
      await serve(tab, { '/log': { data: { logId: 'n8' } }, '/match': { data: {} }, '/open': { data: 'ok' } });
      await register(tab, { ...crm, messageLogEntityMatcherPath: '/match', messageLoggerGranularSelectionEnabled: true, messageLogOpenPath: '/open' });
      await tab.phone.getByRole('button', { name: 'Log to Acme CRM' }).first().waitFor({ state: 'attached' });
      await tab.openConversation('Not worth a word');
      const texts = tab.phone.getByLabel('Messages', { exact: true }).getByRole('listitem');
      await texts.filter({ hasText: 'Worth a form' }).getByRole('checkbox', { name: 'Choose to log' }).check();
      const chosen = tab.phone.locator('[data-log-chosen]');
      await tab.phone.locator('[data-log-chosen][data-chosen="1"]').waitFor();
      assert.deepEqual(await objections(await tab.frame()), []);
      await chosen.click();
      const selected = await asked(tab, '/log', '"selectedLog"');
      assert.deepEqual(selected.conversation.messages.map((/** @type {any} */ m) => m.subject), ['Worth a form']);
      assert.deepEqual(selected.selectedMessageIds, [String(selected.conversation.messages[0].id)]);
      await texts.filter({ hasText: 'Worth a form' }).getByRole('button', { name: 'Open the log' }).click();
      assert.deepEqual(await asked(tab, '/open'), { logId: 'n8', triggerType: 'openLog' });
    } finally {
      await person.close();
    }
  });

  it('misses nothing and gets nothing after its acknowledgement, whatever is killed', { timeout: 300_000 }, async () => {
    const ben = await demo.user('Ben Brook');
    const ada = await demo.user('Ada Archer');
    const { person, tab: first } = await Person.signedIn(demo, ada);
    const his = await Person.signedIn(demo, ben);
    try {
      const ledger = new Ledger(person, ada);
      let tab = await ledger.open(first);
      await tab.post({ type: 'rc-adapter-update-auto-log-settings', message: true });
      await tab.hears('rc-messageLogger-auto-log-notify', '"autoLog":true');
      await tab.compose(ben.phoneNumber, ben.name);
      await tab.send('The first of many');
      await ledger.logged('The first of many');
      await his.tab.openConversation('The first of many');
      for (let round = 1; round <= 4; round++) {
        const text = `round ${round}`;
        await his.tab.send(text);
        await his.tab.bubble(text).waitFor();
        if (round % 2) {
          await demo.kill();
          await demo.start();
        } else {
          const next = await person.tab();
          await tab.page.close();
          tab = await ledger.open(await next.signedIn());
        }
        await ledger.logged(text);
      }
      for (const { key, at } of ledger.handed) assert.ok(at <= (ledger.acknowledged.get(key) ?? Infinity), `${key} came after its acknowledgement`);
    } finally {
      await person.close();
      await his.person.close();
    }
  });
});

describe('a call logger', () => {
  it('gets the calls of the past by a click and by themselves, and says what it has', { timeout: 180_000 }, async () => {
    const ada = await demo.user('Ada Archer');
    const call = (/** @type {string} */ name, /** @type {string[]} */ ...more) =>
      demo.command('call', 'add', '--from', '+14155550199', '--to', ada.phoneNumber, '--outcome', 'answered', '--name', name, '--ago', '10m', ...more);
    await call('BEFORE ANYTHING');
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      const sam = { id: 'c9', type: 'Acme', name: 'Sam Sample', phoneNumbers: [{ phoneNumber: '+14155550199', phoneType: 'mobile' }] };
      await serve(tab, { '/call': { data: 'ok' }, '/match': { data: {} }, '/input': { data: 'ok' }, '/who': { data: { '+14155550199': [sam] } }, '/button': { data: 'ok' } });
      await register(tab, {
        name: 'Acme', contactMatchPath: '/who', callLoggerPath: '/call', callLoggerTitle: 'Log to Acme CRM', callLogEntityMatcherPath: '/match', callLogPageInputChangedEventPath: '/input',
        buttonEventPath: '/button', buttons: [{ id: 'task', type: 'callAction', label: 'New task', icon: 'newAction' }],
      });
      await tab.hears('rc-callLogger-auto-log-notify', '"autoLog":false');
      await tab.goTo('History');
      const row = tab.phone.locator('.call-row').first();
      await row.getByText('Sam Sample').waitFor();
      await row.getByLabel('More').click();
      await row.getByRole('button', { name: 'Log to Acme CRM' }).click();
      const { call: first, ...created } = await asked(tab, '/call');
      assert.equal(created.triggerType, 'createLog');
      assert.equal(created.redirect, true);
      assert.deepEqual(created.fromEntity, sam);
      assert.deepEqual(await asked(tab, '/match', first.sessionId), { sessionIds: [first.sessionId], activeSessionIds: [] });
      const unlogged = await tab.page.evaluate(() => Reflect.get(window, 'RCAdapter').getUnloggedCalls());
      assert.deepEqual(unlogged.calls.map((/** @type {any} */ c) => c.sessionId), [first.sessionId]);

      // The page says that it has logged it, and the phone follows at once.
      await serve(tab, { '/match': { data: { [first.sessionId]: [{ id: 'n1', note: 'Wants a quote' }] } } });
      await tab.post({ type: 'rc-adapter-trigger-call-logger-match', sessionIds: [first.sessionId] });
      await row.getByText('Logged', { exact: true }).waitFor({ state: 'attached' });
      assert.deepEqual(await tab.page.evaluate(() => Reflect.get(window, 'RCAdapter').getUnloggedCalls()), { calls: [], hasMore: false });
      /** @type {any} */
      const known = await tab.page.evaluate((sessionId) => Reflect.get(window, 'RCAdapter').getCallLog({ sessionId }), first.sessionId);
      assert.equal(known.call.activityMatches[0].id, 'n1');
      await row.getByLabel('More').click();
      await row.getByRole('button', { name: 'New task' }).click();
      const pressed = await asked(tab, '/button');
      assert.deepEqual([pressed.button.type, pressed.resource.sessionId], ['callAction', first.sessionId]);

      // The call's own page, the phone's form, and the page's.
      await row.getByRole('link').click();
      await tab.phone.getByRole('button', { name: 'View the log in Acme' }).click();
      await asked(tab, '/call', '"viewLog"');
      await tab.phone.getByRole('button', { name: 'Edit the log in Acme' }).click();
      await asked(tab, '/call', '"editLog"');
      assert.deepEqual(await objections(await tab.frame()), []);
      const path = `/log/call/${first.sessionId}`;
      await tab.post({ type: 'rc-adapter-navigate-to', path });
      await tab.phone.getByRole('textbox', { name: 'Note' }).waitFor();
      assert.equal(await tab.phone.getByRole('textbox', { name: 'Note' }).inputValue(), 'Wants a quote');
      const page = { title: 'Log to a deal', schema: { type: 'object', properties: { deal: { type: 'string', title: 'Deal' }, note: { type: 'string', title: 'Note' } } }, uiSchema: {}, formData: { note: '' } };
      await tab.post({ type: 'rc-adapter-update-call-log-page', page });
      await tab.phone.getByRole('textbox', { name: 'Deal' }).waitFor();
      await tab.phone.getByRole('textbox', { name: 'Deal' }).pressSequentially('D-17');
      const input = await asked(tab, '/input', 'D-17');
      assert.deepEqual([input.keys, input.call.sessionId, input.page.id], [['deal'], first.sessionId, '$LOG-CALL']);
      await tab.phone.getByRole('button', { name: 'Save' }).click();
      assert.deepEqual((await asked(tab, '/call', '"logForm"')).formData, { deal: 'D-17', note: '' });
      await tab.phone.getByRole('button', { name: 'View the log in Acme' }).waitFor();

      // By itself: what comes after the switch, and nothing that was there before.
      await tab.goTo('Settings');
      await tab.phone.getByRole('switch', { name: 'Auto log calls' }).click();
      await tab.hears('rc-callLogger-auto-log-notify', '"autoLog":true');
      await call('SAM SAMPLE', '--ago', '0s');
      await tab.goTo('History');
      const synced = await asked(tab, '/call', '"callLogSync"');
      assert.notEqual(synced.call.sessionId, first.sessionId);
      assert.deepEqual([synced.call.fromName, synced.fromEntity], ['SAM SAMPLE', sam]);
      assert.equal(await tab.page.evaluate(() => Reflect.get(window, '__asked').filter((/** @type {any} */ m) => m.body?.triggerType === 'callLogSync').length), 1);
      assert.deepEqual(person.console.filter((line) => /^(uncaught|error)/.test(line)), []);
    } finally {
      await person.close();
    }
  });
});

describe("the operator's webhook", () => {
  it('gets signed texts, also while no tab is open, and again what it did not take', { timeout: 180_000 }, async () => {
    /** @type {{key: string, body: string, signature: string}[]} */
    const letters = [];
    /** @type {Set<() => void>} */
    const readers = new Set();
    let refusals = 1;
    const server = createServer(async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      letters.push({ key: String(req.headers['idempotency-key']), body, signature: String(req.headers['offhook-signature']) });
      res.writeHead(refusals-- > 0 ? 503 : 204).end();
      for (const read of readers) read();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    /** @param {() => boolean} holds */
    const letter = (holds) =>
      new Promise((resolve) => {
        const read = () => holds() && (readers.delete(read), resolve(undefined));
        readers.add(read);
        read();
      });
    const host = await Host.start(demo);
    const person = await Person.open(demo, { engine: true });
    try {
      const { clientId } = await demo.command('app', 'add', '--name', 'Hooked', '--redirect-uri', `${demo.facts.widget.url}/redirect.html`);
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      const { logSecret } = await host.allow(clientId, '--log-webhook', `http://127.0.0.1:${port}/logs`);
      host.put('/', host.script({ clientId, defaultAutoLogMessageEnabled: '1' }));
      const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
      const tab = await host.open(person, '/');
      await person.signIn(tab, ada);
      await tab.goTo('Settings');
      assert.ok(await tab.phone.getByRole('switch', { name: 'Auto log messages' }).isVisible());
      const texts = await Api.as(demo, ben);
      await texts.text(ada, 'To the webhook');
      await letter(() => letters.filter((l) => l.body.includes('To the webhook')).length === 2);
      assert.equal(letters[0].key, letters[1].key, 'another attempt has another key');
      const t = /^t=(\d+),/.exec(letters[1].signature)?.[1];
      assert.equal(letters[1].signature, `t=${t},v1=${createHmac('sha256', logSecret).update(`${t}.${letters[1].body}`).digest('hex')}`);
      assert.equal(JSON.parse(letters[1].body).user.ownerId, String(ada.extensionId));

      await tab.page.close();
      await texts.text(ada, 'While nobody looks');
      await letter(() => letters.some((l) => l.body.includes('While nobody looks')));
      await demo.kill();
      await demo.start();
      await texts.text(ada, 'After a restart');
      await letter(() => letters.some((l) => l.body.includes('After a restart')));
      assert.equal(new Set(letters.map((l) => l.key)).size, 3);
    } finally {
      host.close();
      server.closeAllConnections();
      server.close();
      await person.close();
    }
  });
});
