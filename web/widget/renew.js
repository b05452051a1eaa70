// Keeps an implicit sign-in alive, which lasts an hour and cannot be renewed
// by the server: while somebody uses the phone, a hidden frame asks the
// platform again without showing a page (prompt=none), where the browser lets
// it. Where it does not, the hour ends with a sentence and Sign In.
// @ts-check
import { recall, remember } from "./memory.js";
import { renew } from "./signin.js";

const MINUTE = 60_000;
const every = 40 * MINUTE; // well before the hour is over

let used = Date.now();
for (const type of ["pointerdown", "keydown"]) {
  addEventListener(type, () => (used = Date.now()), { capture: true, passive: true });
}

/**
 * Whether it is time: the token is old, and somebody was here since.
 * @param {number} now @param {number} last when the token came @param {number} active when somebody was here
 */
export const due = (now, last, active) => now - last >= every && active > last;

/** When the token came; a page that does not know takes it for old. */
const last = () => Number(recall("renewed")) || 0;

async function look() {
  if (document.body.dataset.signedIn !== "true" || !due(Date.now(), last(), used)) return;
  remember("renewed", String(Date.now()));
  await renew();
}

document.addEventListener("oh:session", (e) => {
  const { signedIn, hint } = /** @type {CustomEvent} */ (e).detail ?? {};
  if (signedIn && !hint) remember("renewed", String(Date.now()));
});
setInterval(look, MINUTE);
look();
