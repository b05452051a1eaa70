// The vendor's SDK with what users set for themselves, and with a webhook that
// hears what a test number answers.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import ringcentral from '@ringcentral/sdk';
import { facts, otto, publicApp, redirectUri } from './facts.js';
import { Visitor } from '../lib/http.js';

// The SDK's own class of forms, which is not the browser's.
const Form = createRequire(import.meta.url)('form-data');

const own = '/restapi/v1.0/account/~/extension/~';

/** @type {ringcentral.SDK} */
let sdk;
before(async () => {
  sdk = new ringcentral.SDK({ server: facts.platform.tlsUrl, clientId: publicApp.clientId, redirectUri, cachePrefix: randomUUID() });
  const answer = await new Visitor(facts.platform.caFile).signIn(sdk.loginUrl({ usePKCE: true, state: 's' }), otto);
  await sdk.login({ ...sdk.parseLoginRedirect(new URL(answer).search), code_verifier: sdk.platform().codeVerifier });
});

/** @param {Promise<Response>} answer @returns {Promise<any>} */
const json = async (answer) => (await answer).json();

describe('@ringcentral/sdk with settings', { timeout: 60_000 }, () => {
  it('keeps forwarding numbers, hours and a region', async () => {
    const made = await json(sdk.post(`${own}/forwarding-number`, { phoneNumber: '(415) 555-0188', label: 'Car', type: 'Mobile', flipNumber: 2 }));
    assert.deepEqual([made.phoneNumber, made.flipNumber, made.features], ['+14155550188', '2', ['CallForwarding', 'CallFlip']]);
    await sdk.put(`${own}/forwarding-number/${made.id}`, { label: 'Boat' });
    const list = await json(sdk.get(`${own}/forwarding-number`, { perPage: 'MAX', page: 1 }));
    assert.deepEqual(list.records.map((/** @type {any} */ f) => f.label), ['Boat']);
    assert.equal((await sdk.delete(`${own}/forwarding-number/${made.id}`)).status, 204);

    const weeklyRanges = { monday: [{ from: '09:00', to: '18:00' }] };
    await sdk.put(`${own}/business-hours`, { schedule: { weeklyRanges } });
    assert.deepEqual((await json(sdk.get(`${own}/business-hours`))).schedule, { weeklyRanges });

    const zones = await json(sdk.get('/restapi/v1.0/dictionary/timezone'));
    const berlin = zones.records.find((/** @type {any} */ z) => z.name === 'Europe/Berlin');
    const changed = await json(sdk.put(own, { regionalSettings: { timezone: { id: berlin.id }, timeFormat: '24h' } }));
    assert.deepEqual([changed.regionalSettings.timezone.name, changed.regionalSettings.timeFormat], ['Europe/Berlin', '24h']);
    await assert.rejects(sdk.put(own, { contact: { email: 'somebody@else.example' } }), /permission required/);
  });

  it('keeps a picture, and does not send it twice', async () => {
    const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    const form = new Form();
    form.append('image', gif, { filename: 'me.gif', contentType: 'image/gif' });
    assert.equal((await sdk.post(`${own}/profile-image`, form)).status, 204);
    const picture = await sdk.get(`${own}/profile-image`);
    assert.equal(picture.headers.get('content-type'), 'image/gif');
    assert.deepEqual(Buffer.from(await picture.arrayBuffer()), gif);
    const entry = await json(sdk.get(`/restapi/v1.0/account/~/directory/entries/${otto.extensionId}`));
    assert.equal(`"${entry.profileImage.etag}"`, picture.headers.get('etag'));
    assert.equal((await sdk.delete(`${own}/profile-image`)).status, 204);
    await assert.rejects(sdk.get(`${own}/profile-image`), /not found/);
  });
});

describe('@ringcentral/sdk with a webhook', { timeout: 60_000 }, () => {
  /** @type {{headers: import('node:http').IncomingHttpHeaders, body: any}[]} */
  const heard = [];
  const server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    const token = req.headers['validation-token'];
    if (token) res.setHeader('Validation-Token', token);
    res.end();
    if (!token) {
      heard.push({ headers: req.headers, body: JSON.parse(text) });
      server.emit('heard');
    }
  });
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  it('hears what a test number answers, until it is deleted', async () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const filter = `${own}/message-store/instant?type=SMS`;
    const made = await json(sdk.post('/restapi/v1.0/subscription', {
      eventFilters: [filter],
      deliveryMode: { transportType: 'WebHook', address: `http://127.0.0.1:${port}/events`, verificationToken: 'ours' },
      expiresIn: 3600,
    }));
    assert.deepEqual([made.status, made.deliveryMode.transportType], ['Active', 'WebHook']);
    await assert.rejects(sdk.post('/restapi/v1.0/subscription', {
      eventFilters: [filter], deliveryMode: { transportType: 'WebHook', address: 'http://127.0.0.1:9/events' },
    }), /WebHook server response is invalid/);

    const echo = facts.testNumbers.find((n) => n.kind === 'echo');
    assert.ok(echo);
    const arrived = once(server, 'heard');
    await sdk.post(`${own}/sms`, { from: { phoneNumber: otto.phoneNumber }, to: [{ phoneNumber: echo.phoneNumber }], text: 'Anybody there?' });
    await arrived;
    const [{ headers, body }] = heard;
    assert.deepEqual([headers['verification-token'], body.subscriptionId, body.body.subject], ['ours', made.id, 'Anybody there?']);
    assert.equal(body.body.from.phoneNumber, echo.phoneNumber);
    assert.equal((await sdk.delete(`/restapi/v1.0/subscription/${made.id}`)).status, 204);
    await assert.rejects(sdk.get(`/restapi/v1.0/subscription/${made.id}`), /not found/);
  });
});
