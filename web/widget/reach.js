// Owns the dots and words that say whether a colleague can be reached: an
// event of the socket changes them where they stand, without a question to
// the server.
// @ts-check
import { t } from "./lang.js";

/** @type {Record<string, string>} */
const words = { available: t("Available"), busy: t("Busy"), dnd: t("Do not disturb"), offline: t("Offline") };

/** @param {{id: string, reach: string}} told @param {ParentNode} [within] */
export function show({ id, reach }, within = document) {
  for (const at of within.querySelectorAll(`[data-ext="${CSS.escape(id)}"]`)) {
    if (!(at instanceof HTMLElement)) continue;
    // Whole sentences come from the server, with the message.
    if ("fresh" in at.dataset) at.dispatchEvent(new CustomEvent("oh:fresh"));
    else if ("word" in at.dataset) at.textContent = words[reach] || "";
    else at.dataset.reach = reach;
  }
}

// A picture that does not come leaves the initials; errors of pictures do not bubble.
document.addEventListener(
  "error",
  (e) => {
    const at = e.target;
    if (at instanceof HTMLImageElement && at.matches(".face__picture")) void import("./portraits.js").then(({ failed }) => failed(at));
  },
  true,
);
document.addEventListener("oh:presence", (e) => show(/** @type {CustomEvent} */ (e).detail));

// What opens beside a button is loaded when it is asked for: the menu of one's
// own status, and the picker of templates.
document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-presence], [data-templates]") : null;
  if (!(at instanceof HTMLElement)) return;
  const module = "presence" in at.dataset ? import("./presence.js") : import("./templates.js");
  void module.then(({ toggle }) => toggle(at));
});
