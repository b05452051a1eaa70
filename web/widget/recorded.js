// Reads recorded sound that the page around the phone names: by a data address,
// or at an asset origin of the embed, which the policy of the phone's own page
// holds it to. Nothing of the user goes along.
// @ts-check

/** How long a file may take. */
const PATIENCE = 20_000;

/** Whether something is an address of sound. @param {unknown} uri */
export const sounds = (uri) =>
  typeof uri === "string" && (/^data:audio\/(mpeg|mp3|wav|wave|x-wav)[;,]/i.test(uri) || (/^https?:\/\//i.test(uri) && !/javascript/i.test(uri)));

/**
 * The bytes at an address; data addresses are read here, because a page's
 * policy forbids to fetch them.
 * @param {string} uri @param {number} most @returns {Promise<ArrayBuffer>}
 */
export async function load(uri, most) {
  if (/^data:/i.test(uri)) return inline(uri, most);
  const r = await fetch(uri, { credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(PATIENCE) });
  if (!r.ok || !r.body) throw new Error(String(r.status));
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  const reader = r.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if ((size += next.value.length) > most) {
      await reader.cancel();
      throw new Error("too-large");
    }
    parts.push(next.value);
  }
  return new Blob(/** @type {BlobPart[]} */ (parts)).arrayBuffer();
}

/** @param {string} uri @param {number} most @returns {ArrayBuffer} */
function inline(uri, most) {
  const comma = uri.indexOf(",");
  const body = uri.slice(comma + 1);
  const text = /;base64$/i.test(uri.slice(0, comma)) ? atob(body) : unescape(body);
  if (text.length > most) throw new Error("too-large");
  return Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer;
}
