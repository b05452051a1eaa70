// Brings the comboboxes of forms to life (ARIA APG, with a list of entries
// that is narrowed while somebody types). Free words count as well; where
// several may be chosen, they become chips.
// @ts-check
import { t } from "./lang.js";
import { announce } from "./nav.js";

/** @param {EventTarget | null} target */
const comboOf = (target) => (target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("[data-combo]")) : null);
/** @param {HTMLElement} combo */
const field = (combo) => /** @type {HTMLInputElement} */ (combo.querySelector("[role=combobox]"));
/** @param {HTMLElement} combo */
const list = (combo) => /** @type {HTMLElement} */ (combo.querySelector("[role=listbox]"));
/** @param {HTMLElement} combo */
const shown = (combo) => /** @type {HTMLElement[]} */ ([...combo.querySelectorAll("[role=option]:not([hidden])")]);
/** @param {HTMLElement} combo */
const several = (combo) => combo.hasAttribute("data-multiple");

/** @param {HTMLElement} combo */
function narrow(combo) {
  const chosen = new Set([...combo.querySelectorAll(".chip")].map((c) => c.getAttribute("data-value")));
  const typed = field(combo).value.trim().toLowerCase();
  // What stands there in full was chosen before; all others are offered, too.
  const whole = !several(combo) && [...combo.querySelectorAll("[role=option]")].some((o) => o.getAttribute("data-label")?.toLowerCase() === typed);
  for (const o of /** @type {NodeListOf<HTMLElement>} */ (combo.querySelectorAll("[role=option]"))) {
    o.hidden = chosen.has(o.dataset.value ?? "") || (!whole && !(o.textContent ?? "").toLowerCase().includes(typed));
  }
  show(combo, shown(combo).length > 0);
}

/** @param {HTMLElement} combo @param {boolean} open */
function show(combo, open) {
  list(combo).hidden = !open;
  field(combo).setAttribute("aria-expanded", String(open));
  if (!open) move(combo, -1);
}

/** @param {HTMLElement} combo @param {number} to */
function move(combo, to) {
  const all = shown(combo);
  const i = all.length ? (to + all.length) % all.length : -1;
  for (const o of combo.querySelectorAll("[role=option]")) o.setAttribute("aria-selected", String(to >= 0 && o === all[i]));
  if (to < 0 || !all[i]) return field(combo).removeAttribute("aria-activedescendant");
  field(combo).setAttribute("aria-activedescendant", all[i].id);
  const [view, row] = [list(combo).getBoundingClientRect(), all[i].getBoundingClientRect()];
  if (row.top < view.top) list(combo).scrollTop -= view.top - row.top;
  else if (row.bottom > view.bottom) list(combo).scrollTop += row.bottom - view.bottom;
}

/** @param {HTMLElement} combo */
const active = (combo) => shown(combo).findIndex((o) => o.getAttribute("aria-selected") === "true");

/** Says what was chosen to the form. @param {HTMLElement} combo */
const tell = (combo) => combo.dispatchEvent(new Event("input", { bubbles: true }));

/** @param {HTMLElement} combo @param {string} value @param {string} label */
function choose(combo, value, label) {
  if (several(combo)) {
    chip(combo, value, label);
    field(combo).value = "";
  } else field(combo).value = label;
  tell(combo);
  show(combo, false);
}

/** @param {HTMLElement} combo @param {string} value @param {string} label */
function chip(combo, value, label) {
  const chips = /** @type {HTMLElement} */ (combo.querySelector(".form__chips"));
  if ([...chips.children].some((c) => c.getAttribute("data-value") === value)) return;
  const template = /** @type {HTMLTemplateElement} */ (combo.querySelector("template"));
  const li = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (template.content.firstElementChild).cloneNode(true));
  li.dataset.value = value;
  /** @type {HTMLElement} */ (li.querySelector("bdi")).textContent = label;
  li.querySelector("button")?.setAttribute("aria-label", t("Remove {0}", label));
  chips.append(li);
  chips.hidden = false;
  announce(t("{0} added", label));
}

/** @param {HTMLElement} combo */
function words(combo) {
  const typed = field(combo).value.trim();
  if (several(combo) && typed) choose(combo, JSON.stringify(typed), typed);
}

/** @param {HTMLElement} combo @param {Element} li */
function remove(combo, li) {
  const label = li.querySelector("bdi")?.textContent;
  li.remove();
  const chips = /** @type {HTMLElement} */ (combo.querySelector(".form__chips"));
  chips.hidden = !chips.children.length;
  announce(t("{0} removed", label));
  tell(combo);
  field(combo).focus();
}

/** @param {KeyboardEvent} e @param {HTMLElement} combo */
function key(e, combo) {
  const open = !list(combo).hidden;
  switch (e.key) {
    case "ArrowDown":
    case "ArrowUp": {
      e.preventDefault();
      if (!open) narrow(combo);
      const from = active(combo);
      return move(combo, e.key === "ArrowDown" ? from + 1 : from < 0 ? -1 + shown(combo).length : from - 1 + shown(combo).length);
    }
    case "Enter": {
      const o = shown(combo)[active(combo)];
      if (!o && !several(combo)) return; // the form's own Enter
      e.preventDefault();
      return o ? choose(combo, o.dataset.value ?? "", o.dataset.label ?? "") : words(combo);
    }
    case "Escape":
      if (!open) return;
      e.preventDefault();
      return show(combo, false);
    case "Backspace": {
      const last = combo.querySelector(".chip:last-child");
      if (!field(combo).value && last) remove(combo, last);
    }
  }
}

document.addEventListener("keydown", (e) => {
  const combo = comboOf(e.target);
  if (combo && e.target === field(combo) && !e.isComposing) key(e, combo);
});
document.addEventListener("input", (e) => {
  const combo = comboOf(e.target);
  if (combo && e.target === field(combo)) narrow(combo);
});
document.addEventListener("oh:offer", (e) => {
  const combo = comboOf(e.target);
  if (combo) narrow(combo);
});
// The list must not take the focus: the field keeps the keyboard.
document.addEventListener("mousedown", (e) => {
  if (e.target instanceof Element && e.target.closest("[data-combo] [role=listbox]")) e.preventDefault();
});
document.addEventListener("click", (e) => {
  const combo = comboOf(e.target);
  const target = /** @type {Element} */ (e.target);
  if (!combo) return;
  const o = target.closest("[role=option]");
  const gone = target.closest("[data-unpick]")?.closest(".chip");
  if (o instanceof HTMLElement) choose(combo, o.dataset.value ?? "", o.dataset.label ?? "");
  else if (gone) remove(combo, gone);
  else if (target === field(combo) && !field(combo).readOnly) narrow(combo);
});
document.addEventListener("focusout", (e) => {
  const combo = comboOf(e.target);
  if (!combo || (e.relatedTarget instanceof Node && combo.contains(e.relatedTarget))) return;
  words(combo);
  show(combo, false);
});
