// What the judges know of the demo server that runs for them.

/** @type {import('../lib/demo.js').Facts} */
export const facts = JSON.parse(process.env.OFFHOOK_DEMO ?? '{}');

/** The public client, which must prove possession of its code by PKCE. */
export const publicApp = facts.apps?.[0];

/** The confidential client, which has a secret. */
export const confidentialApp = facts.apps?.[1];

/** The app that signs its requests with a key pair of its own. */
export const signer = /** @type {import('./signer.js').Signer} */ (/** @type {any} */ (facts).signer);

/** The app for JWT credentials, and Ada, who has one. */
export const jwtApp = facts.apps?.find((app) => app.clientId === 'offhook-demo-jwt');
export const ada = facts.users?.find((user) => user.jwt);

/** Nora and Otto, two users that nobody else uses. */
export const [nora, otto] = facts.users ?? [];

/**
 * A call queue and its two members, whom nobody else uses.
 * @type {{phoneNumber: string, extensionId: number, members: {username: string, password: string, name: string, extensionId: number}[]}}
 */
export const queue = /** @type {any} */ (facts).queue;

/** A redirect URI of the app; nothing listens for the answer, it is read from the redirect. */
export const redirectUri = publicApp?.redirectUris[0];
