// What every tab with this phone could tell the page around it, one of them
// tells: the one in front, if there is one. Tabs agree by a lock of the
// browser that bears the event's id; whoever gets it speaks.
// @ts-check

/** How long tabs that nobody looks at leave the word to the one in front. */
const AFTER_YOU = 250;
/** The newest events whose locks are kept, so that a tab that wakes up late says nothing again. */
const KEPT = 500;

/** @type {(() => void)[]} */
const holds = [];

/**
 * Whether this tab is the one to tell of an event. It is asked once for each
 * event; asked again, the answer is no.
 * @param {string} eventId
 * @returns {Promise<boolean>}
 */
export async function claim(eventId) {
  if (!navigator.locks) return true;
  if (document.hidden) await new Promise((resolve) => setTimeout(resolve, AFTER_YOU));
  return new Promise((resolve) => {
    navigator.locks
      .request(`oh-event-${document.body.dataset.key}-${eventId}`, { ifAvailable: true }, (lock) => {
        resolve(Boolean(lock));
        if (lock) return new Promise((release) => hold(() => release(undefined)));
      })
      .catch(() => resolve(true)); // where storage is refused, each tab speaks for itself
  });
}

/** @param {() => void} release */
function hold(release) {
  holds.push(release);
  if (holds.length > KEPT) holds.shift()?.();
}
