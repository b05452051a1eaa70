// Owns the page for a new text: the field for people, as a combobox with
// chips (ARIA APG), and where the text goes.
// @ts-check
import { Composer, KEPT } from "./composer.js";
import { ask } from "./ask.js";
import { calm } from "./foreign.js";
import { t } from "./lang.js";
import { alert, announce, navigate, takePrefill } from "./nav.js";
import { newID, post } from "./outbox.js";

/** How the address of a colleague begins who is written to internally. */
const INTERNAL = "ext:";

/** Characters that a number may be written with. */
const NUMBER = /^[+\d][\d\s().\-/]{2,}$/;

/**
 * Whether a full number is the one that was written, perhaps without its
 * country: what is too short names nobody in particular.
 * @param {string} full @param {string} written
 */
export function same(full, written) {
  const digits = written.replace(/\D/g, "");
  return full === written || (digits.length >= 10 && full.replace(/\D/g, "").endsWith(digits));
}

class Compose {
  #closing = new AbortController();
  /** @type {{number: string, name: string}[]} */
  #to = [];
  #active = -1;
  #id = newID();
  #offered = "";
  #sending = false;
  /** Enter was faster than the list: its first person is taken when it comes. */
  #takeNext = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.field = /** @type {HTMLInputElement} */ (root.querySelector("#to"));
    this.found = /** @type {HTMLElement} */ (root.querySelector("#found"));
    this.chips = /** @type {HTMLElement} */ (root.querySelector("#chips"));
    this.from = /** @type {HTMLSelectElement | null} */ (root.querySelector("#from"));
    this.composer = new Composer(/** @type {HTMLFormElement} */ (root.querySelector("#composer")), {
      draft: "/panel/composeText/draft",
      place: "",
      send: (text, files) => void this.#send(text, files),
      ready: () => !this.#sending && (this.#to.length > 0 || NUMBER.test(this.field.value.trim())),
    });
    const { signal } = this.#closing;
    this.field.addEventListener("keydown", (e) => this.#key(e), { signal });
    this.field.addEventListener("input", () => this.#typed(), { signal });
    // The list must not take the focus: the field keeps the keyboard.
    this.found.addEventListener("mousedown", (e) => e.preventDefault(), { signal });
    this.found.addEventListener("click", (e) => this.#picked(e.target), { signal });
    // htmx reports at the field that asked.
    this.field.addEventListener("htmx:after:swap", () => this.#listed(), { signal });
    this.chips.addEventListener("click", (e) => this.#removed(e.target), { signal });
    this.#prefill();
  }

  close() {
    this.#closing.abort();
    this.composer.close();
  }

  #prefill() {
    const what = takePrefill();
    const numbers = (what?.phoneNumber || "").split(",").map((n) => n.trim()).filter(Boolean);
    for (const number of numbers) this.#add({ number, name: (numbers.length === 1 && what?.recipient?.name) || number });
    if (what?.text && !this.composer.offer(what.text)) alert(KEPT, false);
    if (what?.attachments) void this.composer.offerFiles(what.attachments);
    if (numbers.length) this.composer.field.setAttribute("data-focus", "");
    if (numbers.length) this.field.removeAttribute("data-focus");
  }

  get #items() {
    return /** @type {HTMLElement[]} */ ([...this.found.querySelectorAll("[role=option]")]);
  }

  /** What is listed belongs to what was typed before: nothing of it is meant. */
  #typed() {
    this.#takeNext = false;
    this.#move(-1);
    this.composer.draw();
  }

  #listed() {
    this.#move(this.field.value.trim() ? 0 : -1);
    this.field.setAttribute("aria-expanded", String(this.#items.length > 0));
    if (this.#takeNext) this.#take();
    this.#takeNext = false;
  }

  /** @param {number} to */
  #move(to) {
    const items = this.#items;
    this.#active = items.length ? Math.max(-1, Math.min(to, items.length - 1)) : -1;
    items.forEach((o, i) => o.setAttribute("aria-selected", String(i === this.#active)));
    const at = items[this.#active];
    if (at) {
      this.field.setAttribute("aria-activedescendant", at.id);
      this.#reveal(at);
    } else this.field.removeAttribute("aria-activedescendant");
  }

  /** Scrolls the list alone; scrollIntoView would move the panels as well. @param {HTMLElement} at */
  #reveal(at) {
    const box = /** @type {HTMLElement} */ (at.parentElement);
    const [view, row] = [box.getBoundingClientRect(), at.getBoundingClientRect()];
    if (row.top < view.top) box.scrollTop -= view.top - row.top;
    else if (row.bottom > view.bottom) box.scrollTop += row.bottom - view.bottom;
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.isComposing) return;
    const text = this.field.value.trim();
    switch (e.key) {
      case "ArrowDown":
        e.preventDefault();
        return this.#move(this.#active + 1);
      case "ArrowUp":
        e.preventDefault();
        return this.#move(this.#active - 1);
      case "Enter":
      case ",":
      case ";":
        e.preventDefault();
        if (!text && this.#active < 0) return this.#to.length ? this.composer.field.focus() : undefined;
        this.#takeNext = !this.#take();
        return;
      case "Tab":
        if (text && !e.shiftKey && this.#take()) e.preventDefault();
        return;
      case "Backspace":
        if (!this.field.value && this.#to.length) this.#drop(this.#to.length - 1);
        return;
      case "Escape":
        if (!text) return;
        e.preventDefault();
        return this.#reset();
    }
  }

  /** Takes the marked person, or the number as it is typed. @returns {boolean} */
  #take() {
    const at = this.#items[this.#active];
    const typed = this.field.value.trim();
    if (at) return this.#picked(at);
    if (!NUMBER.test(typed)) return false;
    this.#add({ number: typed, name: typed });
    this.#reset();
    return true;
  }

  /** @param {EventTarget | null} target @returns {boolean} */
  #picked(target) {
    const o = target instanceof Element ? target.closest("[role=option]") : null;
    if (!(o instanceof HTMLElement)) return false;
    this.#add({ number: o.dataset.number || "", name: o.dataset.name || o.dataset.number || "" });
    this.#reset();
    return true;
  }

  #reset() {
    this.field.value = "";
    this.found.querySelector("[role=listbox]")?.replaceChildren();
    this.found.querySelector(".options__none")?.remove();
    this.#listed();
    this.field.focus();
    this.composer.draw();
  }

  /** @param {{number: string, name: string}} who */
  #add({ number, name }) {
    const who = { number, name: calm(name) };
    if (!who.number || this.#to.some((t) => t.number === who.number)) return;
    this.#to.push(who);
    const template = /** @type {HTMLTemplateElement} */ (this.root.querySelector("#chip-template"));
    const chip = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (template.content.firstElementChild).cloneNode(true));
    chip.dataset.number = who.number;
    this.#label(chip, who.name);
    this.chips.append(chip);
    if (who.name === who.number) void this.#name(who, chip);
    this.field.placeholder = "";
    this.#kind();
    announce(t("{0} added", who.name));
    this.composer.draw();
  }

  /** The first of the people decides whether it is an internal message: no number sends that, and no files go with it. */
  #kind() {
    const internal = Boolean(this.#to[0]?.number.startsWith(INTERNAL));
    /** @type {HTMLInputElement} */ (this.root.querySelector("#kind")).value = this.#to.length ? (internal ? "internal" : "numbers") : "";
    this.root.toggleAttribute("data-internal", internal);
    this.composer.field.placeholder = internal ? t("Internal message") : t("Text message");
  }

  /** @param {HTMLElement} chip @param {string} name */
  #label(chip, name) {
    /** @type {HTMLElement} */ (chip.querySelector("[data-text]")).textContent = name;
    /** @type {HTMLElement} */ (chip.querySelector("button")).setAttribute("aria-label", t("Remove {0}", name));
  }

  /**
   * Gives a bare number the name, or the notation, that the lookup knows it by.
   * @param {{number: string, name: string}} who @param {HTMLElement} chip
   */
  async #name(who, chip) {
    try {
      const r = await ask(`/panel/recipients?${new URLSearchParams({ q: who.number })}`);
      if (!r.ok) return;
      const list = new DOMParser().parseFromString(await r.text(), "text/html");
      const known = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=option]")]).find((o) => same(o.dataset.number || "", who.number));
      if (!known?.dataset.name) return;
      who.name = known.dataset.name;
      this.#label(chip, who.name);
    } catch {
      // without an answer the number stays as it was written
    }
  }

  /** @param {number} i */
  #drop(i) {
    const [who] = this.#to.splice(i, 1);
    this.chips.children[i]?.remove();
    if (!this.#to.length) this.field.placeholder = t("Name or number");
    this.#kind();
    announce(t("{0} removed", who.name));
    this.composer.draw();
  }

  /** @param {EventTarget | null} target */
  #removed(target) {
    const chip = target instanceof Element && target.closest("button") ? target.closest("li") : null;
    if (!chip) return;
    this.#drop([...this.chips.children].indexOf(chip));
    this.field.focus();
  }

  /** @param {string} text @param {import("./attach.js").Added[]} files */
  async #send(text, files) {
    if (this.field.value.trim()) this.#take();
    if (!this.#to.length) return this.field.focus();
    const body = new URLSearchParams({ text });
    for (const { number } of this.#to) body.append("to", number);
    if (this.from?.value && !this.root.hasAttribute("data-internal")) body.append("from", this.from.value);
    for (const f of files) body.append("file", f.id);
    // The same text to the same people keeps its id, so that trying again
    // after a lost answer cannot send it twice.
    const offer = body.toString();
    if (this.#offered && this.#offered !== offer) this.#id = newID();
    this.#offered = offer;
    body.append("id", this.#id);
    this.#sending = true;
    this.composer.draw();
    try {
      await Promise.all(files.map((f) => f.ready));
      const conversation = await post("/panel/composeText", body);
      this.composer.clear();
      void this.composer.flush();
      // Whoever went on while it was sent stays there.
      if (this.composer.field.isConnected) await navigate(`/conversations/${encodeURIComponent(conversation)}`, { focus: true, replace: true });
    } catch (e) {
      alert(/** @type {Error} */ (e).message);
    } finally {
      this.#sending = false;
      if (this.composer.field.isConnected) this.composer.draw();
    }
  }
}

/** @type {Compose | null} */
let open = null;

document.addEventListener("oh:populate", (e) => {
  if (!open) return;
  e.preventDefault(); // taken
  const { text, attachments } = /** @type {CustomEvent} */ (e).detail;
  if (!open.composer.offer(text)) alert(KEPT, false);
  if (attachments?.length) void open.composer.offerFiles(attachments);
});
document.addEventListener("oh:leave", () => {
  open?.close();
  open = null;
});
document.addEventListener("oh:panel", (e) => {
  open?.close();
  const root = /** @type {CustomEvent} */ (e).detail.panel.querySelector("[data-panel=compose]");
  open = root instanceof HTMLElement ? new Compose(root) : null;
});
