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
 * The server has not taken this draft, because nobody is signed in any more.
 * @param {string} path @param {string} text
 */
export function rescue(path, text) {
  if (whose !== user) kept.clear();
  whose = user;
  if (whose && text) kept.set(path, merged(kept.get(path) || "", text));
}

/**
 * What keeps both: one is mostly an earlier state of the other.
 * @param {string} before @param {string} text
 */
export function merged(before, text) {
  if (text.includes(before)) return text;
  return before.includes(text) ? before : `${text}\n${before}`;
}

document.addEventListener("oh:user", (e) => void back(/** @type {CustomEvent} */ (e).detail.user));

/** @param {string} now who is signed in */
async function back(now) {
  user = now;
  const drafts = [...kept];
  kept.clear();
  if (whose !== user) return;
  for (const [path, text] of drafts) {
    try {
      const draft = await ask(path);
      if (!draft.ok) throw new Error(`the draft was answered ${draft.status}`);
      const body = new URLSearchParams({ text: merged(await draft.text(), text) });
      const answer = await ask(path, { method: "POST", body });
      if (!answer.ok) throw new Error(`the draft was refused with ${answer.status}`);
    } catch {
      rescue(path, text); // until the next welcome
    }
  }
}
