// A small sheet over the page, beside the button that opens it: a popover
// with what the server draws. It closes by itself at a press elsewhere, at
// Escape, at the button again, and at sign-out.
// @ts-check
import { ask } from "./ask.js";
import { t } from "./lang.js";
import { rtl } from "./way.js";

const GAP = 6;

/** Puts a box below a button where there is room, else above. @param {HTMLElement} box @param {HTMLElement} at */
export function beside(box, at) {
  const [from, own] = [at.getBoundingClientRect(), box.getBoundingClientRect()];
  const below = from.bottom + GAP;
  const top = below + own.height + GAP <= innerHeight ? below : from.top - GAP - own.height;
  box.style.top = `${Math.max(GAP, Math.min(top, innerHeight - own.height - GAP))}px`;
  const start = rtl ? from.right - own.width : from.left;
  box.style.left = `${Math.max(GAP, Math.min(start, innerWidth - own.width - GAP))}px`;
}

export class Sheet {
  /** Whether the press that a click belongs to found it open: the press itself has closed it. */
  #wasOpen = false;

  /** @param {string} className @param {string} label */
  constructor(className, label) {
    const box = (this.box = document.createElement("div"));
    box.className = className;
    box.popover = "auto";
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", label);
    document.body.append(box);
    document.addEventListener("pointerdown", () => (this.#wasOpen = this.open), true);
    box.addEventListener("keydown", (e) => {
      if (e.key !== "Escape") return;
      e.preventDefault(); // it closes this, and leaves what is behind it
      this.close();
    });
    document.addEventListener("oh:session", (e) => /** @type {CustomEvent} */ (e).detail?.signedIn || this.close());
  }

  get open() {
    return this.box.matches(":popover-open");
  }

  close() {
    if (this.open) this.box.hidePopover();
  }

  /**
   * Opens beside a button with what the server has at a path, or closes.
   * @param {HTMLElement} at @param {string} path
   * @returns {Promise<boolean>} whether it is open now
   */
  async toggle(at, path) {
    const was = this.#wasOpen || this.open;
    this.#wasOpen = false;
    this.close();
    return !was && this.fill(path, at);
  }

  /** @param {string} path @param {HTMLElement} at */
  async fill(path, at) {
    const answer = await ask(path).catch(() => null);
    if (!answer?.ok) return false;
    this.box.innerHTML = await answer.text();
    if (!this.open) this.box.showPopover();
    beside(this.box, at);
    return true;
  }

  /**
   * Sends what was said here and closes when the server has taken it; else
   * its sentence stands in the sheet.
   * @param {string} path @param {Record<string, string>} what
   */
  async send(path, what) {
    if (this.box.getAttribute("aria-busy") === "true") return false;
    this.box.setAttribute("aria-busy", "true");
    const answer = await ask(path, { method: "POST", body: new URLSearchParams(what) }).catch(() => null);
    this.box.removeAttribute("aria-busy");
    if (answer?.ok) return true;
    const failed = this.box.querySelector("[role=alert]");
    if (failed instanceof HTMLElement) {
      failed.textContent = (answer && (await answer.text()).trim()) || t("The phone cannot be reached right now. Try again in a moment.");
      failed.hidden = false;
    }
    return false;
  }
}
