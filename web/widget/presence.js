// Owns the menu in which the user says whether they can be reached: a sheet
// below their face, with the keys of a menu, and a line for a message. What is
// said counts when the server has answered; until then nothing changes.
// @ts-check
import { t } from "./lang.js";
import { announce } from "./nav.js";
import { Sheet } from "./sheet.js";

const sheet = new Sheet("sheet presence", t("Your status"));

/** Opens the menu below a face, or closes it. @param {HTMLElement} at */
export async function toggle(at) {
  if (await sheet.toggle(at, "/panel/presence")) (choices().find((o) => o.getAttribute("aria-checked") === "true") || choices()[0])?.focus();
}

/** @returns {HTMLElement[]} */
const choices = () => [...sheet.box.querySelectorAll("[role=menuitemradio]")].filter((o) => o instanceof HTMLElement);

sheet.box.addEventListener("keydown", (e) => {
  const all = choices();
  const here = all.indexOf(/** @type {HTMLElement} */ (e.target));
  if (here < 0) return;
  const to = { ArrowDown: here + 1, ArrowUp: here - 1 + all.length, Home: 0, End: all.length - 1 }[e.key];
  if (to === undefined) return;
  e.preventDefault();
  all[to % all.length].focus();
});

sheet.box.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[role=menuitemradio]") : null;
  if (!(at instanceof HTMLElement)) return;
  const { user = "", dnd = "" } = at.dataset;
  void say({ userStatus: user, dndStatus: dnd });
});

sheet.box.addEventListener("submit", (e) => {
  e.preventDefault();
  void say({ message: /** @type {HTMLInputElement} */ (sheet.box.querySelector("[name=message]")).value.trim() });
});

/** @param {Record<string, string>} what */
async function say(what) {
  if (!(await sheet.send("/panel/presence", what))) return;
  sheet.close();
  announce(t("Your status has changed."));
}
