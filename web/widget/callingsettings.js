// The page of calling: whether calls ring in this browser, which it keeps
// itself, and the numbers that calls go on to. What else is chosen there is
// the server's (settings.js).
// @ts-check
import { recall, remember } from "./memory.js";

/** @param {HTMLElement} root */
function draw(root) {
  const here = root.querySelector("[data-ring-here]");
  if (here instanceof HTMLInputElement) here.checked = recall("ring") !== "off";
}

/** @param {Event} e */
function chosen(e) {
  const at = e.target;
  if (!(at instanceof HTMLInputElement)) return;
  if ("ringHere" in at.dataset) return remember("ring", at.checked ? "" : "off");
  if (!at.dataset.needs) return;
  // A number first: it is kept together with the choice.
  const form = document.getElementById(at.dataset.needs);
  if (!form) return;
  form.hidden = false;
  /** @type {HTMLElement | null} */ (form.querySelector(".field"))?.focus();
}

/** @param {HTMLElement} root */
export function begin(root) {
  root.addEventListener("change", chosen);
  root.addEventListener("htmx:after:swap", () => draw(root));
  draw(root);
}
