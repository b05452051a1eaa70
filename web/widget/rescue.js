// Keeps, in memory, what somebody was writing when their session ended, and
// gives it to the server again when the same person signs in here. Whoever
// else signs in finds nothing of it.
// @ts-check
import { ask } from "./ask.js";

/** @type {Map<string, string>} the address of a draft, and its text */
const kept = new Map();
let whose = "";
let user = "";

/**
 * The server did not take this draft, because nobody is signed in any more.
 * @param {string} path @param {string} text
 */
export function rescue(path, text) {
  if (whose !== user) kept.clear();
  whose = user;
  if (whose && text) kept.set(path, text);
}

document.addEventListener("oh:user", (e) => void back(/** @type {CustomEvent} */ (e).detail.user));

/** @param {string} now who is signed in */
async function back(now) {
  user = now;
  const drafts = [...kept];
  kept.clear();
  if (whose !== user) return;
  for (const [path, text] of drafts) {
    const answer = await ask(path, { method: "POST", body: new URLSearchParams({ text }) }).catch(() => null);
    if (!answer?.ok) rescue(path, text);
  }
}
