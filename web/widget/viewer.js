// Owns the viewer of pictures, videos, audio and contact cards: a dialog over
// the phone, with the keyboard (arrows, plus, minus, zero, Escape).
// @ts-check
import { send } from "./ask.js";
import { t } from "./lang.js";
import { save, source } from "./media.js";
import { announce } from "./nav.js";
import { card } from "./vcard.js";
import { along } from "./way.js";

const ZOOMS = [1, 1.5, 2, 3, 4];

/** @typedef {{kind: string, url: string, name: string}} Shown */

class Viewer {
  /** @type {Shown[]} */
  #all = [];
  #at = 0;
  #zoom = 0;

  constructor() {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("viewer-template"));
    const dialog = (this.dialog = /** @type {HTMLDialogElement} */ (/** @type {HTMLElement} */ (template.content.firstElementChild).cloneNode(true)));
    this.stage = /** @type {HTMLElement} */ (dialog.querySelector(".viewer__stage"));
    this.title = /** @type {HTMLElement} */ (dialog.querySelector(".viewer__name"));
    this.place = /** @type {HTMLElement} */ (dialog.querySelector(".viewer__place"));
    this.link = /** @type {HTMLAnchorElement} */ (dialog.querySelector("[data-save]"));
    dialog.addEventListener("click", (e) => this.#clicked(e));
    dialog.addEventListener("dblclick", (e) => e.target instanceof HTMLImageElement && this.#scale(this.#zoom ? 0 : 2));
    dialog.addEventListener("keydown", (e) => this.#key(e));
    dialog.addEventListener("close", () => this.stage.replaceChildren());
    document.addEventListener("oh:session", (e) => /** @type {CustomEvent} */ (e).detail?.signedIn || dialog.close());
    document.addEventListener("oh:leave", () => dialog.close());
    document.body.append(dialog);
  }

  /** @param {Shown[]} all @param {number} at */
  open(all, at) {
    this.#all = all;
    if (!this.dialog.open) this.dialog.showModal();
    this.#button("close").focus();
    this.#show(at);
  }

  /** @param {number} at */
  #show(at) {
    this.#at = at;
    const what = this.#all[at];
    const many = this.#all.length > 1;
    this.title.textContent = what.name;
    this.place.textContent = many ? t("{0} of {1}", at + 1, this.#all.length) : "";
    this.link.href = `${what.url}?save=1`;
    this.link.download = what.name;
    this.link.setAttribute("aria-label", t("Download {0}", what.name));
    this.#button("prev").hidden = !many || at === 0;
    this.#button("next").hidden = !many || at === this.#all.length - 1;
    for (const name of ["in", "out"]) this.#button(name).hidden = what.kind !== "picture";
    this.stage.replaceChildren();
    void this.#fill(what);
    if (many) announce(t("{0}, {1} of {2}", what.name, at + 1, this.#all.length));
  }

  /** @param {Shown} what */
  async #fill(what) {
    try {
      const box = await draw(what);
      if (this.#all[this.#at] !== what || !this.dialog.open) return;
      this.stage.replaceChildren(box);
      this.#scale(0);
    } catch (e) {
      if (this.#all[this.#at] !== what) return;
      this.#say(/** @type {Error} */ (e).message || t("This file cannot be shown right now."));
    }
  }

  /** Says what failed in front of everything; the strip of alerts is behind. @param {string} sentence */
  #say(sentence) {
    this.stage.textContent = sentence;
    announce(sentence);
  }

  /** @param {string} name @returns {HTMLButtonElement} */
  #button(name) {
    return /** @type {HTMLButtonElement} */ (this.dialog.querySelector(`[data-do=${name}]`));
  }

  /** How much larger than the window a picture is: the stage scrolls. @param {number} zoom */
  #scale(zoom) {
    this.#zoom = Math.max(0, Math.min(zoom, ZOOMS.length - 1));
    const img = this.stage.querySelector("img");
    if (img) {
      img.classList.toggle("viewer__img--zoomed", this.#zoom > 0);
      img.style.width = this.#zoom ? `${ZOOMS[this.#zoom] * 100}%` : "";
    }
    this.#button("out").disabled = this.#zoom === 0;
    this.#button("in").disabled = this.#zoom === ZOOMS.length - 1;
  }

  /** @param {string} what */
  #do(what) {
    if (what === "close") this.dialog.close();
    else if (what === "in") this.#scale(this.#zoom + 1);
    else if (what === "out") this.#scale(this.#zoom - 1);
    else this.#go(what === "next" ? 1 : -1);
  }

  /** @param {number} by */
  #go(by) {
    const to = this.#at + by;
    if (!this.#all[to]) return;
    const had = document.activeElement;
    this.#show(to);
    // A button that hides must not take the keyboard with it.
    if (had instanceof HTMLElement && had.hidden) this.#button("close").focus();
  }

  /** @param {MouseEvent} e */
  #clicked(e) {
    const at = e.target instanceof Element ? e.target : null;
    if (at === this.dialog || at === this.stage) return this.dialog.close();
    const link = at?.closest("[data-save]");
    if (link instanceof HTMLAnchorElement) {
      e.preventDefault();
      return void save(link).catch((err) => this.#say(err.message));
    }
    const to = at?.closest("[data-do]");
    if (to instanceof HTMLElement) this.#do(to.dataset.do || "");
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.key === "Escape") e.stopPropagation(); // the dialog closes, and nothing behind it
    if (e.target instanceof HTMLMediaElement || e.ctrlKey || e.metaKey || e.altKey) return;
    const to = { ArrowLeft: "prev", ArrowRight: "next", "+": "in", "=": "in", "-": "out" }[along(e.key)];
    const scrolls = this.#zoom > 0 && e.key.startsWith("Arrow");
    if (e.key === "0") this.#scale(0);
    else if (!to || scrolls) return;
    else this.#do(to);
    e.preventDefault();
  }
}

/** @param {Shown} what @returns {Promise<HTMLElement>} */
async function draw({ kind, url, name }) {
  if (kind === "card") {
    const r = await send(url);
    if (!r.ok) throw new Error((await r.text()).trim());
    return card(await r.text(), name);
  }
  const from = await source(url);
  if (kind === "picture") {
    const img = document.createElement("img");
    img.className = "viewer__img";
    img.alt = name;
    img.src = from;
    await img.decode().catch(() => Promise.reject(new Error(t("This picture cannot be shown right now."))));
    return img;
  }
  const player = document.createElement(kind === "video" ? "video" : "audio");
  player.className = `viewer__${kind}`;
  player.controls = true;
  player.setAttribute("aria-label", name);
  player.src = from;
  void player.play().catch(() => {}); // where playing by itself is refused, there is a button
  return player;
}

/**
 * Hands a contact card to the page around us, where its application takes
 * them. The address is the phone's own and opens nothing without its session,
 * so the card itself goes with it. A page that does not answer gets nothing
 * more, and the card is shown here.
 * @param {DOMStringMap} card
 */
async function handOver({ url = "", name = "" }) {
  const may = (document.body.dataset.capabilities || "").split(" ");
  if (!may.includes("service") || !may.includes("messages")) return false;
  const { answers, current, request } = await import("./service.js");
  const service = answers() ? current() : null;
  if (!service?.paths.vcardHandlerPath) return false;
  const r = await send(url).catch(() => null);
  if (!r?.ok) return false;
  const body = { vcardUri: new URL(url, location.href).href, fileName: name, vcard: await r.text() };
  if ((await request("vcardHandlerPath", body)) === null) return false;
  announce(t("{0} was given to {1}", name, service.name));
  return true;
}

/** @type {Viewer | null} */
let viewer = null;

/**
 * Opens what a button stands for; pictures can be gone through.
 * @param {HTMLElement} at @param {ParentNode} among
 */
export async function open(at, among) {
  if (at.dataset.view === "card" && (await handOver(at.dataset))) return;
  viewer ??= new Viewer();
  const buttons = at.dataset.view === "picture" ? [...among.querySelectorAll("[data-view=picture]")] : [at];
  const all = buttons.map((b) => {
    const { view = "", url = "", name = "" } = /** @type {HTMLElement} */ (b).dataset;
    return { kind: view, url, name };
  });
  viewer.open(all, Math.max(0, buttons.indexOf(at)));
}
