// The vendor's SDK with the call log: lists, sync, a record, a recording.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import ringcentral from '@ringcentral/sdk';
import { ada, facts, publicApp, redirectUri } from './facts.js';
import { Visitor } from '../lib/http.js';

const own = '/restapi/v1.0/account/~/extension/~';

/** @type {ringcentral.SDK} */
let sdk;
before(async () => {
  sdk = new ringcentral.SDK({ server: facts.platform.tlsUrl, clientId: publicApp.clientId, redirectUri, cachePrefix: randomUUID() });
  const url = sdk.loginUrl({ usePKCE: true, state: 's' });
  const answer = await new Visitor(facts.platform.caFile).signIn(url, /** @type {any} */ (ada));
  await sdk.login({ ...sdk.parseLoginRedirect(new URL(answer).search), code_verifier: sdk.platform().codeVerifier });
});

/** @param {Promise<Response>} answer @returns {Promise<any>} */
const json = async (answer) => (await answer).json();

describe('@ringcentral/sdk', () => {
  it('reads who called, as the released widget asks', async () => {
    const dateFrom = new Date(Date.now() - 7 * 24 * 3600_000).toISOString();
    const full = await json(sdk.get(`${own}/call-log-sync`, { recordCount: 250, syncType: 'FSync', dateFrom }));
    const missed = full.records.find((/** @type {any} */ c) => c.result === 'Missed');
    assert.equal(missed.direction, 'Inbound');
    assert.ok(missed.sessionId && missed.telephonySessionId && missed.startTime && missed.from.phoneNumber);
    const next = await json(sdk.get(`${own}/call-log-sync`, { syncType: 'ISync', syncToken: full.syncInfo.syncToken, showDeleted: false }));
    assert.deepEqual([next.records, next.syncInfo.syncType], [[], 'ISync']);
    const detailed = await json(sdk.get(`${own}/call-log/${missed.id}`, { view: 'Detailed' }));
    assert.equal(detailed.legs[0].master, true);
    const company = await json(sdk.get('/restapi/v1.0/account/~/call-log', { dateFrom, perPage: 1000, view: 'Detailed' }));
    assert.ok(company.records.length > full.records.length);
    assert.deepEqual((await json(sdk.get(`${own}/active-calls`))).records, []);
  });

  it('hears a recording', async () => {
    const dateFrom = new Date(Date.now() - 7 * 24 * 3600_000).toISOString();
    const list = await json(sdk.get(`${own}/call-log`, { perPage: 20, dateFrom, type: 'Voice', recordingType: 'All' }));
    const { id, contentUri } = list.records[0].recording;
    const facts = await json(sdk.get(`/restapi/v1.0/account/~/recording/${id}`));
    assert.deepEqual([facts.contentType, facts.contentUri], ['audio/wav', contentUri]);
    const sound = await sdk.get(contentUri);
    assert.equal((await sound.arrayBuffer()).byteLength, 44 + 8000 * facts.duration);
  });
});
