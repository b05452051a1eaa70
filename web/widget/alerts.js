// Alerts that the page around the phone shows in it: a stack above the panels,
// each with its clock, and with details on demand. All of it is built from
// text; addresses lead to https, tel and mailto only.
// @ts-check
import { calm } from "./foreign.js";
import { t } from "./lang.js";
import { announce } from "./nav.js";

/** @typedef {{message: string, level?: string, ttl?: number, details?: any[]}} Alert */

const LEVELS = ["info", "success", "warning", "danger"];
const TTL = 5000;
/** More than these would hide the phone; the oldest goes. */
const MOST = 5;
/** setTimeout cannot wait longer. */
const LONGEST = 2 ** 31 - 1;

/** @type {Map<string, Notice>} */
const shown = new Map();

const stack = document.createElement("section");
stack.className = "notices";
stack.setAttribute("aria-label", t("Notices"));
document.body.append(stack);

/**
 * Shows an alert and returns its id.
 * @param {Alert} alert
 * @param {(id: string) => unknown} pressed hears of links in the details
 */
export function show(alert, pressed = () => {}) {
  const id = crypto.randomUUID();
  shown.set(id, new Notice(alert, () => shown.delete(id), pressed));
  if (shown.size > MOST) [...shown.values()][0].close();
  return id;
}

/** Takes one away, or all. @param {string} [id] */
export function dismiss(id) {
  for (const [at, notice] of [...shown]) if (!id || at === id) notice.close();
}

/** @param {string} tag @param {string} className @param {string} [text] */
function make(tag, className, text) {
  const e = document.createElement(tag);
  e.className = className;
  if (text) e.textContent = calm(text);
  return e;
}

/** An address that may be followed, or null. @param {unknown} href */
export function address(href) {
  if (typeof href !== "string" || href.length > 2048) return null;
  try {
    const url = new URL(href);
    const local = url.protocol === "http:" && /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname); // of a page that is being developed
    return (local || ["https:", "tel:", "mailto:"].includes(url.protocol)) && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * The details that can be shown: texts and links with words.
 * @param {any[] | undefined} details
 * @returns {{title: string, items: {id: string, link: boolean, text: string, href: string | null}[]}[]}
 */
export function readable(details) {
  const text = (/** @type {any} */ v) => (typeof v === "string" ? v.slice(0, 1000) : "");
  return (details ?? [])
    .map((d) => ({
      title: text(d?.title),
      items: (Array.isArray(d?.items) ? d.items.slice(0, 50) : [])
        .filter((/** @type {any} */ i) => text(i?.text) && (i.type === "text" || i.type === "link"))
        .map((/** @type {any} */ i) => ({ id: text(i.id), link: i.type === "link", text: text(i.text), href: address(i.href) })),
    }))
    .filter((d) => d.title || d.items.length);
}

class Notice {
  #left;
  #since = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Animation | undefined} */
  #clock;
  #stopped = false;

  /** @param {Alert} alert @param {() => void} gone @param {(id: string) => unknown} pressed */
  constructor({ message, level = "info", ttl = TTL, details }, gone, pressed) {
    const kind = LEVELS.includes(level) ? level : "info";
    this.gone = gone;
    this.#left = Math.min(Math.max(0, ttl), LONGEST);
    this.box = make("div", `notice notice--${kind}`);
    // A live region must be there before its words: what is urgent interrupts, the rest waits its turn.
    if (kind === "danger" || kind === "warning") this.box.setAttribute("role", "alert");
    else announce(calm(message));
    this.box.append(make("span", "notice__icon"), make("p", "notice__text", message));
    const close = make("button", "notice__close");
    close.setAttribute("type", "button");
    close.setAttribute("aria-label", t("Dismiss"));
    close.addEventListener("click", () => this.close());
    const parts = readable(details);
    if (parts.length) this.#more(parts, pressed);
    this.box.append(close);
    stack.append(this.box);
    if (this.#left) this.#run();
  }

  /** @param {ReturnType<typeof readable>} parts @param {(id: string) => unknown} pressed */
  #more(parts, pressed) {
    const button = make("button", "notice__more", t("Show more"));
    button.setAttribute("type", "button");
    button.setAttribute("aria-expanded", "false");
    const list = make("div", "notice__details");
    list.hidden = true;
    for (const { title, items } of parts) {
      if (title) list.append(make("h3", "notice__title", title));
      for (const item of items) list.append(this.#item(item, pressed));
    }
    button.addEventListener("click", () => {
      list.hidden = !list.hidden;
      button.textContent = list.hidden ? t("Show more") : t("Show less");
      button.setAttribute("aria-expanded", String(!list.hidden));
      this.#stop(); // whoever reads on is not to be hurried
    });
    this.box.append(button, list);
  }

  /** @param {ReturnType<typeof readable>[0]["items"][0]} item @param {(id: string) => unknown} pressed */
  #item({ id, link, text, href }, pressed) {
    if (!link) return make("p", "notice__item", text);
    const at = make(href ? "a" : "button", "notice__item notice__link", text);
    if (href) {
      at.setAttribute("href", href);
      at.setAttribute("target", "_blank");
      at.setAttribute("rel", "noopener noreferrer");
    } else at.setAttribute("type", "button");
    at.addEventListener("click", () => pressed(id));
    return at;
  }

  /** The clock runs, and stands still while somebody points at the alert or is in it. */
  #run() {
    const bar = make("span", "notice__clock");
    bar.setAttribute("aria-hidden", "true");
    this.box.append(bar);
    this.#clock = bar.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: this.#left, fill: "forwards" });
    const go = () => {
      if (this.#stopped || this.#timer !== undefined || this.box.matches(":hover, :focus-within")) return;
      this.#since = performance.now();
      this.#clock?.play();
      this.#timer = setTimeout(() => this.close(), this.#left);
    };
    const wait = () => {
      if (this.#timer === undefined) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#left = Math.max(500, this.#left - (performance.now() - this.#since));
      this.#clock?.pause();
    };
    for (const type of ["pointerenter", "focusin"]) this.box.addEventListener(type, wait);
    for (const type of ["pointerleave", "focusout"]) this.box.addEventListener(type, () => setTimeout(go));
    go();
  }

  #stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.box.querySelector(".notice__clock")?.remove();
  }

  close() {
    this.#stop();
    this.box.remove();
    this.gone();
  }
}
