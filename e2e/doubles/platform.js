// A double of a faulty platform: shaped like RingCentral's at the addresses
// that a sign-in asks, and wrong in one way for each client id. There is no
// page to sign in at: whoever comes is sent back at once.

import { createServer } from 'node:http';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */

/**
 * What goes wrong, by client id. A double answers a step of the sign-in in
 * place of the platform that is in order.
 * @typedef {{authorize?: (url: URL, res: Response) => void, token?: (res: Response, self: string) => void}} Fault
 */

/** The client ids, with their faults. @type {Record<string, Fault>} */
const faults = {
  'in-order': {},
  'other-issuer': { authorize: (url, res) => back(url, res, { iss: 'https://elsewhere.example' }) },
  'no-issuer': { authorize: (url, res) => back(url, res, { iss: '' }) },
  'refuses': { authorize: (url, res) => back(url, res, { code: '', error: 'access_denied', error_description: 'call 555 now' }) },
  'spins': { authorize: (url, res) => res.writeHead(302, { Location: url.href }).end() },
  'unknown-app': { token: (res) => json(res, 401, { error: 'invalid_client', error_description: 'call 555 now' }) },
  'old-code': { token: (res) => json(res, 400, { error: 'invalid_grant' }) },
  'breaks': { token: (res) => json(res, 500, {}) },
  'babbles': { token: (res) => res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"access_token": ') },
  'anonymous': { token: (res) => json(res, 200, { access_token: 'somebody', token_type: 'bearer', expires_in: 3600 }) },
  'circles': { token: (res, self) => res.writeHead(307, { Location: `${self}/restapi/oauth/token` }).end() },
  'silent': { token: () => undefined }, // it never answers
};

/** @type {string[]} */
export const clientIds = Object.keys(faults);

/**
 * Sends the browser back with an answer; what is empty is left out.
 * @param {URL} url @param {Response} res @param {Record<string, string>} changes
 */
function back(url, res, changes) {
  const to = new URL(url.searchParams.get('redirect_uri') ?? '');
  const answer = { code: 'a-code', state: url.searchParams.get('state') ?? '', iss: url.origin, ...changes };
  for (const [name, value] of Object.entries(answer)) {
    if (value) to.searchParams.set(name, value);
  }
  res.writeHead(302, { Location: to.href }).end();
}

/** @param {Response} res @param {number} status @param {object} body */
function json(res, status, body) {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

/** One running double. */
export class FaultyPlatform {
  origin = '';
  /** How often each client's code was redeemed. @type {Record<string, number>} */ exchanges = {};
  #server = createServer((req, res) => void this.#answer(req, res));

  static async start() {
    const platform = new FaultyPlatform();
    await new Promise((resolve) => platform.#server.listen(0, '127.0.0.2', () => resolve(undefined)));
    platform.origin = `http://127.0.0.2:${/** @type {import('node:net').AddressInfo} */ (platform.#server.address()).port}`;
    return platform;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** @param {Request} req @param {Response} res */
  async #answer(req, res) {
    const url = new URL(req.url ?? '/', this.origin);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(res, 200, { issuer: this.origin, authorization_response_iss_parameter_supported: true });
      case '/restapi/oauth/authorize': {
        const fault = faults[url.searchParams.get('client_id') ?? ''];
        return fault.authorize ? fault.authorize(url, res) : back(url, res, {});
      }
      case '/restapi/oauth/token':
        return this.#token(String(new URLSearchParams(await text(req)).get('client_id')), res);
      case '/restapi/v1.0/account/~/extension/~':
        return json(res, 200, { id: 101, extensionNumber: '101', name: 'Dora Double' });
      default:
        return json(res, 404, { errorCode: 'CMN-102', message: 'Not found' });
    }
  }

  /** @param {string} clientId @param {Response} res */
  #token(clientId, res) {
    this.exchanges[clientId] = (this.exchanges[clientId] ?? 0) + 1;
    const { token } = faults[clientId] ?? {};
    if (token) return token(res, this.origin);
    return json(res, 200, {
      access_token: 'an-access-token', refresh_token: 'a-refresh-token', token_type: 'bearer', expires_in: 3600, refresh_token_expires_in: 604800,
      scope: 'ReadAccounts ReadMessages SMS', owner_id: '101', endpoint_id: 'e',
    });
  }
}

/** @param {Request} req */
async function text(req) {
  let body = '';
  for await (const chunk of req) body += chunk;
  return body;
}
