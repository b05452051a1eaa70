// A colleague without a browser: signed in to the platform's API, to send a
// text when a test needs one, and to count what the platform has kept.

import { createHash, randomBytes } from 'node:crypto';
import { Visitor } from './http.js';

/**
 * A code of the demo's app, for whoever asks in the user's name.
 * @param {import('./demo.js').Demo} demo
 * @param {import('./demo.js').User} user
 */
export async function codeOf(demo, user) {
  const app = demo.facts.apps[0];
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirectUris[0],
    state: 'of-the-test',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const answer = await new Visitor().signIn(`${demo.facts.platform.url}/restapi/oauth/authorize?${query}`, user);
  return { answer, code: new URL(answer).searchParams.get('code') ?? '', verifier };
}

export class Api {
  #visitor = new Visitor();

  /**
   * @param {import('./demo.js').Demo} demo
   * @param {import('./demo.js').User} user
   */
  constructor(demo, user) {
    this.demo = demo;
    this.user = user;
    this.token = '';
  }

  /**
   * @param {import('./demo.js').Demo} demo
   * @param {import('./demo.js').User} user
   */
  static async as(demo, user) {
    const api = new Api(demo, user);
    const app = demo.facts.apps[0];
    const { code, verifier } = await codeOf(demo, user);
    const tokens = await api.#visitor.post(`${demo.facts.platform.url}/restapi/oauth/token`, {
      grant_type: 'authorization_code',
      client_id: app.clientId,
      redirect_uri: app.redirectUris[0],
      code,
      code_verifier: verifier,
    });
    if (tokens.status !== 200) throw new Error(`no tokens for ${user.username}: ${tokens.body}`);
    api.token = JSON.parse(tokens.body).access_token;
    return api;
  }

  /**
   * @param {string} method
   * @param {string} path after the extension
   * @param {unknown} [body]
   */
  call(method, path, body) {
    return this.request(method, `/restapi/v1.0/account/~/extension/~${path}`, body);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async request(method, path, body) {
    const answer = await this.#visitor.send(`${this.demo.facts.platform.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer.body ? JSON.parse(answer.body) : undefined;
  }

  /**
   * @param {import('./demo.js').User} to
   * @param {string} text
   */
  text(to, text) {
    return this.call('POST', '/sms', { from: { phoneNumber: this.user.phoneNumber }, to: [{ phoneNumber: to.phoneNumber }], text });
  }

  /** The user's own picture. @param {Buffer} png */
  async picture(png) {
    const answer = await fetch(`${this.demo.facts.platform.url}/restapi/v1.0/account/~/extension/~/profile-image`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'image/png' },
      body: new Uint8Array(png),
    });
    if (!answer.ok) throw new Error(`PUT profile-image: ${answer.status} ${await answer.text()}`);
  }

  /**
   * The bytes of a recording or of an attachment.
   * @param {string} uri as the platform gave it
   * @returns {Promise<Buffer>}
   */
  async download(uri) {
    const answer = await fetch(new URL(new URL(uri).pathname, this.demo.facts.platform.url), { headers: { Authorization: `Bearer ${this.token}` } });
    if (!answer.ok) throw new Error(`GET ${uri}: ${answer.status} ${await answer.text()}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** What a web phone registers with. @returns {Promise<any>} */
  provision() {
    return this.request('POST', '/restapi/v1.0/client-info/sip-provision', { sipInfo: [{ transport: 'WSS' }] });
  }

  /** Every text in this user's store. @returns {Promise<any[]>} */
  async texts() {
    return (await this.call('GET', '/message-store?messageType=SMS&perPage=1000')).records;
  }
}
