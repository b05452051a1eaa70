// Draws the pages of a fax: PDFs that the server has, by the vendored reader,
// which is fetched when a fax is looked at and not before. Pages are drawn
// when they come near to being seen.
// @ts-check
import { ask, frameURL } from "./ask.js";
import { language, t } from "./lang.js";
import { announce } from "./nav.js";

/** How much larger than the panel. */
const ZOOMS = [1, 1.5, 2, 3];
/** More dots than this are no sharper and cost memory. */
const MOST_DOTS = 2400;

/** @type {Promise<any> | null} */
let reader = null;

/** The reader, and its worker at the same address. */
function load() {
  // By an address, because it is vendored and not typed.
  reader ??= import(new URL("../vendor/pdf.min.js", import.meta.url).href).then((pdf) => {
    pdf.GlobalWorkerOptions.workerSrc = new URL("../vendor/pdf.worker.min.js", import.meta.url).href;
    return pdf;
  });
  reader.catch(() => (reader = null)); // tried again with the next fax
  return reader;
}

/** @param {string} address of ours */
async function bytes(address) {
  const r = await ask(address.slice(frameURL("").length));
  if (!r.ok) throw new Error((await r.text()).trim());
  return new Uint8Array(await r.arrayBuffer());
}

/** The pages of one fax. */
class Pages {
  #closing = new AbortController();
  /** @type {any[]} */
  #documents = [];
  #zoom = 0;
  /** @type {{box: HTMLElement, page: any, drawn: number}[]} */
  #pages = [];
  #near = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: "400px" });

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.panel = panel;
    this.stage = /** @type {HTMLElement} */ (panel.querySelector("[data-pages]"));
    this.place = /** @type {HTMLElement} */ (panel.querySelector("[data-place]"));
    const { signal } = this.#closing;
    panel.addEventListener("click", (e) => this.#click(e), { signal });
    this.stage.addEventListener("keydown", (e) => this.#key(e), { signal });
    this.stage.addEventListener("scroll", () => this.#tell(), { signal, passive: true });
    void this.#open();
  }

  close() {
    this.#closing.abort();
    this.#near.disconnect();
    for (const d of this.#documents) void d.destroy();
  }

  async #open() {
    this.stage.setAttribute("aria-busy", "true");
    try {
      for (const at of this.stage.querySelectorAll("[data-paper]")) await this.#add(/** @type {HTMLElement} */ (at));
    } catch (e) {
      if (!this.#closing.signal.aborted) this.#say(e);
    }
    this.stage.removeAttribute("aria-busy");
    this.#tell();
  }

  /** @param {HTMLElement} at */
  async #add(at) {
    const [pdf, data] = await Promise.all([load(), bytes(at.dataset.paper ?? "")]);
    if (this.#closing.signal.aborted) return;
    // Strangers made it: nothing in it runs, and nothing is fetched for it.
    const document = await pdf.getDocument({ data, isEvalSupported: false, enableXfa: false, disableAutoFetch: true, useWorkerFetch: false }).promise;
    this.#documents.push(document);
    for (let n = 1; n <= document.numPages && !this.#closing.signal.aborted; n++) this.#place(at, await document.getPage(n));
  }

  /** @param {HTMLElement} at @param {any} page */
  #place(at, page) {
    const box = document.createElement("canvas");
    box.className = "fax__page";
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", t("Page {0}", this.#pages.length + 1));
    const { width, height } = page.getViewport({ scale: 1 });
    box.width = Math.round(width);
    box.height = Math.round(height);
    this.#pages.push({ box, page, drawn: 0 });
    at.append(box);
    this.#near.observe(box);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    for (const { isIntersecting, target } of entries) {
      const page = this.#pages.find((p) => p.box === target);
      if (isIntersecting && page) void this.#draw(page).catch((e) => this.#say(e));
    }
  }

  /** @param {{box: HTMLElement, page: any, drawn: number}} at */
  async #draw(at) {
    const whole = at.page.getViewport({ scale: 1 });
    const dots = Math.min(MOST_DOTS, Math.max(1, this.stage.clientWidth) * ZOOMS[this.#zoom] * devicePixelRatio);
    if (at.drawn >= dots) return;
    at.drawn = dots;
    const viewport = at.page.getViewport({ scale: dots / whole.width });
    // Drawn apart and then shown, so that a page never blinks.
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(viewport.width);
    canvas.height = Math.round(viewport.height);
    await at.page.render({ canvasContext: /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), viewport }).promise;
    if (this.#closing.signal.aborted) return;
    const shown = /** @type {HTMLCanvasElement} */ (at.box);
    shown.width = canvas.width;
    shown.height = canvas.height;
    shown.getContext("2d")?.drawImage(canvas, 0, 0);
    shown.dataset.drawn = "";
    this.panel.dispatchEvent(new CustomEvent("oh:looked", { bubbles: true }));
  }

  /** @param {unknown} e */
  #say(e) {
    const p = document.createElement("p");
    p.className = "fax__none";
    p.setAttribute("role", "alert");
    const said = e instanceof Error && e.name === "Error" ? e.message : "";
    p.textContent = said || t("This document cannot be shown here. Download it to look at it.");
    this.stage.append(p);
  }

  /** Which page is looked at. */
  #tell() {
    if (!this.#pages.length) return;
    const middle = this.stage.getBoundingClientRect().top + this.stage.clientHeight / 2;
    const i = this.#pages.findIndex(({ box }) => box.getBoundingClientRect().bottom >= middle);
    this.place.textContent = t("Page {0} of {1}", i < 0 ? this.#pages.length : i + 1, this.#pages.length);
  }

  /** @param {number} to */
  #scale(to) {
    const before = this.stage.scrollTop / Math.max(1, this.stage.scrollHeight);
    this.#zoom = Math.max(0, Math.min(to, ZOOMS.length - 1));
    this.stage.dataset.zoom = String(this.#zoom);
    this.stage.scrollTop = before * this.stage.scrollHeight;
    for (const name of ["in", "out"]) {
      const button = /** @type {HTMLButtonElement} */ (this.panel.querySelector(`[data-zoom=${name}]`));
      button.disabled = this.#zoom === (name === "in" ? ZOOMS.length - 1 : 0);
    }
    for (const { box } of this.#pages) {
      this.#near.unobserve(box); // and seen anew, at its new size
      this.#near.observe(box);
    }
    announce(ZOOMS[this.#zoom].toLocaleString(language, { style: "percent" }));
  }

  /** @param {Event} e */
  #click(e) {
    const at = e.target instanceof Element ? e.target.closest("[data-zoom]") : null;
    if (at instanceof HTMLElement && at !== this.stage) this.#scale(this.#zoom + (at.dataset.zoom === "in" ? 1 : -1));
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "+" || e.key === "=") this.#scale(this.#zoom + 1);
    else if (e.key === "-") this.#scale(this.#zoom - 1);
    else if (e.key === "0") this.#scale(0);
    else if (e.key === "PageDown" || e.key === "PageUp") this.#turn(e.key === "PageDown" ? 1 : -1);
    else return;
    e.preventDefault();
  }

  /** @param {number} by pages */
  #turn(by) {
    const top = this.stage.getBoundingClientRect().top;
    const i = this.#pages.findIndex(({ box }) => box.getBoundingClientRect().bottom > top + 8);
    this.#pages[Math.max(0, Math.min((i < 0 ? 0 : i) + by, this.#pages.length - 1))]?.box.scrollIntoView({ block: "start" });
  }
}

/** @type {Pages | null} */
let open = null;
function look() {
  const panel = document.querySelector("#panel [data-panel=fax]");
  if (open && open.panel === panel) return;
  open?.close();
  open = panel instanceof HTMLElement ? new Pages(panel) : null;
}
function close() {
  open?.close();
  open = null;
}
document.addEventListener("oh:panel", look);
document.addEventListener("oh:leave", close);
document.addEventListener("oh:session", close);
look();
