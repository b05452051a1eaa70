// The vendor's own SDK for JavaScript, as its documentation uses it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import ringcentral from '@ringcentral/sdk';
import { ada, confidentialApp, facts, jwtApp, nora, publicApp, redirectUri } from './facts.js';
import { Visitor } from '../lib/http.js';

// The kind of form that the SDK knows in Node.
const Form = createRequire(import.meta.url)('form-data');

/** @param {{clientSecret?: string, clientId?: string}} [app] */
function newSdk(app = {}) {
  return new ringcentral.SDK({ server: facts.platform.tlsUrl, clientId: publicApp.clientId, redirectUri, cachePrefix: randomUUID(), ...app });
}

/**
 * Signs Nora in the way an application would and leaves the SDK signed in.
 * @param {ringcentral.SDK} sdk
 * @param {boolean} usePKCE
 */
async function signIn(sdk, usePKCE = true) {
  const url = sdk.loginUrl({ usePKCE, state: 'state-1' });
  const answer = await new Visitor(facts.platform.caFile).signIn(url, nora);
  const params = sdk.parseLoginRedirect(new URL(answer).search);
  assert.equal(params.state, 'state-1');
  await sdk.login({ ...params, ...(usePKCE ? { code_verifier: sdk.platform().codeVerifier } : {}) });
}

/**
 * @param {Promise<unknown>} promise
 * @returns {Promise<any>}
 */
async function refusal(promise) {
  return promise.then(() => assert.fail('was not refused'), (err) => err);
}

describe('@ringcentral/sdk', () => {
  it('signs in with PKCE, calls the API and learns who it is', async () => {
    const sdk = newSdk();
    await signIn(sdk);
    const extension = await (await sdk.get('/restapi/v1.0/account/~/extension/~')).json();
    assert.equal(String(extension.id), String(nora.extensionId));
    assert.equal(extension.extensionNumber, nora.extensionNumber);
    const numbers = await (await sdk.get('/restapi/v1.0/account/~/extension/~/phone-number', { perPage: 'MAX', page: 1 })).json();
    assert.ok(numbers.records.some((/** @type {any} */ n) => n.phoneNumber === nora.phoneNumber));
  });

  it('signs in as a confidential client with its secret', async () => {
    const sdk = newSdk({ clientId: confidentialApp.clientId, clientSecret: confidentialApp.clientSecret });
    await signIn(sdk, false);
    assert.equal((await sdk.get('/restapi/v1.0/account/~')).status, 200);
  });

  it('refuses a code whose verifier is another one', async () => {
    const sdk = newSdk();
    const answer = await new Visitor(facts.platform.caFile).signIn(sdk.loginUrl({ usePKCE: true }), nora);
    const params = sdk.parseLoginRedirect(new URL(answer).search);
    const err = await refusal(sdk.login({ ...params, code_verifier: 'another-verifier-another-verifier-another-verifier' }));
    assert.match(err.message, /code|grant|verif/i);
  });

  it('refreshes and goes on with another token', async () => {
    const sdk = newSdk();
    await signIn(sdk);
    const before = (await sdk.platform().auth().data()).access_token;
    await sdk.refresh();
    const after = (await sdk.platform().auth().data()).access_token;
    assert.notEqual(after, before);
    assert.equal((await sdk.get('/restapi/v1.0/account/~/extension/~')).status, 200);
  });

  it('refreshes by itself when its token is answered 401', async () => {
    const sdk = newSdk();
    await signIn(sdk);
    await sdk.platform().auth().setData({ ...(await sdk.platform().auth().data()), access_token: 'unknown', expires_in: '0', expire_time: 0 });
    assert.equal((await sdk.get('/restapi/v1.0/account/~/extension/~')).status, 200);
  });

  it('revokes on logout, after which the token opens nothing', async () => {
    const sdk = newSdk();
    await signIn(sdk);
    const { access_token: token, refresh_token: refresh } = await sdk.platform().auth().data();
    await sdk.logout();
    const visitor = new Visitor(facts.platform.caFile);
    const answer = await visitor.send(`${facts.platform.tlsUrl}/restapi/v1.0/account/~/extension/~`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 401);
    const again = await visitor.post(`${facts.platform.tlsUrl}/restapi/oauth/token`, { grant_type: 'refresh_token', refresh_token: String(refresh), client_id: publicApp.clientId });
    assert.equal(again.status, 400);
    assert.equal(JSON.parse(again.body).error, 'invalid_grant');
  });

  it('signs in with a JWT credential, and goes on without it', async () => {
    const sdk = newSdk({ clientId: jwtApp?.clientId, clientSecret: jwtApp?.clientSecret });
    await sdk.login({ jwt: ada?.jwt });
    const extension = await (await sdk.get('/restapi/v1.0/account/~/extension/~')).json();
    assert.equal(String(extension.id), String(ada?.extensionId));
    await sdk.refresh();
    assert.equal((await sdk.get('/restapi/v1.0/account/~/extension/~')).status, 200);
    await sdk.logout();
  });

  it('sends a picture by a form and reads it back, whole and in part', async () => {
    const sdk = newSdk({ clientId: jwtApp?.clientId, clientSecret: jwtApp?.clientSecret });
    await sdk.login({ jwt: ada?.jwt });
    const own = '/restapi/v1.0/account/~/extension/~';
    const numbers = await (await sdk.get(`${own}/phone-number`)).json();
    const from = numbers.records.find((/** @type {any} */ n) => n.features.includes('MmsSender'));
    assert.ok(from, 'no number can send pictures');
    const picture = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    const form = new Form();
    const letter = { from: { phoneNumber: from.phoneNumber }, to: [{ phoneNumber: nora.phoneNumber }], text: 'Look!' };
    form.append('json', JSON.stringify(letter), { filename: 'request.json', contentType: 'application/json' });
    form.append('attachment', picture, { filename: 'dot.gif', contentType: 'image/gif' });
    const sent = await (await sdk.post(`${own}/sms`, form)).json();
    const attachment = sent.attachments.find((/** @type {any} */ a) => a.type === 'MmsAttachment');
    assert.deepEqual([sent.subject, attachment.contentType, attachment.fileName, attachment.size], ['Look!', 'image/gif', 'dot.gif', picture.length]);
    const whole = await sdk.get(attachment.uri);
    assert.equal(whole.headers.get('content-type'), 'image/gif');
    assert.deepEqual(Buffer.from(await whole.arrayBuffer()), picture);
    const part = await sdk.send({ method: 'GET', url: attachment.uri, headers: { Range: 'bytes=0-5' } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), 'GIF89a');
  });

  it('sends a fax as the documentation shows, and sends it again', async () => {
    const sdk = newSdk({ clientId: jwtApp?.clientId, clientSecret: jwtApp?.clientSecret });
    await sdk.login({ jwt: ada?.jwt });
    const own = '/restapi/v1.0/account/~/extension/~';
    const covers = (await (await sdk.get('/restapi/v1.0/dictionary/fax-cover-page')).json()).records;
    const form = new Form();
    const letter = { to: [{ phoneNumber: nora.phoneNumber }], faxResolution: 'High', coverIndex: Number(covers.at(-1).id), coverPageText: 'Hello' };
    form.append('json', JSON.stringify(letter), { filename: 'request.json', contentType: 'application/json' });
    form.append('attachment', Buffer.from('Hello Nora'), { filename: 'hello.txt', contentType: 'text/plain' });
    const sent = await (await sdk.post(`${own}/fax`, form)).json();
    assert.deepEqual([sent.type, sent.direction, sent.faxPageCount, sent.to[0].phoneNumber], ['Fax', 'Outbound', 2, nora.phoneNumber]);
    const pages = await sdk.get(sent.attachments[0].uri);
    assert.equal(pages.headers.get('content-type'), 'application/pdf');
    assert.match(await pages.text(), /^%PDF-/);
    const again = await (await sdk.post(`${own}/fax`, { originalMessageId: sent.id, to: letter.to })).json();
    assert.deepEqual([again.faxPageCount, again.id !== sent.id], [2, true]);
  });

  it('writes to a colleague by their extension, and deletes what was written', async () => {
    const sdk = newSdk({ clientId: jwtApp?.clientId, clientSecret: jwtApp?.clientSecret });
    await sdk.login({ jwt: ada?.jwt });
    const own = '/restapi/v1.0/account/~/extension/~';
    const { records: people } = await (await sdk.get('/restapi/v1.0/account/~/directory/entries')).json();
    const colleague = people.find((/** @type {any} */ p) => p.phoneNumbers?.some((/** @type {any} */ n) => n.phoneNumber === nora.phoneNumber));
    const sent = await (await sdk.post(`${own}/company-pager`, { to: [{ extensionNumber: colleague.extensionNumber }], text: 'Between us' })).json();
    assert.deepEqual([sent.type, sent.subject, sent.to[0].extensionNumber], ['Pager', 'Between us', colleague.extensionNumber]);
    const answer = await (await sdk.post(`${own}/company-pager`, { replyOn: sent.id, text: 'And again' })).json();
    assert.equal(answer.conversation.id, sent.conversation.id);
    const listed = await (await sdk.get(`${own}/message-store`, { messageType: 'Pager', conversationId: sent.conversation.id })).json();
    assert.deepEqual(listed.records.map((/** @type {any} */ m) => m.id), [answer.id, sent.id]);
    assert.equal((await sdk.delete(`${own}/message-store/${sent.id},${answer.id}`)).status, 204);
    const sync = await (await sdk.get(`${own}/message-sync`, { syncType: 'FSync', messageType: 'Pager', conversationId: sent.conversation.id })).json();
    assert.deepEqual(sync.records, []);
    const refused = await refusal(sdk.post(`${own}/company-pager`, { to: [{ extensionNumber: '99999' }], text: 'Nobody' }));
    assert.equal((await refused.response.clone().json()).errorCode, 'CMN-102');
  });

  it('is told what is wrong with a JWT that is none', async () => {
    const sdk = newSdk({ clientId: jwtApp?.clientId, clientSecret: jwtApp?.clientSecret });
    assert.match((await refusal(sdk.login({ jwt: 'a.b.c' }))).message, /not a JWT credential/);
  });

  it('finds its way by discovery', async () => {
    const sdk = newSdk();
    const discovering = new ringcentral.SDK({
      enableDiscovery: true,
      discoveryServer: facts.platform.tlsUrl,
      clientId: publicApp.clientId,
      redirectUri,
      cachePrefix: randomUUID(),
    });
    const url = await discovering.platform().loginUrlWithDiscovery({ usePKCE: true, state: 'd' });
    assert.equal(new URL(url).origin, new URL(sdk.loginUrl({})).origin);
    const answer = await new Visitor(facts.platform.caFile).signIn(url, nora);
    const params = discovering.parseLoginRedirect(new URL(answer).search);
    await discovering.login({ ...params, code_verifier: discovering.platform().codeVerifier });
    assert.equal((await discovering.get('/restapi/v1.0/account/~')).status, 200);
  });
});
