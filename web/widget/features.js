// Hides what the page around the phone does not want to be there. Each call
// replaces the one before; what it does not name is shown, unless the phone's
// own address has taken it away.
// @ts-check
import { currentPath, navigate } from "./nav.js";

const NAMES = ["text", "voicemail", "fax", "contacts", "recordings"];
/** What only the address takes away. */
const FIXED = ["history", "calls"];

/** @param {Record<string, any>} flags */
export function set(flags) {
  const without = (document.body.dataset.without ?? "").split(" ");
  const hidden = NAMES.filter((name) => flags[name] === false || without.includes(name)).concat(FIXED.filter((name) => without.includes(name)));
  document.body.dataset.hide = hidden.join(" ");
  // Whoever stands where nothing is any more goes on; nav.js knows where to.
  return navigate(currentPath(), { replace: true });
}
