// Owns the contacts: the list, drawn where somebody looks while the rest keeps
// its place; searching, narrowing and moving in it; and the page of one
// contact.
// @ts-check
import { ask, frameURL } from "./ask.js";
import "./favorite.js";
import { t } from "./lang.js";
import { alert, announce, put } from "./nav.js";
import { along } from "./way.js";

/** How long typing must pause before the list is asked for. */
const PAUSE = 120;

/** A path of ours without the frame in it. @param {string} address */
const local = (address) => address.slice(frameURL("").length);

/** Where an element leads, or what it changes. @param {Element} o */
const place = (o) => o.getAttribute("href") || o.getAttribute("data-favorite");

class People {
  #closing = new AbortController();
  /** @type {AbortController | null} */
  #asking = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  #source = "";
  /** @type {Map<Element, Promise<void>>} */
  #filling = new Map();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.body = /** @type {HTMLElement} */ (root.querySelector("#people"));
    this.field = /** @type {HTMLInputElement} */ (root.querySelector("#people-search"));
    this.seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) void this.#fill(target);
    }, { root, rootMargin: "800px 0px" });
    const { signal } = this.#closing;
    this.field.addEventListener("input", () => this.#typed(), { signal });
    root.addEventListener("keydown", (e) => this.#key(e), { signal });
    root.addEventListener("click", (e) => this.#clicked(e), { signal });
    for (const type of /** @type {const} */ (["pointerdown", "pointermove"])) root.addEventListener(type, (e) => this.#letter(e), { signal });
    this.#drawn();
  }

  close() {
    this.#closing.abort();
    this.#asking?.abort();
    this.seen.disconnect();
    clearTimeout(this.#typing);
  }

  get #scroll() {
    return /** @type {HTMLElement} */ (this.body.querySelector(".people__scroll"));
  }

  get #links() {
    return /** @type {HTMLElement[]} */ ([...this.body.querySelectorAll(".person")]);
  }

  /** Windows that are not drawn yet are as high as they will be. */
  #drawn() {
    this.seen.disconnect();
    this.#filling.clear();
    for (const w of /** @type {NodeListOf<HTMLElement>} */ (this.body.querySelectorAll(".people__window--empty"))) {
      w.style.height = `calc(var(--person) * ${Number(w.dataset.count)} + var(--person-letter) * ${Number(w.dataset.heads)})`;
      this.seen.observe(w);
    }
  }

  /** @param {Element} w */
  #fill(w) {
    const known = this.#filling.get(w);
    if (known) return known;
    const work = this.#load(/** @type {HTMLElement} */ (w));
    this.#filling.set(w, work);
    return work;
  }

  /** @param {HTMLElement} w */
  async #load(w) {
    if (!w.classList.contains("people__window--empty")) return;
    this.seen.unobserve(w);
    const address = local(/** @type {HTMLElement} */ (this.body.querySelector("[data-rows]")).dataset.rows || "");
    const r = await ask(`${address}${address.endsWith("?") ? "" : "&"}at=${w.dataset.at}`).catch(() => null);
    if (!r?.ok || !w.isConnected) return void this.#filling.delete(w);
    await put(w, await r.text());
    w.classList.remove("people__window--empty");
    w.style.height = "";
  }

  #typed() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.draw(), PAUSE);
  }

  /** Draws the list anew; whoever looks at a place of it goes on looking there. @param {boolean} [stay] @param {boolean} [again] the user's own are to be read again */
  async draw(stay = false, again = false) {
    this.#asking?.abort();
    const mine = (this.#asking = new AbortController());
    let top = 0;
    const focus = this.body.contains(document.activeElement) && document.activeElement;
    const around = stay ? this.#looked() : "0";
    const q = new URLSearchParams({ q: this.field.value.trim(), source: this.#source, at: around, ...(again && { again: "1" }) });
    try {
      const r = await ask(`/panel/contacts/list?${q}`, { signal: mine.signal });
      const text = await r.text();
      if (mine.signal.aborted || this.#closing.signal.aborted) return;
      if (!r.ok) return alert(text.trim());
      const [from, above] = [this.#scroll.scrollTop, this.#above];
      await put(this.body, text);
      // The favorites above the list may be more or fewer now.
      if (stay) top = from > above ? from + this.#above - above : from;
    } catch {
      return; // aborted, or offline: the list stays as it was
    }
    this.#source = /** @type {HTMLElement} */ (this.body.querySelector("[data-chosen]")).dataset.chosen || "";
    this.#drawn();
    this.#scroll.scrollTop = top;
    if (focus) this.#refocus(focus);
  }

  /** Puts the focus on what is drawn in an element's place. @param {Element} was */
  #refocus(was) {
    const [letters, value] = [this.body.querySelector(".people__letters"), was.getAttribute("aria-valuenow")];
    if (value && letters instanceof HTMLElement) {
      letters.setAttribute("aria-valuenow", value);
      letters.setAttribute("aria-valuetext", was.getAttribute("aria-valuetext") || "");
      return letters.focus({ preventScroll: true });
    }
    const same = /** @type {HTMLElement[]} */ ([...this.body.querySelectorAll(".person, [data-favorite]")]).filter((o) => place(o) === place(was));
    (same.find((o) => Boolean(o.closest(".people__stars")) === Boolean(was.closest(".people__stars"))) ?? same[0])?.focus({ preventScroll: true });
  }

  /** How high the favorites are. */
  get #above() {
    const stars = this.body.querySelector(".people__stars");
    return stars instanceof HTMLElement ? stars.offsetHeight : 0;
  }

  /** The place in the list that is looked at. */
  #looked() {
    const { scrollTop } = this.#scroll;
    const windows = /** @type {HTMLElement[]} */ ([...this.body.querySelectorAll(".people__window")]);
    return windows.filter((w) => w.offsetTop <= scrollTop).at(-1)?.dataset.at || "0";
  }

  /** @param {Event} e */
  #clicked(e) {
    const at = e.target instanceof Element ? e.target.closest("[data-source], [data-people-again]") : null;
    if (!(at instanceof HTMLElement)) return;
    if (at.dataset.peopleAgain !== undefined) return void this.#again(at);
    this.#source = at.dataset.source || "";
    void this.draw().then(() => {
      const again = this.body.querySelector(`.people__source[data-source="${CSS.escape(this.#source)}"]`);
      if (again instanceof HTMLElement && document.activeElement === document.body) again.focus();
    });
  }

  /** Has the user's own contacts read again; what is new comes by an event. @param {HTMLElement} at */
  async #again(at) {
    if (at.getAttribute("aria-busy") === "true") return;
    at.setAttribute("aria-busy", "true");
    await this.draw(true, true);
    at.removeAttribute("aria-busy");
    announce(t("Your contacts are being read again."));
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.isComposing || e.altKey || e.ctrlKey || e.metaKey) return;
    const at = document.activeElement;
    if (at?.classList.contains("people__letters")) return this.#letterKey(e, at);
    const searching = at === this.field;
    const row = at?.classList.contains("person");
    if (!searching && !row) return;
    if (searching && e.key === "Enter") return this.#links[0]?.click();
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      return void this.#step(step);
    }
    if (!row) return;
    if (e.key === "Home" || e.key === "End") {
      e.preventDefault();
      return void this.#end(e.key === "End");
    }
    // Whoever types in the list searches.
    if (e.key.length === 1 && e.key !== " ") this.field.focus();
  }

  /** @param {number} by */
  async #step(by) {
    const links = this.#links;
    const i = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (i + by < 0) return this.field.focus();
    const from = links[i];
    const to = links[i + by];
    // The next one may stand in a part that is not drawn yet.
    const next = by > 0 && from && from.closest("ul") !== to?.closest("ul") ? from.closest("ul")?.nextElementSibling : null;
    if (next?.classList.contains("people__window--empty")) await this.#fill(next);
    this.#links[i + by]?.focus();
  }

  /** @param {boolean} last */
  async #end(last) {
    const windows = [...this.body.querySelectorAll(".people__window")];
    const w = last ? windows.at(-1) : windows[0];
    if (!w) return;
    await this.#fill(w);
    const links = /** @type {HTMLElement[]} */ ([...w.querySelectorAll(".person")]);
    links.at(last ? -1 : 0)?.focus();
  }

  /** A finger or the pointer on the letters. @param {PointerEvent} e */
  #letter(e) {
    const strip = e.target instanceof Element ? e.target.closest(".people__letters") : null;
    if (!strip || (e.type === "pointermove" && !e.buttons)) return;
    e.preventDefault();
    const at = [...strip.children].findIndex((l) => l.getBoundingClientRect().bottom >= e.clientY);
    void this.#toLetter(strip, at < 0 ? strip.children.length - 1 : at);
  }

  /** @param {Element} strip @param {number} at which of its letters */
  #toLetter(strip, at) {
    const letter = strip.children[at];
    if (!(letter instanceof HTMLElement)) return;
    strip.setAttribute("aria-valuenow", String(at + 1));
    strip.setAttribute("aria-valuetext", letter.textContent || "");
    return this.#jump(Number(letter.dataset.letter));
  }

  /** Keys on the letters: one up or down, the ends, or the letter itself. @param {KeyboardEvent} e @param {Element} strip */
  #letterKey(e, strip) {
    const all = [...strip.children];
    const now = Number(strip.getAttribute("aria-valuenow")) - 1;
    const named = e.key.length === 1 ? all.findIndex((l) => l.textContent?.toLocaleLowerCase() === e.key.toLocaleLowerCase()) : -1;
    const to = { ArrowDown: now + 1, ArrowRight: now + 1, ArrowUp: now - 1, ArrowLeft: now - 1, Home: 0, End: all.length - 1 }[along(e.key)] ?? (named < 0 ? undefined : named);
    if (e.key === "Enter") {
      e.preventDefault();
      return void this.#toLetter(strip, now)?.then((link) => link?.focus({ preventScroll: true }));
    }
    if (to === undefined) return;
    e.preventDefault();
    void this.#toLetter(strip, Math.max(0, Math.min(to, all.length - 1)));
  }

  /** @param {number} index @returns {Promise<HTMLElement | undefined>} whoever is there */
  async #jump(index) {
    const windows = /** @type {HTMLElement[]} */ ([...this.body.querySelectorAll(".people__window")]);
    const w = windows.find((o) => index < Number(o.dataset.at) + Number(o.dataset.count));
    if (!w) return undefined;
    this.#scroll.scrollTop = w.offsetTop;
    await this.#fill(w);
    const link = /** @type {HTMLElement | undefined} */ (w.querySelectorAll(".person")[index - Number(w.dataset.at)]);
    const head = /** @type {HTMLElement | null | undefined} */ (link?.parentElement?.previousElementSibling);
    const to = head?.classList.contains("people__letter") ? head : link;
    if (to) this.#scroll.scrollTop = w.offsetTop + to.offsetTop;
    return link;
  }
}

/** @type {People | null} */
let open = null;

function look() {
  open?.close();
  const root = document.querySelector("#panel [data-panel=contacts]");
  open = root instanceof HTMLElement ? new People(root) : null;
}

document.addEventListener("oh:panel", look);
document.addEventListener("oh:leave", () => {
  open?.close();
  open = null;
});
document.addEventListener("oh:service", (e) => {
  const { what, id } = /** @type {CustomEvent} */ (e).detail ?? {};
  if (what === "service" || (what === "contacts" && id === "list")) void open?.draw(true);
});
// Names of colleagues, and the user's own contacts, come with the status.
for (const type of ["oh:resync", "oh:status"]) document.addEventListener(type, () => void open?.draw(true));
look();
// Something may have been told while this module was on its way.
void /** @type {People | null} */ (open)?.draw(true);
