// The menu of one message: copying its words, deleting it.
// @ts-check
import { t } from "./lang.js";
import { alert, announce } from "./nav.js";
import { beside } from "./sheet.js";
import { remove } from "./tidy.js";

const NO_CLIPBOARD = t("This page may not use the clipboard. Select the words and copy them.");

/** @type {HTMLElement | null} */
let of = null;

const box = document.createElement("div");
box.className = "sheet menu";
box.popover = "auto";
box.setAttribute("role", "menu");
box.setAttribute("aria-label", t("Message options"));
document.body.append(box);

/** @param {string} label @param {(at: HTMLElement) => unknown} act */
function item(label, act) {
  const b = document.createElement("button");
  b.type = "button";
  b.className = "menu__item";
  b.setAttribute("role", "menuitem");
  b.textContent = label;
  b.addEventListener("click", () => {
    const at = of;
    box.hidePopover();
    if (at) void act(at);
  });
  return b;
}

/** The words of a message, where it has some. @param {HTMLElement} at */
const words = (at) => at.closest(".msg")?.querySelector(".msg__bubble")?.textContent || "";

const copy = item(t("Copy text"), async (at) => {
  try {
    await navigator.clipboard.writeText(words(at));
    announce(t("Text copied"));
  } catch {
    alert(NO_CLIPBOARD);
  }
});
box.append(copy, item(t("Delete message"), (at) => remove({ messages: [at.dataset.message || ""] })));

box.addEventListener("keydown", (e) => {
  const items = /** @type {HTMLElement[]} */ ([...box.querySelectorAll("button:not([hidden])")]);
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (e.key === "Escape") {
    e.preventDefault(); // it closes this, and leaves what is behind it
    box.hidePopover();
  } else if (step) {
    e.preventDefault();
    const now = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    items[(now + step + items.length) % items.length].focus();
  }
});
box.addEventListener("toggle", (e) => {
  if (/** @type {ToggleEvent} */ (e).newState === "closed") of?.removeAttribute("aria-expanded");
});
for (const type of ["oh:leave", "oh:session"]) document.addEventListener(type, () => box.matches(":popover-open") && box.hidePopover());

/** Opens beside the button of a message. @param {HTMLElement} at */
export function toggle(at) {
  of = at;
  copy.hidden = !words(at);
  box.showPopover();
  at.setAttribute("aria-expanded", "true");
  beside(box, at);
  /** @type {HTMLElement} */ (box.querySelector("button:not([hidden])")).focus();
}
