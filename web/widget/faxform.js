// Owns the page for a new fax: whom it is for (a combobox with chips, ARIA
// APG), its documents, which the server keeps as soon as they are added, and
// its cover page. What is written is kept as a draft on the server.
// @ts-check
import { ask } from "./ask.js";
import { after } from "./focus.js";
import { t } from "./lang.js";
import { alert, announce, navigate } from "./nav.js";
import { newID } from "./outbox.js";
import { sizeWords } from "./sizes.js";

/** Characters that a number may be written with. */
const NUMBER = /^[+\d][\d\s().\-/]{2,}$/;
const KEEP = 400;
const OFFLINE = t("There is no connection right now. Try again in a moment.");

/** @typedef {{id: string, name: string, size: number, ready: boolean}} Paper */

class FaxForm {
  #closing = new AbortController();
  /** @type {{number: string, name: string}[]} */
  #to = [];
  /** @type {Paper[]} */
  #papers = [];
  #active = -1;
  #takeNext = false;
  #id = newID();
  #offered = "";
  #busy = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.field = /** @type {HTMLInputElement} */ (form.querySelector("#fax-to"));
    this.found = /** @type {HTMLElement} */ (form.querySelector("#fax-found"));
    this.chips = /** @type {HTMLElement} */ (form.querySelector("[data-chips]"));
    this.list = /** @type {HTMLElement} */ (form.querySelector("[data-papers]"));
    this.cover = /** @type {HTMLSelectElement | null} */ (form.querySelector("#fax-cover"));
    this.text = /** @type {HTMLTextAreaElement} */ (form.querySelector("#fax-text"));
    const { signal } = this.#closing;
    this.field.addEventListener("keydown", (e) => this.#key(e), { signal });
    this.field.addEventListener("input", () => ((this.#takeNext = false), this.#move(-1), this.#draw()), { signal });
    this.field.addEventListener("htmx:after:swap", () => this.#listed(), { signal });
    this.found.addEventListener("mousedown", (e) => e.preventDefault(), { signal }); // the field keeps the keyboard
    this.found.addEventListener("click", (e) => this.#pick(e.target), { signal });
    this.chips.addEventListener("click", (e) => this.#unpick(e.target), { signal });
    const choose = /** @type {HTMLInputElement} */ (form.querySelector("[data-choose]"));
    choose.addEventListener("change", () => {
      this.#add(choose.files ?? []);
      choose.value = "";
    }, { signal });
    form.addEventListener("dragover", (e) => e.dataTransfer?.types.includes("Files") && e.preventDefault(), { signal });
    form.addEventListener("drop", (e) => {
      if (!e.dataTransfer?.files.length) return;
      e.preventDefault();
      this.#add(e.dataTransfer.files);
    }, { signal });
    form.addEventListener("paste", (e) => e.clipboardData?.files.length && this.#add(e.clipboardData.files), { signal });
    this.cover?.addEventListener("change", () => (this.#draw(), this.#keep()), { signal });
    this.text.addEventListener("input", () => (this.#draw(), this.#keep()), { signal });
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#send();
    }, { signal });
    this.#restore();
    this.#draw();
  }

  close() {
    if (this.#timer) this.#save();
    this.#closing.abort();
  }

  #restore() {
    for (const li of [...this.list.querySelectorAll("[data-file]")]) {
      const known = JSON.parse(/** @type {HTMLElement} */ (li).dataset.file || "{}");
      li.remove();
      this.#show({ id: known.id, name: known.name, size: known.size, ready: true });
    }
    try {
      const draft = JSON.parse(this.form.dataset.draft || "{}");
      for (const { number, name } of draft.to ?? []) this.#addPerson(String(number), String(name));
      if (this.cover && draft.cover) this.cover.value = String(draft.cover);
      this.text.value = draft.text ?? "";
    } catch {
      // a draft that cannot be read is none
    }
  }

  /** @returns {HTMLElement[]} */
  get #options() {
    return [...this.found.querySelectorAll("[role=option]")].filter((o) => o instanceof HTMLElement);
  }

  #listed() {
    if (!this.field.value.trim()) this.found.querySelector("[role=listbox]")?.replaceChildren(); // an answer that came late
    this.found.querySelector(".options__none")?.toggleAttribute("hidden", !this.field.value.trim());
    this.#move(this.field.value.trim() ? 0 : -1);
    this.field.setAttribute("aria-expanded", String(this.#options.length > 0));
    if (this.#takeNext) this.#take();
    this.#takeNext = false;
  }

  /** @param {number} to */
  #move(to) {
    const all = this.#options;
    this.#active = all.length ? Math.max(-1, Math.min(to, all.length - 1)) : -1;
    all.forEach((o, i) => o.setAttribute("aria-selected", String(i === this.#active)));
    const at = all[this.#active];
    if (at) this.field.setAttribute("aria-activedescendant", at.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.isComposing) return;
    const text = this.field.value.trim();
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      this.#move(this.#active + (e.key === "ArrowDown" ? 1 : -1));
    } else if (["Enter", ",", ";"].includes(e.key)) {
      e.preventDefault();
      if (text) this.#takeNext = !this.#take();
    } else if (e.key === "Tab" && text && !e.shiftKey) {
      if (this.#take()) e.preventDefault();
    } else if (e.key === "Backspace" && !this.field.value && this.#to.length) this.#drop(this.#to.length - 1);
    else if (e.key === "Escape" && text) {
      e.preventDefault();
      this.#reset();
    }
  }

  #take() {
    const at = this.#options[this.#active];
    const typed = this.field.value.trim();
    if (at) return this.#pick(at);
    if (!NUMBER.test(typed)) return false;
    this.#addPerson(typed, typed);
    this.#reset();
    return true;
  }

  /** @param {EventTarget | null} target */
  #pick(target) {
    const o = target instanceof Element ? target.closest("[role=option]") : null;
    if (!(o instanceof HTMLElement)) return false;
    this.#addPerson(o.dataset.number || "", o.dataset.name || o.dataset.number || "");
    this.#reset();
    return true;
  }

  #reset() {
    this.field.value = "";
    this.found.querySelector("[role=listbox]")?.replaceChildren();
    this.found.querySelector(".options__none")?.remove();
    this.#listed();
    this.field.focus();
    this.#draw();
    this.#keep();
  }

  /** @param {string} number @param {string} name */
  #addPerson(number, name) {
    if (!number || this.#to.some((t) => t.number === number)) return;
    this.#to.push({ number, name });
    const template = /** @type {HTMLTemplateElement} */ (this.form.querySelector("[data-chip]"));
    const chip = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (template.content.firstElementChild).cloneNode(true));
    /** @type {HTMLElement} */ (chip.querySelector("[data-text]")).textContent = name;
    chip.querySelector("button")?.setAttribute("aria-label", t("Remove {0}", name));
    this.chips.append(chip);
    this.field.placeholder = "";
    announce(t("{0} added", name));
  }

  /** @param {number} i */
  #drop(i) {
    const [who] = this.#to.splice(i, 1);
    this.chips.children[i]?.remove();
    if (!this.#to.length) this.field.placeholder = t("Name or number");
    announce(t("{0} removed", who.name));
    this.#draw();
    this.#keep();
  }

  /** @param {EventTarget | null} target */
  #unpick(target) {
    const chip = target instanceof Element && target.closest("button") ? target.closest("li") : null;
    if (!chip) return;
    this.#drop([...this.chips.children].indexOf(chip));
    this.field.focus();
  }

  /** @param {Iterable<File>} files */
  #add(files) {
    for (const file of files) void this.#upload(file);
  }

  /** @param {Paper} paper */
  #show(paper) {
    this.#papers.push(paper);
    const template = /** @type {HTMLTemplateElement} */ (this.form.querySelector("[data-paper-row]"));
    const li = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (template.content.firstElementChild).cloneNode(true));
    /** @type {HTMLElement} */ (li.querySelector("[data-text]")).textContent = paper.name;
    const sub = /** @type {HTMLElement} */ (li.querySelector("[data-sub]"));
    sub.textContent = paper.ready ? sizeWords(paper.size) : t("Being added…");
    const remove = /** @type {HTMLElement} */ (li.querySelector("[data-remove]"));
    remove.setAttribute("aria-label", t("Remove {0}", paper.name));
    remove.addEventListener("click", () => {
      this.#forget(paper, li);
      void ask(`/panel/files/${encodeURIComponent(paper.id)}/delete`, { method: "POST" }).catch(() => {});
      this.field.focus();
    });
    this.list.append(li);
    return { li, sub };
  }

  /** @param {Paper} paper @param {HTMLElement} li */
  #forget(paper, li) {
    this.#papers = this.#papers.filter((p) => p !== paper);
    li.remove();
    this.#draw();
  }

  /** @param {File} file */
  async #upload(file) {
    const paper = { id: newID(), name: file.name, size: file.size, ready: false };
    const { li, sub } = this.#show(paper);
    this.#say("");
    this.#draw();
    const body = new FormData();
    body.append("id", paper.id);
    body.append("file", file);
    const r = await ask("/panel/fax/new/files", { method: "POST", body }).catch(() => null);
    if (!r?.ok) {
      this.#forget(paper, li);
      return this.#say(`${file.name}: ${r ? (await r.text()).trim() : OFFLINE}`);
    }
    paper.ready = true;
    sub.textContent = sizeWords(paper.size);
    announce(t("{0} added", paper.name));
    this.#draw();
  }

  get #index() {
    return Number(this.cover?.value ?? 0);
  }

  #draw() {
    const words = /** @type {HTMLElement} */ (this.form.querySelector("[data-cover-text]"));
    words.hidden = !this.#index;
    const to = this.#to.length > 0 || NUMBER.test(this.field.value.trim());
    const what = this.#papers.length > 0 || this.#index > 0;
    /** @type {HTMLButtonElement} */ (this.form.querySelector("[data-send]")).disabled = this.#busy || !to || !what || this.#papers.some((p) => !p.ready);
  }

  /** Keeps what is written, a moment after the last change. */
  #keep() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), KEEP);
  }

  #save() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const draft = JSON.stringify({ to: this.#to, cover: this.#index, text: this.text.value });
    void ask("/panel/fax/new/draft", { method: "POST", body: new URLSearchParams({ text: draft }), keepalive: true }).catch(() => {});
  }

  /** @param {string} sentence */
  #say(sentence) {
    const at = /** @type {HTMLElement} */ (this.form.querySelector("[data-failed]"));
    at.textContent = sentence;
    at.hidden = !sentence;
  }

  async #send() {
    if (this.field.value.trim() && !this.#take()) return this.field.focus();
    if (this.#busy || !this.#to.length) return;
    const body = new URLSearchParams({ cover: String(this.#index), text: this.text.value });
    for (const { number } of this.#to) body.append("to", number);
    for (const { id } of this.#papers) body.append("file", id);
    // The same fax keeps its id, so that trying again after a lost answer
    // cannot send it twice.
    const offer = body.toString();
    if (this.#offered && this.#offered !== offer) this.#id = newID();
    this.#offered = offer;
    body.append("id", this.#id);
    this.#busy = true;
    this.#say("");
    this.#draw();
    try {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      const r = await ask("/panel/fax/new", { method: "POST", body }).catch(() => null);
      if (!r?.ok) throw new Error(r ? (await r.text()).trim() : OFFLINE);
      announce(t("The fax is on its way."));
      if (this.form.isConnected) await navigate("/messages/fax", { focus: true });
    } catch (e) {
      this.#say(/** @type {Error} */ (e).message);
    } finally {
      this.#busy = false;
      if (this.form.isConnected) this.#draw();
    }
  }
}

/** @type {FaxForm | null} */
let open = null;
function close() {
  open?.close();
  open = null;
}
function look() {
  const form = document.querySelector("#panel #fax-form");
  if (open && open.form === form) return;
  close();
  open = form instanceof HTMLFormElement ? new FaxForm(form) : null;
}
document.addEventListener("oh:leave", close);
document.addEventListener("oh:session", close);
document.addEventListener("oh:panel", look);
look();

// A fax that was not sent is sent again, or forgotten, from its row or page.
document.addEventListener("click", async (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-fax-do]") : null;
  if (!(at instanceof HTMLElement) || at.getAttribute("aria-busy") === "true") return;
  at.setAttribute("aria-busy", "true");
  const { faxDo: what = "", of = "" } = at.dataset;
  const row = at.closest(".mail-row");
  const follow = after(row ? [row] : []);
  const r = await ask(`/panel/fax/${encodeURIComponent(of)}/${what}`, { method: "POST" }).catch(() => null);
  at.removeAttribute("aria-busy");
  if (!r?.ok) return alert(r ? (await r.text()).trim() : OFFLINE);
  if (what === "retry") announce(t("The fax is on its way."));
  else if (row) follow();
  if (at.hasAttribute("data-leave")) await navigate("/messages/fax", { focus: true });
});
