// The vendor's SDK and its client of the notification socket with the inbox
// that the members of a call queue share.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import ringcentral from '@ringcentral/sdk';
import subscriptions from '@ringcentral/subscriptions';
import { facts, otto, publicApp, queue, redirectUri } from './facts.js';
import { Visitor } from '../lib/http.js';

// The SDK's own class of forms, which is not the browser's.
const Form = createRequire(import.meta.url)('form-data');

const threads = '/restapi/v1.0/account/~/message-threads';
const own = '/restapi/v1.0/account/~/extension/~';

/** @param {{username: string, password: string}} user */
async function signedIn(user) {
  const sdk = new ringcentral.SDK({ server: facts.platform.tlsUrl, clientId: publicApp.clientId, redirectUri, cachePrefix: randomUUID() });
  const answer = await new Visitor(facts.platform.caFile).signIn(sdk.loginUrl({ usePKCE: true }), user);
  await sdk.login({ ...sdk.parseLoginRedirect(new URL(answer).search), code_verifier: sdk.platform().codeVerifier });
  return sdk;
}

/** @param {Promise<Response>} answer @returns {Promise<any>} */
const json = async (answer) => (await answer).json();

describe('@ringcentral/sdk with the threads of a call queue', { timeout: 120_000 }, () => {
  it('hears of a text, takes it, answers it with a picture and ends it', async () => {
    const [pia, quinn, guest] = [await signedIn(queue.members[0]), await signedIn(queue.members[1]), await signedIn(otto)];
    const started = await json(quinn.get(`${threads}/entries/sync`, { syncType: 'FSync', scope: 'Accessible' }));
    assert.deepEqual(started.records, []);

    const subscription = new subscriptions.Subscriptions({ sdk: quinn }).createSubscription();
    subscription.setEventFilters([`${threads}/sync`, `${threads}/entries/sync`]);
    const told = new Set();
    const both = new Promise((resolve) => {
      subscription.on('notification', (/** @type {any} */ event) => {
        told.add(event.event.replace(/.*message-threads/, ''));
        if (told.size === 2) resolve(event.body.lastModifiedTime);
      });
    });
    const wse = /** @type {any} */ ((await subscription.register()).wse);

    const words = `Is anybody there? ${randomUUID()}`;
    await guest.post(`${own}/sms`, { from: { phoneNumber: otto.phoneNumber }, to: [{ phoneNumber: queue.phoneNumber }], text: words });
    assert.match(String(await both), /^\d{4}-\d\d-\d\dT.*Z$/);
    const since = await json(quinn.get(`${threads}/entries/sync`, { syncType: 'ISync', syncToken: started.syncInfo.syncToken }));
    const kinds = since.records.map((/** @type {any} */ r) => `${r.recordType} ${r.text ?? ''}`.trim()).sort();
    assert.deepEqual(kinds, [`AliveMessage ${words}`, 'ThreadCreatedHint']);
    const [thread] = (await json(pia.get(threads, { threadStatus: 'Open' }))).records;
    assert.deepEqual([thread.label, thread.guestParty.phoneNumber, thread.ownerParty.phoneNumber, thread.assignee], [words, otto.phoneNumber, queue.phoneNumber, undefined]);

    const answer = { from: thread.ownerParty, to: [thread.guestParty], text: 'Yes, I am.', threadId: thread.id };
    await assert.rejects(pia.post(`${threads}/messages`, answer), /not assigned to extension/);
    const taken = await json(pia.post(`${threads}/${thread.id}/assign`, { assignee: { extensionId: String(queue.members[0].extensionId) } }));
    assert.equal(taken.assignee.name, queue.members[0].name);
    const form = new Form();
    form.append('metadata', JSON.stringify(answer), { contentType: 'application/json' });
    form.append('attachments', Buffer.from('GIF89a'), { filename: 'dot.gif', contentType: 'image/gif' });
    const sent = await json(pia.post(`${threads}/messages`, form));
    assert.deepEqual([sent.threadId, sent.author.extensionId, sent.attachments[0].filename], [thread.id, String(queue.members[0].extensionId), 'dot.gif']);
    assert.equal(await (await quinn.get(sent.attachments[0].contentUri)).text(), 'GIF89a');
    await assert.rejects(guest.get(sent.attachments[0].contentUri), /not found/);
    const got = await json(guest.get(`${own}/message-store`, { direction: 'Inbound', phoneNumber: queue.phoneNumber }));
    assert.deepEqual([got.records[0].subject, got.records[0].attachments.length], ['Yes, I am.', 2]);

    const shared = await json(quinn.get(`${own}/message-store`, { owner: 'Shared' }));
    assert.deepEqual(shared.records.map((/** @type {any} */ m) => [m.subject, m.owner.extensionType]), [['Yes, I am.', 'Department'], [words, 'Department']]);
    assert.deepEqual((await json(quinn.get(`${own}/message-store`))).records, []);

    assert.equal((await json(quinn.post(`${threads}/${thread.id}/resolve`))).status, 'Resolved');
    assert.deepEqual((await json(guest.get(threads))).records, []);
    await assert.rejects(guest.get(`${threads}/${thread.id}`), /not found/);
    await wse.revoke();
  });

  it('finds the queue, its members and its number', async () => {
    const pia = await signedIn(queue.members[0]);
    const [found] = (await json(pia.get('/restapi/v1.0/account/~/call-queues', { perPage: 1000 }))).records;
    assert.deepEqual([found.id, found.name], [String(queue.extensionId), 'Front desk']);
    const members = (await json(pia.get(`/restapi/v1.0/account/~/call-queues/${found.id}/members`))).records;
    assert.deepEqual(members.map((/** @type {any} */ m) => m.id).sort(), queue.members.map((m) => m.extensionId).sort());
    const numbers = (await json(pia.get(`${own}/phone-number`))).records;
    assert.equal(numbers.find((/** @type {any} */ n) => n.phoneNumber === queue.phoneNumber).extension.type, 'Department');
    const changed = await json(pia.put(`${own}/call-queue-presence`, { records: [{ callQueue: { id: found.id }, acceptCalls: false }] }));
    assert.deepEqual(changed.records.map((/** @type {any} */ r) => r.acceptCalls), [false]);
  });
});
