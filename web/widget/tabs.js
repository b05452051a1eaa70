// What every tab with this phone could tell the page around it, one of them
// tells: the one in front, if there is one. Tabs agree by two locks of the
// browser for each event. Who has the first one speaks, and keeps the others
// waiting until its page has surely heard; should the tab be closed meanwhile,
// the browser frees both locks and the next in the queue speaks. The second
// one says that it is told. A text may be told twice, and never not at all.
// @ts-check

/** How long tabs that nobody looks at leave the word to the one in front. */
const AFTER_YOU = 250;
/** A tab that is still there after this has been heard. */
const HEARD = 1000;
/** A tab that keeps the word longer hangs: the others go on without it. */
const PATIENCE = 5000;
/** The newest events that count as told, so that a tab that wakes up late says nothing again. */
const KEPT = 500;

/** @type {(() => void)[]} */
const holds = [];

/** @param {number} ms */
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Whether this tab is the one to tell of an event. It is asked once for each
 * event; asked again, the answer is no.
 * @param {string} eventId
 * @param {number} [afterYou] how long it leaves the word to the tab in front, in ms
 * @returns {Promise<boolean>}
 */
export async function claim(eventId, afterYou = AFTER_YOU) {
  if (!navigator.locks) return true;
  if (document.hidden) await after(afterYou);
  const name = `${document.body.dataset.key}-${eventId}`;
  return new Promise((resolve) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    navigator.locks
      .request(`oh-word-${name}`, { signal: patience.signal }, async () => {
        clearTimeout(timer);
        const mine = await first(`oh-told-${name}`);
        resolve(mine);
        if (mine) await after(HEARD);
      })
      // Refused with all storage, each tab speaks for itself.
      .catch(() => resolve(patience.signal.aborted ? first(`oh-told-${name}`) : true))
      .finally(() => clearTimeout(timer));
  });
}

/**
 * Takes a lock that nobody has, and keeps it.
 * @param {string} name
 * @returns {Promise<boolean>}
 */
function first(name) {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(Boolean(lock));
        if (lock) return new Promise((release) => hold(() => release(undefined)));
      })
      .catch(reject);
  });
}

/** @param {() => void} release */
function hold(release) {
  holds.push(release);
  if (holds.length > KEPT) holds.shift()?.();
}
