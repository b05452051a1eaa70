// Owns the form of a contact: rows for numbers and addresses, a draft of what
// is typed, and saving, which leaves what was typed where it is until the
// server has taken it.
// @ts-check
import { ask, frameURL } from "./ask.js";
import { t } from "./lang.js";
import { announce, navigate, put } from "./nav.js";

const SAVE_AFTER = 500;

/** A path of ours without the frame in it. @param {string} address */
const local = (address) => address.slice(frameURL("").length);

/** @param {HTMLFormElement} form */
const typed = (form) => new URLSearchParams(/** @type {[string, string][]} */ ([...new FormData(form)])).toString();

class ContactForm {
  #closing = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<unknown>} */
  #saving = Promise.resolve();
  #done = false;
  #begun = "";
  #kept = "";
  #rows = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.form = /** @type {HTMLFormElement} */ (root.querySelector("#contact-form"));
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector(".contact-form__save"));
    this.action = local(this.form.getAttribute("action") || "");
    this.draft = local(this.form.dataset.draft || "");
    const { signal } = this.#closing;
    this.form.addEventListener("input", () => this.#typed(), { signal });
    this.form.addEventListener("click", (e) => this.#clicked(e), { signal });
    this.form.addEventListener("submit", (e) => (e.preventDefault(), void this.#save()), { signal });
    addEventListener("pagehide", () => this.flush(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.flush(), { signal });
    this.#begun = this.form.querySelector("[data-start-over]") ? "" : typed(this.form);
    this.#kept = this.#begun || typed(this.form);
    this.#draw();
  }

  close() {
    this.#closing.abort();
    this.flush();
  }

  /** Keeps what is typed now, also while the page goes away. */
  flush() {
    clearTimeout(this.#timer);
    const now = typed(this.form);
    if (this.#done || now === this.#kept || document.body.dataset.signedIn !== "true") return;
    this.#kept = now;
    const body = new URLSearchParams(now === this.#begun ? "" : now);
    const keep = () => ask(this.draft, { method: "POST", body, keepalive: true }).then(
      (r) => void (r.ok || (this.#kept = "\0")),
      () => void (this.#kept = "\0"), // the next pause tries again
    );
    this.#saving = this.#saving.then(keep);
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SAVE_AFTER);
  }

  /** No more rows than there is room for. */
  #draw() {
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (this.form.querySelectorAll("[data-entries]"))) {
      const add = /** @type {HTMLElement} */ (this.form.querySelector(`[data-add="${box.dataset.entries}"]`));
      add.hidden = box.children.length >= Number(box.dataset.most || 12);
    }
  }

  /** @param {Event} e */
  #clicked(e) {
    const at = e.target instanceof Element ? e.target.closest("[data-add], [data-remove], [data-start-over]") : null;
    if (!(at instanceof HTMLElement)) return;
    if (at.dataset.add) return this.#add(at.dataset.add);
    if (at.hasAttribute("data-start-over")) return void this.#startOver();
    const entry = /** @type {HTMLElement} */ (at.closest(".entry"));
    const next = entry.nextElementSibling ?? entry.previousElementSibling;
    const box = entry.closest("[data-entries]");
    entry.remove();
    this.#draw();
    this.#typed();
    const to = next?.querySelector("[data-remove]") ?? this.form.querySelector(`[data-add="${box instanceof HTMLElement ? box.dataset.entries : ""}"]`);
    if (to instanceof HTMLElement) to.focus();
  }

  /** @param {string} what phone or email */
  #add(what) {
    const t = /** @type {HTMLTemplateElement} */ (this.form.querySelector(`template[data-entry="${what}"]`));
    const entry = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (t.content.firstElementChild).cloneNode(true));
    const field = /** @type {HTMLInputElement} */ (entry.querySelector("input"));
    field.id = `contact-${what}-more-${this.#rows++}`;
    const kind = entry.querySelector("select");
    const taken = new Set([...this.form.querySelectorAll("select")].map((s) => s.value));
    if (kind) kind.value = ["mobile", "business", "home", "other"].find((k) => !taken.has(k)) ?? "business";
    this.form.querySelector(`[data-entries="${what}"]`)?.append(entry);
    this.#draw();
    field.focus();
  }

  async #startOver() {
    this.#done = true;
    clearTimeout(this.#timer);
    await this.#saving;
    const r = await ask(this.draft, { method: "POST", body: new URLSearchParams() }).catch(() => null);
    if (r?.ok) return navigate(document.body.dataset.route || "", { replace: true, focus: true });
    this.#done = false;
  }

  async #save() {
    if (this.#done) return;
    this.#done = true;
    this.#busy(true);
    clearTimeout(this.#timer);
    await this.#saving; // a draft that came later would outlive the contact
    const body = new URLSearchParams(typed(this.form));
    const r = await ask(this.action, { method: "POST", body }).catch(() => null);
    if (this.#closing.signal.aborted) return;
    if (r?.ok) {
      const { route } = await r.json();
      announce(t("Contact saved."));
      return navigate(route, { replace: true, focus: true });
    }
    this.#done = false;
    this.#busy(false);
    if (r?.status === 422) return this.#again(await r.text());
    this.#fail(r ? (await r.text()).trim() : t("There is no connection right now. What you wrote stays here: save again in a moment."));
    this.flush();
  }

  /** @param {boolean} on */
  #busy(on) {
    this.button.disabled = on;
    this.button.textContent = on ? t("Saving…") : t("Save");
    this.form.toggleAttribute("aria-busy", on);
  }

  /** The form again, with what is wrong in it. @param {string} text */
  async #again(text) {
    await put(this.form, text);
    const gone = /** @type {HTMLElement | null} */ (this.form.querySelector("[data-gone]"));
    if (gone) {
      // What was deleted elsewhere is a new contact from now on.
      this.action = local(gone.dataset.gone || "");
      this.draft = local(gone.dataset.goneDraft || "");
    }
    this.#draw();
    this.#kept = "";
    this.flush();
    const first = this.form.querySelector('[aria-invalid="true"]') ?? this.form.querySelector("#contact-failed");
    const fold = first?.closest("details");
    if (fold) fold.open = true;
    if (first instanceof HTMLElement) first.focus();
  }

  /** @param {string} sentence */
  #fail(sentence) {
    this.form.querySelector("#contact-failed")?.remove();
    const box = document.createElement("div");
    box.id = "contact-failed";
    box.className = "form__problems";
    box.setAttribute("role", "alert");
    box.tabIndex = -1;
    const words = document.createElement("p");
    words.textContent = sentence;
    box.append(words);
    this.form.prepend(box);
    box.focus();
  }
}

/** @type {ContactForm | null} */
let open = null;

function look() {
  const root = document.querySelector("#panel [data-panel=contact-form]");
  if (open?.root === root) return;
  open?.close();
  open = root instanceof HTMLElement ? new ContactForm(root) : null;
}

document.addEventListener("oh:panel", look);
document.addEventListener("oh:leave", () => {
  open?.close();
  open = null;
});
look();
