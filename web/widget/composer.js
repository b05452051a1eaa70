// Owns the box that texts are written in: it grows, counts, keeps the draft
// on the server and gives the text away on Enter.
// @ts-check
import { ask } from "./ask.js";
import { n, t } from "./lang.js";
import { rescue } from "./rescue.js";

const SAVE_AFTER = 500;
const COUNT_FROM = 0.85;
const LINES = 6;

/** What is said where the page's text gave way to the reader's own. */
export const KEPT = t("What you had written here is kept. To use the text that the page offers, clear yours and ask again.");

/**
 * A draft without one of the texts in it, which stand in lines of their own.
 * @param {string} draft @param {string} text
 */
export function without(draft, text) {
  const whole = `\n${draft}\n`;
  const at = whole.indexOf(`\n${text}\n`);
  return at < 0 ? draft : (whole.slice(0, at) + whole.slice(at + text.length + 1)).replace(/^\n+|\n+$/g, "");
}

/**
 * The first place of a text that a template left to be filled in.
 * @param {string} text @returns {{at: number, text: string, name: string} | null}
 */
export function open(text) {
  const found = /\{\{\s*([\p{L}\p{N}][\p{L}\p{N} _.-]{0,39}?)\s*\}\}/u.exec(text);
  return found && { at: found.index, text: found[0], name: found[1] };
}

/** How many characters the server counts; an emoji is one. @param {string} text */
const size = (text) => [...text].length;

export class Composer {
  #saved = "";
  #offered = "";
  #asked = "";
  #line = 20;
  #version = 0;
  #inFlight = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<unknown>} */
  #saving = Promise.resolve();
  /** What goes with the text, once there is something. @type {import("./attach.js").Tray | null} */
  #tray = null;
  /** @type {Promise<import("./attach.js").Tray> | null} */
  #traying = null;
  #closing = new AbortController();

  /**
   * @param {HTMLFormElement} form
   * @param {{draft: string, place: string, send(text: string, files: import("./attach.js").Added[]): void, ready?(): boolean, held?(): string, steady?(fit: () => void): void}} with_ draft is the address that the draft is kept at, place the conversation or "", held what was given away and is not taken yet; steady keeps in place what stands above while the box changes its height.
   */
  constructor(form, with_) {
    this.form = form;
    this.with = with_;
    this.field = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    this.button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
    this.count = /** @type {HTMLElement} */ (form.querySelector("#count"));
    this.limit = Number(this.field.dataset.limit) || 1000;
    this.#saved = this.field.value;
    this.#putBack();
    this.#line = parseFloat(getComputedStyle(this.field).lineHeight) || 20;
    const { signal } = this.#closing;
    this.field.addEventListener("input", () => this.#changed(), { signal });
    this.field.addEventListener("keydown", (e) => this.#key(e), { signal });
    form.addEventListener("submit", (e) => (e.preventDefault(), this.submit()), { signal });
    this.#takeFiles(signal);
    addEventListener("pagehide", () => this.flush(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.flush(), { signal });
    this.draw();
  }

  get text() {
    return this.field.value;
  }

  /** The ways that pictures and files come by. Where none can be sent there is no field for them. @param {AbortSignal} signal */
  #takeFiles(signal) {
    const choose = /** @type {HTMLInputElement | null} */ (this.form.querySelector("[data-choose]"));
    if (this.form.querySelector("#tray [data-file]")) void this.tray();
    if (!choose) return;
    const view = this.form.closest(".view") ?? this.form;
    this.form.querySelector("[data-attach]")?.addEventListener("click", () => choose.click(), { signal });
    choose.addEventListener("change", () => (void this.attach([...(choose.files ?? [])]), (choose.value = "")), { signal });
    this.field.addEventListener("paste", (e) => {
      const files = e.clipboardData?.files;
      if (!files?.length || e.clipboardData?.types.includes("text/plain")) return; // a sheet's cells come as a picture, too
      e.preventDefault();
      void this.attach([...files]);
    }, { signal });
    /** @param {Event} e @param {boolean} over */
    const drag = (e, over) => {
      const data = /** @type {DragEvent} */ (e).dataTransfer;
      if (!data?.types.includes("Files")) return;
      e.preventDefault();
      view.setAttribute("data-drop", t("Drop to add"));
      view.classList.toggle("view--drop", over);
      if (e.type === "drop") void this.attach([...data.files]);
    };
    view.addEventListener("dragover", (e) => drag(e, true), { signal });
    view.addEventListener("drop", (e) => drag(e, false), { signal });
    view.addEventListener("dragleave", (e) => view.contains(/** @type {Node | null} */ (/** @type {DragEvent} */ (e).relatedTarget)) || drag(e, false), { signal });
  }

  /** @returns {Promise<import("./attach.js").Tray>} */
  tray() {
    const opened = async () => {
      const { Tray } = await import("./attach.js");
      const { given } = await import("./outbox.js");
      this.#tray = new Tray(this.form, { place: this.with.place, held: given, changed: () => this.draw() });
      this.draw();
      return this.#tray;
    };
    return (this.#traying ??= opened());
  }

  /**
   * Adds pictures and files that the page around us offers.
   * @param {{name: string, content: string}[]} offered
   */
  async offerFiles(offered) {
    const { alert } = await import("./nav.js");
    if (!this.form.querySelector("[data-choose]")) return alert(t("The page offers pictures or files, which cannot be sent from your number."));
    await (await this.tray()).offer(offered);
  }

  /** @param {File[]} files */
  async attach(files) {
    await (await this.tray()).add(files);
  }

  /**
   * Fills the box with a text that the page around us offers. What somebody
   * wrote here goes before it; what nobody has touched yet is no draft.
   * @param {string} text @returns {boolean} whether the box has the text
   */
  offer(text) {
    if (this.field.value.trim() && this.field.value !== this.#offered) return this.field.value === text;
    this.field.value = this.#offered = text;
    this.draw();
    this.field.setSelectionRange(text.length, text.length);
    return true;
  }

  /**
   * Takes a draft that was written in another tab, unless someone writes
   * here, or wrote while it was being asked for.
   * @param {() => Promise<string>} ask
   */
  async follow(ask) {
    const before = this.#version;
    if (this.#inFlight || this.with.held?.()) return; // the end of our own save is told as well
    const text = await ask();
    if (before !== this.#version || this.#inFlight) return;
    if (this.#whole() !== this.#saved || text === this.#saved) return;
    this.#saved = this.field.value = text;
    this.#offered = "";
    this.draw();
  }

  submit() {
    const text = this.field.value.trim();
    const files = this.#tray?.items ?? [];
    if ((!text && !files.length) || size(text) > this.limit || this.with.ready?.() === false) return;
    if (this.#unfilled()) return;
    this.with.send(text, files);
  }

  /**
   * Asks for what a template left open, once: the same text again is meant as
   * it is.
   */
  #unfilled() {
    const gap = open(this.field.value);
    if (!gap || this.#asked === this.field.value) return false;
    this.#asked = this.field.value;
    this.field.focus();
    this.field.setSelectionRange(gap.at, gap.at + gap.text.length);
    this.count.textContent = t("Write what belongs in place of {0}, or send again to leave it.", gap.text);
    return true;
  }

  /** Empties the box; the draft goes with it once nothing of it is held. */
  clear() {
    this.#tray?.clear();
    this.field.value = "";
    this.#changed();
  }

  /**
   * What must not be lost with the page: what was given away and is not taken
   * yet lives in this page's memory alone, so the draft keeps it until then.
   */
  #whole() {
    const text = this.field.value === this.#offered ? "" : this.field.value;
    return [this.with.held?.(), text].filter(Boolean).join("\n");
  }

  /** What is held stands in the thread already, and not in the box as well. */
  #putBack() {
    const held = this.with.held?.();
    if (!held) return;
    if (this.field.value === held) this.field.value = "";
    else if (this.field.value.startsWith(`${held}\n`)) this.field.value = this.field.value.slice(held.length + 1);
  }

  /** Writes the draft now, also while the page goes away. */
  flush() {
    clearTimeout(this.#timer);
    const text = this.#whole();
    if (document.body.dataset.signedIn !== "true") {
      // Whoever signs in here next may be somebody else, and is not told.
      if (text) rescue(this.with.draft, text);
      return this.#saving;
    }
    if (text === this.#saved) return this.#saving;
    this.#saved = text;
    this.#version++;
    this.#inFlight++;
    const save = () =>
      ask(this.with.draft, { method: "POST", body: new URLSearchParams({ text }), keepalive: true }).then(
        (r) => {
          if (r.status === 401) rescue(this.with.draft, text);
          if (!r.ok) this.#saved = "\0"; // not kept: the next pause tries again
        },
        () => {
          this.#saved = "\0";
        },
      );
    this.#saving = this.#saving.then(save).finally(() => this.#inFlight--);
    return this.#saving;
  }

  /** @returns {Promise<unknown>} when the draft is saved */
  close() {
    this.#closing.abort();
    this.#tray?.close();
    return this.flush();
  }

  /** Height, button and count follow the text. */
  draw() {
    if (this.with.steady) this.with.steady(() => this.#fit());
    else this.#fit();
    const length = size(this.field.value.trim());
    const left = this.limit - length;
    this.button.disabled = (!length && !this.#tray?.count) || left < 0 || this.with.ready?.() === false;
    this.count.textContent = length > this.limit * COUNT_FROM ? (left < 0 ? n(-left, "{0} character too long", "{0} characters too long") : n(left, "{0} character left", "{0} characters left")) : "";
    this.count.toggleAttribute("data-over", left < 0);
  }

  #fit() {
    const { field } = this;
    // By rows and not by a style: htmx carries attributes of the same id over
    // to the next panel, and the policy forbids style attributes.
    field.rows = 1;
    const padding = field.offsetHeight - this.#line;
    field.rows = Math.max(1, Math.min(LINES, Math.round((field.scrollHeight - padding) / this.#line)));
  }

  #changed() {
    this.#offered = "";
    this.#version++;
    this.draw();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SAVE_AFTER);
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    // An Enter that ends a composition (Japanese, Chinese) is not a send.
    if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
    if (document.body.dataset.enter === "newline" && !e.ctrlKey && !e.metaKey) return; // the user likes it so
    e.preventDefault();
    this.submit();
  }
}
