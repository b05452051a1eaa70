// An app of the demo that has a key pair instead of a secret: the public half
// is registered by the command that a developer would use.

import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };

/**
 * @typedef {{app: import('../lib/demo.js').App, jwk: import('node:crypto').webcrypto.JsonWebKey, kid: string}} Signer
 */

/**
 * @param {import('../lib/demo.js').Demo} demo
 * @returns {Promise<Signer>}
 */
export async function newSigner(demo) {
  const pair = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const file = path.join(demo.dir, '..', 'jwks.json');
  const kid = 'judge-1';
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', pair.publicKey);
  writeFileSync(file, JSON.stringify({ keys: [{ kty, crv, x, y, kid, use: 'sig', alg: 'ES256' }] }));
  const app = await demo.command(
    'app', 'add', '--name', 'Signer', '--jwks-file', file, '--redirect-uri', demo.facts.apps[0].redirectUris[0],
    '--grant', 'authorization_code', '--grant', 'refresh_token', '--grant', 'jwt',
  );
  return { app, jwk: await webcrypto.subtle.exportKey('jwk', pair.privateKey), kid };
}

/** @param {Signer} signer */
export async function privateKey({ jwk, kid }) {
  return { key: await webcrypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']), kid };
}
