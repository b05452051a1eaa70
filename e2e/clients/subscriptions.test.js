// The vendor's client of the notification socket.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import ringcentral from '@ringcentral/sdk';
import subscriptions from '@ringcentral/subscriptions';
import { facts, nora, otto, publicApp, redirectUri } from './facts.js';
import { Visitor } from '../lib/http.js';

const filters = [
  '/restapi/v1.0/account/~/extension/~/message-store/instant?type=SMS',
  '/restapi/v1.0/account/~/extension/~/message-store',
];

/** @param {{username: string, password: string}} user */
async function signedIn(user) {
  const sdk = new ringcentral.SDK({ server: facts.platform.tlsUrl, clientId: publicApp.clientId, redirectUri, cachePrefix: randomUUID() });
  const answer = await new Visitor(facts.platform.caFile).signIn(sdk.loginUrl({ usePKCE: true }), user);
  await sdk.login({ ...sdk.parseLoginRedirect(new URL(answer).search), code_verifier: sdk.platform().codeVerifier });
  return sdk;
}

/**
 * @param {ringcentral.SDK} sdk
 * @param {string} text
 */
function textNora(sdk, text) {
  return sdk.post('/restapi/v1.0/account/~/extension/~/sms', {
    from: { phoneNumber: otto.phoneNumber },
    to: [{ phoneNumber: nora.phoneNumber }],
    text,
  });
}

/** Events as they come, and a wait for the first that fits. */
class Heard {
  /** @type {any[]} */ events = [];
  /** @type {{fits: (event: any) => boolean, resolve: (event: any) => void}[]} */ #waiting = [];

  /** @param {any} event */
  add(event) {
    this.events.push(event);
    this.#waiting = this.#waiting.filter(({ fits, resolve }) => !fits(event) || resolve(event));
  }

  /**
   * @param {(event: any) => boolean} fits
   * @returns {Promise<any>}
   */
  first(fits) {
    const known = this.events.find(fits);
    return known ? Promise.resolve(known) : new Promise((resolve) => this.#waiting.push({ fits, resolve }));
  }
}

describe('@ringcentral/subscriptions', { timeout: 60_000 }, () => {
  it('hears of a text that a colleague sends, also of one sent while its socket was down', async () => {
    const [hers, his] = [await signedIn(nora), await signedIn(otto)];
    const subscription = new subscriptions.Subscriptions({ sdk: hers }).createSubscription().setEventFilters(filters);
    const heard = new Heard();
    subscription.on('notification', (event) => heard.add(event));
    const wse = /** @type {any} */ ((await subscription.register()).wse);

    const text = `hello ${randomUUID()}`;
    await textNora(his, text);
    const instant = await heard.first((e) => /instant/.test(e.event));
    assert.equal(instant.body.subject, text);
    assert.equal(instant.body.from.phoneNumber, otto.phoneNumber);
    assert.equal(String(instant.ownerId), String(nora.extensionId));
    const change = await heard.first((e) => /message-store$/.test(e.event));
    assert.ok(change.body.changes.some((/** @type {any} */ c) => c.type === 'SMS' && c.newCount >= 1));

    const down = new Promise((resolve) => wse.ws.addEventListener('close', resolve));
    wse.ws.close();
    await down;
    const missed = `while you were away ${randomUUID()}`;
    await textNora(his, missed);
    await heard.first((e) => e.body.subject === missed);

    await wse.revoke();
  });
});
