// Knows how the user likes their phone, as the server tells it to every tab:
// at the start, and whenever they choose something anew. The theme and what
// Enter does take hold here; who sounds or listens to keys asks.
// @ts-check

/** @typedef {{theme?: string, enter?: string, sound?: string, volume?: string, keys?: string}} Preferences */

/** @type {Preferences} */
let known = {};

/** As they are now. */
export const preferences = () => known;

/** @param {Preferences} next */
function take(next) {
  known = next;
  const { documentElement: root, body } = document;
  if ((root.dataset.theme || "") !== (next.theme || "")) {
    // All at once: colours that fade each at its own pace flicker.
    root.dataset.turning = "";
    if (next.theme) root.dataset.theme = next.theme;
    else delete root.dataset.theme;
    void getComputedStyle(body).color;
    delete root.dataset.turning;
  }
  body.dataset.enter = next.enter || "send";
  document.dispatchEvent(new CustomEvent("oh:theme"));
}

document.addEventListener("oh:preferences", (e) => take(/** @type {CustomEvent<Preferences>} */ (e).detail));
// They are the user's, and not the next one's.
document.addEventListener("oh:session", (e) => /** @type {CustomEvent} */ (e).detail?.signedIn || take({}));
