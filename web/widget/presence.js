// Owns the menu in which the user says whether they can be reached: a popover
// below their face, with the keys of a menu, and a line for a message. What is
// said counts when the server has answered; until then nothing changes.
// @ts-check
import { ask } from "./ask.js";
import { announce } from "./nav.js";

const GAP = 6;

const sheet = document.createElement("div");
sheet.className = "presence";
sheet.popover = "auto";
sheet.setAttribute("role", "dialog");
sheet.setAttribute("aria-label", "Your status");
document.body.append(sheet);

/** Whether the press that a click belongs to found the menu open: the press itself has closed it. */
let wasOpen = false;
document.addEventListener("pointerdown", () => (wasOpen = sheet.matches(":popover-open")), true);

/** Opens the menu below a face, or closes it. @param {HTMLElement} at */
export async function toggle(at) {
  if (wasOpen || sheet.matches(":popover-open")) {
    wasOpen = false;
    return sheet.hidePopover();
  }
  const answer = await ask("/panel/presence").catch(() => null);
  if (!answer?.ok) return;
  sheet.innerHTML = await answer.text();
  sheet.showPopover();
  place(at);
  (checked() || choices()[0])?.focus();
}

/** @param {HTMLElement} at */
function place(at) {
  const [from, own] = [at.getBoundingClientRect(), sheet.getBoundingClientRect()];
  sheet.style.top = `${Math.max(GAP, Math.min(from.bottom + GAP, innerHeight - own.height - GAP))}px`;
  sheet.style.left = `${Math.max(GAP, Math.min(from.left, innerWidth - own.width - GAP))}px`;
}

/** @returns {HTMLElement[]} */
const choices = () => [...sheet.querySelectorAll("[role=menuitemradio]")].filter((o) => o instanceof HTMLElement);
const checked = () => choices().find((o) => o.getAttribute("aria-checked") === "true");

sheet.addEventListener("keydown", (e) => {
  if (e.key === "Escape") {
    e.preventDefault(); // it closes this, and leaves what is behind it
    return sheet.hidePopover();
  }
  const all = choices();
  const here = all.indexOf(/** @type {HTMLElement} */ (e.target));
  if (here < 0) return;
  const to = { ArrowDown: here + 1, ArrowUp: here - 1 + all.length, Home: 0, End: all.length - 1 }[e.key];
  if (to === undefined) return;
  e.preventDefault();
  all[to % all.length].focus();
});

sheet.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[role=menuitemradio]") : null;
  if (!(at instanceof HTMLElement)) return;
  const { user = "", dnd = "" } = at.dataset;
  void say({ userStatus: user, dndStatus: dnd });
});

sheet.addEventListener("submit", (e) => {
  e.preventDefault();
  void say({ message: /** @type {HTMLInputElement} */ (sheet.querySelector("[name=message]")).value.trim() });
});

/** @param {Record<string, string>} what */
async function say(what) {
  if (sheet.getAttribute("aria-busy") === "true") return;
  sheet.setAttribute("aria-busy", "true");
  const answer = await ask("/panel/presence", { method: "POST", body: new URLSearchParams(what) }).catch(() => null);
  sheet.removeAttribute("aria-busy");
  if (answer?.ok) {
    sheet.hidePopover();
    return announce("Your status has changed.");
  }
  const failed = /** @type {HTMLElement} */ (sheet.querySelector("[role=alert]"));
  failed.textContent = (answer && (await answer.text()).trim()) || "The phone cannot be reached right now. Try again in a moment.";
  failed.hidden = false;
}

document.addEventListener("oh:session", (e) => {
  if (!(/** @type {CustomEvent} */ (e).detail?.signedIn)) sheet.hidePopover();
});
