// The vendor's SDK with what a user says of themselves and keeps: presence,
// templates, address book, favorites.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import ringcentral from '@ringcentral/sdk';
import { facts, nora, otto, publicApp, redirectUri } from './facts.js';
import { Visitor } from '../lib/http.js';

const own = '/restapi/v1.0/account/~/extension/~';

/** @type {ringcentral.SDK} */
let sdk;
before(async () => {
  sdk = new ringcentral.SDK({ server: facts.platform.tlsUrl, clientId: publicApp.clientId, redirectUri, cachePrefix: randomUUID() });
  const url = sdk.loginUrl({ usePKCE: true, state: 's' });
  const answer = await new Visitor(facts.platform.caFile).signIn(url, nora);
  await sdk.login({ ...sdk.parseLoginRedirect(new URL(answer).search), code_verifier: sdk.platform().codeVerifier });
});

/** @param {Promise<Response>} answer @returns {Promise<any>} */
const json = async (answer) => (await answer).json();

describe('@ringcentral/sdk', () => {
  it('says who can be reached and reads it of others', async () => {
    const said = await json(sdk.put(`${own}/presence`, { userStatus: 'Busy', dndStatus: 'DoNotAcceptAnyCalls', message: 'Writing' }));
    assert.deepEqual([said.presenceStatus, said.dndStatus, said.message], ['Busy', 'DoNotAcceptAnyCalls', 'Writing']);
    const his = await json(sdk.get(`/restapi/v1.0/account/~/extension/${otto.extensionId}/presence`, { detailedTelephonyState: true, sipData: true }));
    assert.deepEqual([his.presenceStatus, his.telephonyStatus, his.activeCalls], ['Available', 'NoCall', []]);
    const all = await json(sdk.get('/restapi/v1.0/account/~/presence', { perPage: 1000 }));
    assert.ok(all.records.some((/** @type {any} */ p) => String(p.extension.id) === String(nora.extensionId) && p.presenceStatus === 'Busy'));
    const unified = await json(sdk.get(`${own}/unified-presence`));
    assert.equal(unified.status, 'DND');
    await sdk.put(`${own}/presence`, { userStatus: 'Available', dndStatus: 'TakeAllCalls', message: '' });
  });

  it('keeps templates', async () => {
    const made = await sdk.post(`${own}/message-store-templates`, { displayName: 'Late', body: { text: 'I am late.' } });
    assert.equal(made.status, 201);
    const { id } = await made.json();
    const list = await json(sdk.get(`${own}/message-store-templates`, { scope: 'Personal' }));
    assert.deepEqual(list.records.map((/** @type {any} */ t) => t.displayName), ['Late']);
    assert.equal((await sdk.delete(`${own}/message-store-templates/${id}`)).status, 204);
  });

  it('keeps an address book in step', async () => {
    const made = await json(sdk.post(`${own}/address-book/contact`, { firstName: 'Mia', lastName: 'Young', mobilePhone: '(415) 555-0133' }));
    assert.equal(made.mobilePhone, '+14155550133');
    const full = await json(sdk.get(`${own}/address-book-sync`, { syncType: 'FSync' }));
    assert.ok(full.records.some((/** @type {any} */ c) => c.id === made.id));
    const found = await json(sdk.get(`${own}/address-book/contact`, { phoneNumber: ['+14155550133'] }));
    assert.deepEqual(found.records.map((/** @type {any} */ c) => c.id), [made.id]);
    await sdk.put(`${own}/favorite`, { records: [{ contactId: String(made.id) }, { extensionId: String(otto.extensionId) }] });
    await sdk.delete(`${own}/address-book/contact/${made.id}`);
    const changed = await json(sdk.get(`${own}/address-book-sync`, { syncType: 'ISync', syncToken: full.syncInfo.syncToken }));
    assert.deepEqual(changed.records.map((/** @type {any} */ c) => [c.id, c.availability]), [[made.id, 'Deleted']]);
    const favorites = await json(sdk.get(`${own}/favorite`));
    assert.deepEqual(favorites.records.map((/** @type {any} */ f) => f.extensionId), [String(otto.extensionId)]);
  });
});
