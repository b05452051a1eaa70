// Owns an open conversation: keeps it at its end while the reader is there,
// shows what is on its way, marks as read what is seen.
// @ts-check
import { Composer, KEPT, without } from "./composer.js";
import { ask, held } from "./ask.js";
import { t } from "./lang.js";
import { alert, navigate, takePrefill } from "./nav.js";
import { again, discard, draftOf, put, waiting } from "./outbox.js";

const NEAR = 56;
/** So near to its beginning, what came before is asked for. */
const EARLY = 300;

/** The message that the next conversation opens at. */
let aimed = "";

/** @param {string} message its id in the page */
export const aim = (message) => void (aimed = message);

class Conversation {
  #closing = new AbortController();
  #atEnd = true;
  #visible = false;
  #reading = false;
  /** The message to be shown first, until it is. */
  #aim = "";
  /** Set while earlier messages are asked for: what is read stays in place. */
  #heightBefore = 0;
  /** @type {Set<string>} */
  #known = new Set();
  /** @type {Set<string>} */
  #unread = new Set();
  /** Marked as unread, here or elsewhere: to be read when somebody comes back to it. */
  #later = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.id = root.dataset.conversation || "";
    this.ids = new Set([this.id, decodeURIComponent((document.body.dataset.route || "").replace(/^\/conversations\//, ""))]);
    this.thread = /** @type {HTMLElement} */ (root.querySelector("#thread"));
    this.list = /** @type {HTMLElement} */ (root.querySelector("#messages"));
    this.latest = /** @type {HTMLButtonElement} */ (root.querySelector("#latest"));
    this.composer = new Composer(/** @type {HTMLFormElement} */ (root.querySelector("#composer")), {
      draft: this.#path("draft"),
      place: this.id,
      send: (text, files) => this.#send(text, files),
      held: () => waiting((id) => this.is(id)).map((i) => i.text).filter(Boolean).join("\n"),
      steady: (fit) => this.#steady(fit),
    });
    this.#listen();
    this.#known = this.#keys();
    this.#unread = new Set([...this.list.querySelectorAll(".msg[data-unread]")].map((m) => m.id));
    this.#drawWaiting();
    this.#picture();
    // scrollIntoView would move the panels, and the host page, as well.
    const first = root.querySelector("#new");
    if (first instanceof HTMLElement) this.thread.scrollTop = first.offsetTop;
    else this.#toEnd();
    this.#aim = aimed;
    aimed = "";
    this.#reach();
    this.#scrolled();
    const fill = takePrefill();
    if (fill?.text && !this.composer.offer(fill.text)) alert(KEPT, false);
    if (fill?.attachments) void this.composer.offerFiles(fill.attachments);
  }

  /** @param {string} id */
  is(id) {
    return this.ids.has(id);
  }

  /** @returns {Promise<unknown>} when what is written here is saved */
  close() {
    this.#closing.abort();
    return this.composer.close();
  }

  refresh() {
    if (this.list.isConnected) htmx.trigger(this.list, "refresh");
  }

  async followDraft() {
    const draft = async () => {
      const r = await ask(this.#path("draft"));
      if (!r.ok) throw new Error(await r.text());
      return r.text();
    };
    // Without an answer the box stays as it is; the next resync asks again.
    await this.composer.follow(draft).catch(() => {});
  }

  /** @param {string} part */
  #path(part) {
    return `/panel/conversations/${encodeURIComponent(this.id)}/${part}`;
  }

  #listen() {
    const { signal } = this.#closing;
    this.thread.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    this.list.addEventListener("htmx:after:swap", () => this.#swapped(), { signal });
    this.latest.addEventListener("click", () => this.#toEnd(true), { signal });
    this.list.addEventListener("click", (e) => this.#clicked(e), { signal });
    document.addEventListener("visibilitychange", () => ((this.#later = false), this.#read()), { signal });
    this.list.addEventListener("htmx:response:error", (e) => this.#gone(e), { signal });
    document.addEventListener("oh:outbox", (e) => this.#outbox(/** @type {CustomEvent} */ (e).detail), { signal });
    // A minimized phone is in the page and not in view: nothing is read there.
    const seen = new IntersectionObserver((entries) => {
      this.#visible = entries[entries.length - 1].isIntersecting;
      this.#read();
    });
    seen.observe(this.thread);
    const resized = new ResizeObserver(() => this.#atEnd && this.#toEnd());
    resized.observe(this.thread);
    resized.observe(this.list); // pictures come later than their bubbles
    signal.addEventListener("abort", () => (seen.disconnect(), resized.disconnect()));
  }

  /** @param {string} text @param {import("./attach.js").Added[]} files */
  #send(text, files) {
    put(this.id, text, files);
    this.composer.clear();
    this.#drawWaiting();
    this.#toEnd();
  }

  /** Bubbles of what the server has not taken yet stand at the end, and survive every refresh. */
  #drawWaiting() {
    for (const item of waiting((id) => this.is(id))) {
      let li = document.getElementById(`m-${item.id}`);
      if (!li) {
        li = this.#copy("bubble-template");
        li.id = `m-${item.id}`;
        li.classList.add("msg--in");
        const bubble = /** @type {HTMLElement} */ (li.querySelector(".msg__bubble"));
        bubble.textContent = item.text;
        if (item.files.length) void import("./attach.js").then(({ shown }) => bubble.before(shown(item.files)));
        if (!item.text) bubble.hidden = true;
        this.list.querySelector("#empty")?.remove();
        this.list.append(li);
      }
      li.classList.toggle("msg--failed", item.state === "failed");
      li.classList.toggle("msg--sending", item.state === "sending");
      li.querySelector(".msg__failed")?.remove();
      /** @type {HTMLElement} */ (li.querySelector(".msg__meta")).hidden = item.state === "failed";
      if (item.state === "failed") {
        const box = this.#copy("failed-template");
        /** @type {HTMLElement} */ (box.querySelector("[data-text]")).textContent = item.sentence;
        li.append(box);
      }
    }
  }

  /** @param {string} id @returns {HTMLElement} */
  #copy(id) {
    const t = /** @type {HTMLTemplateElement} */ (this.root.querySelector(`#${id}`));
    return /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (t.content.firstElementChild).cloneNode(true));
  }

  /** @param {{item: import("./outbox.js").Item, taken: boolean}} what */
  #outbox({ item, taken }) {
    if (!this.is(item.conversation)) return;
    if (!taken) return this.#drawWaiting();
    this.refresh();
    // Until now the draft on the server was the only copy besides this page.
    void this.composer.flush();
  }

  #keys() {
    return new Set([...this.list.querySelectorAll(".msg")].map((m) => m.id));
  }

  #swapped() {
    const before = this.#known;
    this.#drawWaiting();
    this.#picture();
    this.#known = this.#keys();
    if (this.#aim) return this.#reach(true);
    if (this.#heightBefore) {
      this.thread.scrollTop += this.thread.scrollHeight - this.#heightBefore;
      this.#heightBefore = 0;
      return;
    }
    if (before.size && !this.#known.size) return void navigate("goBack"); // deleted, here or elsewhere
    const fresh = [...this.list.querySelectorAll(".msg:not(.msg--mine)")].filter((m) => !before.has(m.id));
    const unread = [...this.list.querySelectorAll(".msg[data-unread]")];
    this.#later = unread.length > 0 && (fresh.length ? false : this.#later || unread.some((m) => !m.matches(".msg--mine") && before.has(m.id) && !this.#unread.has(m.id)));
    this.#unread = new Set(unread.map((m) => m.id));
    for (const m of fresh) m.classList.add("msg--in");
    if (this.#atEnd) this.#toEnd();
    else if (fresh.length) this.#offerLatest(true);
    this.#read();
  }

  /** A conversation that was deleted elsewhere is left. @param {Event} e */
  #gone(e) {
    this.#heightBefore = 0;
    if (/** @type {CustomEvent} */ (e).detail?.ctx?.response?.status !== 404) return;
    e.stopPropagation();
    void navigate("goBack");
  }

  /** Goes to the message that a search has found. @param {boolean} [drawn] it must be there now */
  #reach(drawn = false) {
    if (!this.#aim) return;
    const at = document.getElementById(this.#aim);
    if (!at && !drawn) {
      this.list.setAttribute("hx-get", `${this.list.getAttribute("hx-get")}&${new URLSearchParams({ at: this.#aim.replace(/^m-/, "") })}`);
      return this.refresh();
    }
    this.#aim = "";
    if (!at) return;
    this.#atEnd = false;
    this.thread.scrollTop = at.offsetTop - this.thread.clientHeight / 3;
    at.classList.add("msg--found");
  }

  /** Where cookies are refused, pictures wait to be asked for. */
  #picture() {
    if (this.list.querySelector("[data-src]")) void import("./media.js").then(({ hydrate }) => hydrate(this.list));
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.thread;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#atEnd) this.latest.removeAttribute("data-new");
    this.latest.hidden = this.#atEnd;
    if (!this.#atEnd) this.#offerLatest(this.latest.hasAttribute("data-new"));
    const more = this.list.querySelector("[data-earlier]");
    if (more instanceof HTMLButtonElement && scrollTop < EARLY && scrollHeight > clientHeight && !this.#aim) void this.#earlier(more);
  }

  /** Shows what came before; the platform may have to be asked for it. @param {HTMLButtonElement} at */
  async #earlier(at) {
    if (at.getAttribute("aria-busy") === "true" || this.#heightBefore) return;
    at.setAttribute("aria-busy", "true");
    if (at.hasAttribute("data-beyond")) {
      const r = await ask(this.#path("older"), { method: "POST" }).catch(() => null);
      at.removeAttribute("aria-busy");
      if (!r?.ok) return alert(r ? (await r.text()).trim() : t("There is no connection right now."));
    }
    if (this.#closing.signal.aborted) return;
    this.#heightBefore = this.thread.scrollHeight;
    this.list.setAttribute("hx-get", at.dataset.earlier || "");
    this.refresh();
  }

  /**
   * The box is one line high while it is measured, which moves the end of the
   * thread: without this, the reader would seem to have scrolled away from it.
   * @param {() => void} fit
   */
  #steady(fit) {
    const { scrollTop } = this.thread;
    fit();
    if (this.#atEnd) this.#toEnd();
    else this.thread.scrollTop = scrollTop;
  }

  /** @param {boolean} fresh */
  #offerLatest(fresh) {
    this.latest.hidden = false;
    this.latest.toggleAttribute("data-new", fresh);
    /** @type {HTMLElement} */ (this.latest.querySelector("[data-text]")).textContent = fresh ? t("New messages") : t("Latest");
  }

  /** @param {boolean} [smooth] */
  #toEnd(smooth = false) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.thread.scrollTo({ top: this.thread.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
    if (smooth) this.composer.field.focus({ preventScroll: true });
  }

  async #read() {
    const unread = this.root.dataset.unread !== "0" || this.list.querySelector(".msg[data-unread]");
    if (this.#reading || this.#later || document.hidden || !this.#visible || !unread) return;
    this.#reading = true;
    const marked = ask(this.#path("read"), { method: "POST" });
    reading = marked.catch(() => undefined);
    try {
      const r = await marked;
      if (r.ok) {
        this.root.dataset.unread = "0";
        for (const m of this.list.querySelectorAll(".msg[data-unread]")) m.removeAttribute("data-unread");
        this.#unread.clear();
      }
    } catch {
      // offline: the next refresh tries again
    } finally {
      this.#reading = false;
    }
  }

  /** @param {Event} e */
  async #clicked(e) {
    const at = e.target instanceof Element ? e.target.closest("[data-retry], [data-resend], [data-discard], [data-earlier], [data-view], [data-save]") : null;
    if (at instanceof HTMLAnchorElement && held()) {
      e.preventDefault();
      const { save } = await import("./media.js");
      return save(at).catch((err) => alert(err.message));
    }
    if (at instanceof HTMLButtonElement && at.dataset.view) return (await import("./viewer.js")).open(at, this.list);
    if (!(at instanceof HTMLButtonElement)) return;
    const li = at.closest(".msg");
    const id = (li?.id || "").replace(/^m-/, "");
    if (at.dataset.earlier) return this.#earlier(at);
    if (at.hasAttribute("data-resend")) return again(id);
    if (at.hasAttribute("data-discard")) {
      discard(id);
      void this.composer.flush();
      return li?.remove();
    }
    at.disabled = true;
    const r = await ask(`/panel/messages/${encodeURIComponent(at.dataset.retry || "")}/retry`, { method: "POST" }).catch(() => null);
    at.disabled = false;
    if (r?.ok) this.refresh();
    else alert(r ? (await r.text()).trim() : t("There is no connection right now."));
  }
}

/**
 * The draft that kept a text until it was taken must not offer it again. The
 * server has dropped it with the text, unless the page's last save came after
 * it.
 * @param {import("./outbox.js").Item} item
 */
async function forget({ conversation, text }) {
  if (!text) return;
  const draft = draftOf(conversation);
  try {
    await left;
    const r = await ask(draft);
    const before = r.ok ? await r.text() : "";
    const rest = without(before, text);
    if (rest !== before) await ask(draft, { method: "POST", body: new URLSearchParams({ text: rest }) });
  } catch {
    // offline: the text is sent, and its draft is there to be seen
  }
}

/** The last save of the conversation that was left. @type {Promise<unknown>} */
let left = Promise.resolve();
/** What was last marked as read by being seen. @type {Promise<unknown>} */
let reading = Promise.resolve();
/** @type {Conversation | null} */
let open = null;

/** Waits until what was seen is marked as read. */
export const settledReading = () => reading;

/** Waits until what was written in the conversation that was left is saved. */
export const settledDraft = () => left.catch(() => undefined);

document.addEventListener("oh:leave", () => {
  left = open?.close() ?? left;
  open = null;
});
document.addEventListener("oh:panel", (e) => {
  left = open?.close() ?? left;
  const root = /** @type {CustomEvent} */ (e).detail.panel.querySelector("[data-panel=conversation]");
  open = root instanceof HTMLElement ? new Conversation(root) : null;
});
document.addEventListener("oh:conversation", (e) => {
  if (open?.is(/** @type {CustomEvent} */ (e).detail.id)) open.refresh();
});
document.addEventListener("oh:outbox", (e) => {
  const { item, taken } = /** @type {CustomEvent} */ (e).detail;
  if (taken && !open?.is(item.conversation)) void forget(item);
});
document.addEventListener("oh:resync", () => void open?.followDraft());
document.addEventListener("oh:populate", (e) => {
  if (!open) return;
  e.preventDefault(); // taken
  const { text, attachments } = /** @type {CustomEvent} */ (e).detail;
  if (!open.composer.offer(text)) alert(KEPT, false);
  if (attachments?.length) void open.composer.offerFiles(attachments);
});
document.addEventListener("oh:draft", (e) => {
  if (open?.is(/** @type {CustomEvent} */ (e).detail.id)) void open.followDraft();
});
