// Tells the page around the phone what its user does (enableAnalytics), by the
// names of contract/service.md 17. What was written, to whom, and which pages
// were looked at is not told. Loaded only where the page asks for it.
// @ts-check
import { host } from "./host.js";
import { currentPath, signedIn as known } from "./nav.js";

/** @param {string} event @param {Record<string, unknown>} [properties] */
const track = (event, properties = {}) => host.tell({ type: "rc-analytics-track", event, properties });

/** @param {string} type @param {(detail: any) => void} fn */
const on = (type, fn) => document.addEventListener(type, (e) => fn(/** @type {CustomEvent} */ (e).detail ?? {}));

// The end of a session is said by whoever hears of it first, and by others.
let here = known();
on("oh:session", ({ signedIn, hint, reason }) => {
  if (Boolean(signedIn) === here) return;
  here = Boolean(signedIn);
  if (signedIn && !hint) track("Authentication");
  if (!signedIn && ["signed-out", "everywhere"].includes(reason)) track("Logout");
});

/** @type {Record<string, string>} */
const TEXTS = { attempt: "SMS Attempt", sent: "SMS: SMS sent successfully", failed: "SMS: SMS sent failed" };
on("oh:texting", ({ state }) => track(TEXTS[state]));

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-text-to]") : null;
  if (at) track("Click to SMS", { interactionLocation: currentPath().startsWith("/contacts/") ? "Contact Details" : "" });
});
on("oh:drop", ({ event, ...properties }) => track(event, properties));
on("oh:drop-silence", ({ duration }) => track("Update voicemail drop silence duration", { duration }));
on("oh:service-saved", () => track("Save Third Party Setting Section"));
