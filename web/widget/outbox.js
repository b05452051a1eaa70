// Owns what was sent and not yet taken by the server: each text has an id of
// its own, is offered again until it is taken, and in the order of writing.
// The server sends the same id once, however often it is offered.
// @ts-check
import { ask, session } from "./ask.js";
import { t } from "./lang.js";
import { rescue } from "./rescue.js";

/** How long the server may think about a text. */
const PATIENCE = 20_000;

/** @typedef {{id: string, conversation: string, text: string, files: import("./attach.js").Added[], state: "sending" | "failed", sentence: string}} Item */

/** @type {Map<string, Item>} */
const items = new Map();
let busy = false;
let failures = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** A fresh id; also on hosts without a secure context. @returns {string} */
export function newID() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What waits in a conversation, oldest first. @param {(conversation: string) => boolean} here @returns {Item[]} */
export const waiting = (here) => [...items.values()].filter((i) => here(i.conversation));

/** Where the draft of a conversation is kept. @param {string} conversation */
export const draftOf = (conversation) => `/panel/conversations/${encodeURIComponent(conversation)}/draft`;

/** @param {string} conversation @param {string} text @param {import("./attach.js").Added[]} [files] @returns {Item} */
export function put(conversation, text, files = []) {
  /** @type {Item} */
  const item = { id: newID(), conversation, text, files, state: "sending", sentence: "" };
  items.set(item.id, item);
  void run();
  return item;
}

/** Offers a refused text again. @param {string} id */
export function again(id) {
  const item = items.get(id);
  if (!item) return;
  item.state = "sending";
  item.files = item.files.filter((f) => !f.refused); // it has been said why
  told(item);
  void run();
}

/** How many texts are on their way to the server. */
export const pending = () => [...items.values()].filter((i) => i.state === "sending").length;

/** Forgets everything: its user wants it so. */
export const forgetAll = () => items.clear();

/** Forgets a refused text, and what was to go with it. @param {string} id */
export function discard(id) {
  for (const f of items.get(id)?.files ?? []) void ask(`/panel/files/${encodeURIComponent(f.id)}/delete`, { method: "POST" }).catch(() => {});
  items.delete(id);
}

/** Whether a file goes with a text that the server has not taken yet. @param {string} id */
export const given = (id) => [...items.values()].some((i) => i.files.some((f) => f.id === id));

/** @param {Item} item @param {boolean} [taken] */
const told = (item, taken = false) => document.dispatchEvent(new CustomEvent("oh:outbox", { detail: { item, taken } }));

/**
 * Posts a text. Resolves to the conversation's id, or throws a sentence; a
 * sentence with `again` is worth another try by itself.
 * @param {string} path @param {URLSearchParams} body @returns {Promise<string>}
 */
export async function post(path, body) {
  const id = body.get("id") ?? "";
  if (!trying.has(id)) texting("attempt", id);
  trying.add(id);
  document.dispatchEvent(new CustomEvent("oh:offer", { detail: { path, body } })); // who times the typing adds it
  try {
    const conversation = await offer(path, body);
    texting("sent", id);
    trying.delete(id);
    return conversation;
  } catch (e) {
    if (/** @type {{again?: boolean}} */ (e).again) throw e;
    texting("failed", id);
    trying.delete(id);
    throw e;
  }
}

/** The texts that were tried and have no answer yet. @type {Set<string>} */
const trying = new Set();
/** @param {"attempt" | "sent" | "failed"} state @param {string} id */
const texting = (state, id) => document.dispatchEvent(new CustomEvent("oh:texting", { detail: { state, id } }));

/** @param {string} path @param {URLSearchParams} body @returns {Promise<string>} */
async function offer(path, body) {
  const ends = session();
  // A server that restarted may not know any more that the page wants to be asked.
  if (document.body.dataset.guarded) body.set("guarded", "1");
  let r;
  try {
    // An id makes a text safe to offer again, also where the first one arrived.
    r = await ask(path, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    throw Object.assign(new Error(t("There is no connection right now.")), { again: true });
  }
  // The page's application must be asked first whether these people may be texted.
  if (r.headers?.get("X-Offhook-Guard")) {
    const { mayText } = await import("./guard.js");
    body.set("checked", await mayText(await r.json(), ends));
    return offer(path, body);
  }
  if (r.ok) return (await r.json()).conversation;
  const sentence = (await r.text()).trim();
  if (r.status === 401) rescue(`${path.replace(/\/messages$/, "")}/draft`, body.get("text") || "");
  throw Object.assign(new Error(sentence), { again: r.status >= 500 || r.status === 429 });
}

/** @param {Item} item */
function fields({ id, text, files }) {
  const body = new URLSearchParams({ id, text });
  for (const f of files) body.append("file", f.id);
  return body;
}

async function run() {
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  try {
    for (;;) {
      const item = [...items.values()].find((i) => i.state === "sending");
      if (!item) return;
      const path = `/panel/conversations/${encodeURIComponent(item.conversation)}/messages`;
      try {
        // Its files must be there before the text that goes with them.
        await Promise.all(item.files.map((f) => f.ready));
        await post(path, fields(item));
        failures = 0;
        items.delete(item.id);
        told(item, true);
      } catch (e) {
        const problem = /** @type {Error & {again?: boolean}} */ (e);
        if (problem.again) {
          timer = setTimeout(run, Math.min(10_000, 500 * 2 ** failures++));
          return;
        }
        item.state = "failed";
        item.sentence = problem.message;
        told(item);
      }
    }
  } finally {
    busy = false;
  }
}

document.addEventListener("oh:online", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.online) void run();
});
window.addEventListener("online", () => void run());
// What waited when the session ended is what its user has written: a draft.
document.addEventListener("oh:session", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.signedIn) return;
  for (const { conversation } of items.values()) {
    rescue(draftOf(conversation), waiting((id) => id === conversation).map((i) => i.text).filter(Boolean).join("\n"));
  }
  items.clear();
});
