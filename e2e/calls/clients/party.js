// What the pages of all web phones have in common: they tell what happens to
// them as words, and a test waits for a word. Words never go away, so that a
// test which looks late has missed nothing.

/** @type {{word: string, detail: string}[]} */
const told = [];
/** @type {Set<() => void>} */
const waiting = new Set();

/**
 * Says that something has happened: registered, unregistered, incoming,
 * accepted, ended, failed, held, resumed, moved.
 * @param {string} word @param {unknown} [detail]
 */
export function tell(word, detail = '') {
  told.push({ word, detail: String(detail) });
  for (const look of waiting) look();
}

/** Waits until a word was told as often as that. @param {string} word @param {number} [times] @returns {Promise<string>} its detail */
function hearOf(word, times = 1) {
  return new Promise((resolve) => {
    const look = () => {
      const found = told.filter((t) => t.word === word)[times - 1];
      if (!found) return;
      waiting.delete(look);
      resolve(found.detail);
    };
    waiting.add(look);
    look();
  });
}

/**
 * Makes a phone's verbs what tests may call. Each page has one phone, whose
 * `call` is the one that the other verbs are about.
 * @param {(options: any) => Record<string, (...args: any[]) => unknown>} connect
 */
export function offer(connect) {
  const w = /** @type {any} */ (window);
  w.__party = { told: () => told.map(({ word, detail }) => (detail ? `${word} (${detail})` : word)), hearOf, connect: (/** @type {any} */ options) => (w.__phone = connect(options)) };
}

/** How a client asks for the microphone. */
export const audioOnly = { audio: true, video: false };
