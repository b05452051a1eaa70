// Owns the page to call from: its field, which takes names as well as
// numbers, the keys, whom it offers, and which number callees see.
// @ts-check
import { dialable, dialpad, digitOf, numberIn, writes } from "./dialpad.js";
import { ask } from "./ask.js";
import "./grouping.js";
import { t } from "./lang.js";
import { alert, announce, takeDialled } from "./nav.js";
import { preferences } from "./preferences.js";

/** How long the key that deletes is held until it deletes all, in milliseconds. */
const HELD = 500;

class Dialer {
  #closing = new AbortController();
  #calling = false;
  /** Who was chosen: what the field says of them, and what calls them. */
  #chosen = { text: "", dial: "" };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #clearing;
  #cleared = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.field = /** @type {HTMLInputElement} */ (root.querySelector("#dial-number"));
    this.found = /** @type {HTMLElement} */ (root.querySelector("#dial-found"));
    this.back = /** @type {HTMLButtonElement} */ (root.querySelector("[data-dial-back]"));
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector("[data-dial-call]"));
    this.from = /** @type {HTMLSelectElement | null} */ (root.querySelector("#dial-from"));
    this.error = /** @type {HTMLElement} */ (root.querySelector("[data-call-error]"));
    const { signal } = this.#closing;
    dialpad(root, { press: (digit) => this.#type(digit), hold: (text) => this.#type(text), signal });
    this.field.addEventListener("input", () => this.#draw(), { signal });
    this.field.addEventListener("paste", (e) => this.#paste(e), { signal });
    root.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#call();
    }, { signal });
    // Rows call with the number that is chosen above.
    root.addEventListener("click", (e) => this.#click(e), { signal, capture: true });
    root.addEventListener("keydown", (e) => this.#move(e), { signal });
    this.#deletes(signal);
    document.addEventListener("keydown", (e) => this.#key(e), { signal });
    document.addEventListener("oh:line", () => this.#draw(), { signal });
    if (this.from) this.#callerID(this.from, signal);
    const number = takeDialled();
    if (number) this.#fill(number);
    this.#draw();
  }

  close() {
    clearTimeout(this.#clearing);
    this.#closing.abort();
  }

  /** @param {HTMLSelectElement} from @param {AbortSignal} signal */
  #callerID(from, signal) {
    // Kept for the user, whatever they call from next; a call says it by itself until then.
    document.addEventListener("oh:preferences", () => {
      const { callerId } = preferences(); // chosen in another tab, or by the page around us
      if (callerId && [...from.options].some(({ value }) => value === callerId)) from.value = callerId;
    }, { signal });
    from.addEventListener("change", async () => void (await import("./settings.js")).keep({ callerId: from.value }), { signal });
  }

  /** The number that callees see; nothing where the phone service decides. */
  get #shown() {
    return this.from?.value ?? "";
  }

  #draw() {
    const { value } = this.field;
    this.back.hidden = !value;
    this.root.toggleAttribute("data-words", /^\p{L}/u.test(value.trim()));
    this.button.title = value || !this.#last ? "" : t("Brings back the last number.");
    this.button.disabled = document.body.dataset.line !== "registered";
    if (value !== this.#chosen.text) this.#chosen = { text: "", dial: "" };
  }

  /** Writes over the whole field. @param {string} text */
  #fill(text) {
    this.field.value = text;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Writes where the field is being written in. @param {string} text */
  #type(text) {
    const { selectionStart: from, selectionEnd: to, value } = this.field;
    const at = document.activeElement === this.field ? (from ?? value.length) : value.length;
    this.field.setRangeText(text, at, document.activeElement === this.field ? (to ?? at) : at, "end");
    this.field.scrollLeft = this.field.scrollWidth;
    this.#fill(this.field.value);
  }

  #delete() {
    const { selectionStart, selectionEnd, value } = this.field;
    const here = document.activeElement === this.field;
    const [from, to] = here ? [selectionStart ?? value.length, selectionEnd ?? value.length] : [value.length, value.length];
    this.field.setRangeText("", from === to ? Math.max(0, from - 1) : from, to, "end");
    this.#fill(this.field.value);
  }

  /** @param {AbortSignal} signal */
  #deletes(signal) {
    const stop = () => clearTimeout(this.#clearing);
    this.back.addEventListener("mousedown", (e) => e.preventDefault(), { signal }); // the field keeps its place
    this.back.addEventListener("pointerdown", () => {
      this.#cleared = false;
      this.#clearing = setTimeout(() => {
        this.#cleared = true;
        this.#fill("");
        announce(t("The number is deleted."));
      }, HELD);
    }, { signal });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) this.back.addEventListener(end, stop, { signal });
    this.back.addEventListener("click", () => {
      if (!this.#cleared) this.#delete();
      this.#cleared = false;
      if (!this.field.value && matchMedia("(pointer: fine)").matches) this.field.focus(); // the key is gone
    }, { signal });
  }

  /** @param {ClipboardEvent} e */
  #paste(e) {
    const text = e.clipboardData?.getData("text") ?? "";
    const number = numberIn(text);
    if (!number || number === text.trim()) return;
    e.preventDefault();
    this.#type(number);
  }

  /** Keys that are pressed elsewhere on the page type as well. @param {KeyboardEvent} e */
  #key(e) {
    if (e.defaultPrevented || writes(e.target) || document.querySelector("dialog[open], :popover-open, .ring")) return;
    const digit = digitOf(e) || (e.key === "+" ? "+" : "");
    if (digit) this.#type(digit);
    else if (e.key === "Backspace") this.#delete();
    else return;
    e.preventDefault();
    this.field.focus({ preventScroll: true });
  }

  /** Arrows go from the field into the list, and in it. @param {KeyboardEvent} e */
  #move(e) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const rows = /** @type {HTMLElement[]} */ ([...this.found.querySelectorAll(".dial__pick")]);
    const at = e.target instanceof Element ? rows.indexOf(/** @type {HTMLElement} */ (e.target.closest(".dial__row")?.querySelector(".dial__pick"))) : -1;
    if (!step || (e.target !== this.field && at < 0)) return;
    e.preventDefault();
    const to = at + step;
    if (to < 0) this.field.focus();
    else rows[Math.min(to, rows.length - 1)]?.focus();
  }

  /** @param {Event} e */
  #click(e) {
    const at = e.target instanceof Element ? e.target.closest("[data-pick], [data-call-to], [data-line-retry]") : null;
    if (!(at instanceof HTMLElement)) return;
    if (at.hasAttribute("data-line-retry")) return void this.#retry(at);
    if (at.dataset.callTo) return void (at.dataset.callFrom = this.#shown);
    const number = at.querySelector(".option__sub > bdi")?.textContent;
    const text = number || at.dataset.pick || "";
    this.#fill(text);
    this.#chosen = { text: this.field.value, dial: at.dataset.pick ?? "" };
    this.button.focus({ preventScroll: true });
    announce(t("{0} chosen. Press Call.", at.querySelector(".option__name")?.textContent));
  }

  /** @param {HTMLElement} at */
  async #retry(at) {
    at.setAttribute("aria-busy", "true");
    const answer = await ask("/calls/retry", { method: "POST" }).catch(() => null);
    at.removeAttribute("aria-busy");
    if (!answer?.ok) alert((answer && (await answer.text()).trim()) || t("There is no connection right now. Try again in a moment."));
  }

  /** What the field calls: who was chosen, a number, or the first who is found. */
  get #to() {
    const { value } = this.field;
    if (value === this.#chosen.text && this.#chosen.dial) return this.#chosen.dial;
    const first = /** @type {HTMLElement | null} */ (this.found.querySelector("[data-pick]"));
    return dialable(value) || (value.trim() && first?.dataset.pick) || "";
  }

  async #call() {
    if (this.#calling || this.button.disabled) return;
    this.error.hidden = true;
    if (!this.field.value.trim()) return this.#again();
    const to = this.#to;
    if (!to) return this.#say(t("Nobody is called like that. Type a number, or choose somebody."));
    this.#calling = true;
    this.button.setAttribute("aria-busy", "true");
    const from = this.#shown;
    try {
      const { place } = await import("./calls.js");
      await place(to, from === "anonymous" ? { anonymous: true } : from ? { from } : {});
      if (this.root.isConnected) this.#fill(""); // who stays here looks for the next one
    } catch (e) {
      this.#say(e instanceof Error ? e.message : String(e));
    } finally {
      this.#calling = false;
      this.button.removeAttribute("aria-busy");
    }
  }

  /** The number that was called last, while nobody looks for another. */
  get #last() {
    return /** @type {HTMLElement | null} */ (this.found.querySelector("[data-last]"))?.dataset.last ?? "";
  }

  /** An empty field calls again: first it shows whom. */
  #again() {
    const last = this.#last;
    if (!last) return this.field.focus();
    this.#fill(last);
    announce(t("The last number. Press Call again to call it."));
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.error.textContent = sentence;
    this.error.hidden = false;
  }
}

/** @type {Dialer | null} */
let open = null;
function look() {
  const root = document.querySelector("#panel [data-panel=dialer]");
  if (open && open.root === root) return;
  open?.close();
  open = root instanceof HTMLElement ? new Dialer(root) : null;
}
function close() {
  open?.close();
  open = null;
}
document.addEventListener("oh:panel", look);
document.addEventListener("oh:leave", close);
document.addEventListener("oh:session", close);
look();
