// Owns the picker of templates at the box that texts are written in: a chosen
// one goes where the cursor is, and what is written can be kept as another.
// @ts-check
import { open } from "./composer.js";
import { t } from "./lang.js";
import { announce } from "./nav.js";
import { Sheet } from "./sheet.js";

const sheet = new Sheet("sheet picker", t("Templates"));
/** The button that the picker belongs to. @type {HTMLElement | null} */
let opener = null;

/** @param {HTMLElement} at */
export async function toggle(at) {
  opener = at;
  if (await sheet.toggle(at, address())) focus();
}

/** The picker for whom the text at the box is for. */
function address() {
  const root = /** @type {HTMLElement | null | undefined} */ (opener?.closest("[data-panel]"));
  const to = root?.querySelectorAll(".chip") ?? [];
  const number = to.length === 1 && to[0] instanceof HTMLElement ? to[0].dataset.number : "";
  return `/panel/templates?${new URLSearchParams({ conversation: root?.dataset.conversation ?? "", number: number ?? "" })}`;
}

function focus() {
  const first = sheet.box.querySelector("[data-template], [name=displayName]");
  if (first instanceof HTMLElement) first.focus();
}

/** @returns {HTMLTextAreaElement | null | undefined} */
const field = () => opener?.closest("form")?.querySelector("textarea");

sheet.box.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-template], [data-delete]") : null;
  if (!(at instanceof HTMLElement)) return;
  const { template, delete: id } = at.dataset;
  if (id) return void remove(id);
  const to = field();
  sheet.close();
  if (!to || template === undefined) return;
  to.focus();
  const from = to.selectionStart;
  to.setRangeText(template, from, to.selectionEnd, "end");
  to.dispatchEvent(new Event("input", { bubbles: true }));
  // What could not be filled in is selected, so that typing replaces it.
  const gap = open(template);
  if (gap) to.setSelectionRange(from + gap.at, from + gap.at + gap.text.length);
});

/** @param {string} id */
async function remove(id) {
  if (!opener || !(await sheet.send(`/panel/templates/${encodeURIComponent(id)}/delete`, {}))) return;
  announce(t("Template deleted."));
  if (await sheet.fill(address(), opener)) focus();
}

// Up and down go through the list, as in any list of choices.
sheet.box.addEventListener("keydown", (e) => {
  const all = [...sheet.box.querySelectorAll("[data-template]")].filter((o) => o instanceof HTMLElement);
  const here = all.indexOf(/** @type {HTMLElement} */ (e.target));
  const to = here + ({ ArrowDown: 1, ArrowUp: -1 }[e.key] || 0);
  if (here < 0 || to === here) return;
  e.preventDefault();
  all[(to + all.length) % all.length].focus();
});

sheet.box.addEventListener("submit", async (e) => {
  e.preventDefault();
  const name = /** @type {HTMLInputElement} */ (sheet.box.querySelector("[name=displayName]")).value;
  if (!(await sheet.send("/panel/templates", { displayName: name, text: field()?.value ?? "" }))) return;
  sheet.close();
  field()?.focus();
  announce(t("Template kept."));
});
