// Owns an open form: collects what is filled in, tells the host page of each
// change, and keeps what somebody types while the server draws the form again,
// as it does in answer to a key stroke when the host page describes its page
// anew. Who is told, and where the form is drawn, is handed in.
// @ts-check
import { mark, pathOf, json, read, write } from "./fields.js";
import { language, t } from "./lang.js";
import { limitWords } from "./sizes.js";
import { at, changed, drop, put, same } from "./values.js";

/**
 * @typedef {{formData: any, turn: number, check: boolean}} Filled
 * @typedef {{
 *   draw(filled: Filled): Promise<string | null>,
 *   input(formData: any, keys: string[]): Promise<unknown>,
 *   press(id: string, formData: any): Promise<unknown>,
 *   submit(formData: any): Promise<unknown>,
 *   tabAction?(id: string): Promise<unknown>,
 *   say(sentence: string): void,
 * }} Ties
 */

/** Files larger than this are not carried through messages, whatever a page allows. */
const MOST = 20_000_000;
/** How many states of a field a late answer of the host page may repeat. */
const LATELY = 400;

export class Form {
  #closing = new AbortController();
  /** What is filled in, with what no control shows. @type {any} */
  values;
  turn;
  /** How many events of a name wait for their answer. @type {Map<string, number>} */
  #waiting = new Map();
  /** What was told of a name lately: the host page may repeat it. @type {Map<string, any[]>} */
  #told = new Map();
  /** How many events of a name have been told at all. @type {Map<string, number>} */
  #count = new Map();
  /** The host page's last values, and how much was told when they were first seen. */
  #seen = { turn: 0, count: new Map() };
  /** The ways to fields that somebody has emptied: their defaults do not come back. @type {Set<string>} */
  #emptied = new Set();
  /** The drawing that goes on. @type {Promise<boolean> | null} */
  #drawing = null;
  #again = false;
  #composing = false;
  #check = false;

  /** @param {HTMLElement} root the section around the form @param {Ties} ties @param {{values: any, turn: number, told?: Map<string, any[]>}} [kept] */
  constructor(root, ties, kept) {
    this.root = root;
    this.ties = ties;
    this.turn = Number(root.dataset.turn) || 0;
    this.values = json(this.form.dataset.values) ?? {};
    if (kept && kept.turn >= this.turn) [this.values, this.turn] = [kept.values, kept.turn];
    // What the host page repeats late is late for the next form of the page, too.
    if (kept?.told) this.#told = kept.told;
    this.#listen();
    this.#fill();
    if (kept && !same(json(this.form.dataset.values), this.values)) void this.redraw();
  }

  /** What was told of each name lately. */
  get told() {
    return this.#told;
  }

  get form() {
    return /** @type {HTMLFormElement} */ (this.root.querySelector("[data-form]"));
  }

  close() {
    this.#closing.abort();
  }

  #listen() {
    const { signal } = this.#closing;
    const on = (/** @type {string} */ type, /** @type {(e: any) => void} */ f) => this.root.addEventListener(type, f, { signal });
    on("input", (e) => this.#input(e.target));
    on("change", (e) => e.target.type === "file" && void this.#attach(e.target));
    on("change", (e) => e.target.dataset?.rename && this.#rename(e.target));
    on("click", (e) => this.#click(e));
    on("submit", (e) => {
      e.preventDefault();
      void this.submit();
    });
    on("keydown", (e) => this.#key(e));
    on("compositionstart", () => (this.#composing = true));
    on("compositionend", () => {
      this.#composing = false;
      if (this.#again) void this.redraw();
    });
  }

  /** @returns {HTMLElement[]} */
  get #controls() {
    return /** @type {HTMLElement[]} */ ([...this.form.querySelectorAll("[data-path][data-type]")]);
  }

  /** @param {EventTarget | null} target */
  #input(target) {
    const el = target instanceof Element ? target.closest("[data-path][data-type]") : null;
    if (!(el instanceof HTMLElement) || el.dataset.type === "file") return;
    this.take(el);
  }

  /** Takes what a control says now. @param {HTMLElement} el */
  take(el) {
    const path = pathOf(el);
    const value = read(el, at(this.values, path));
    if (value === undefined) this.#emptied.add(JSON.stringify(path));
    else this.#emptied.delete(JSON.stringify(path));
    this.set(put(this.values, path, value));
  }

  /** Other values, of which the host page hears. @param {any} values */
  set(values) {
    const keys = changed(this.values, values);
    if (!keys.length) return;
    this.values = values;
    this.#tell(keys);
    this.#fit();
    if (this.form.hasAttribute("data-reactive") || this.#check) void this.redraw();
  }

  /** @param {string[]} keys */
  #tell(keys) {
    const { values } = this;
    for (const k of keys) {
      this.#waiting.set(k, (this.#waiting.get(k) ?? 0) + 1);
      this.#count.set(k, (this.#count.get(k) ?? 0) + 1);
      this.#told.set(k, [...(this.#told.get(k) ?? []), at(values, [k])].slice(-LATELY));
    }
    void this.ties.input(values, keys).finally(() => {
      for (const k of keys) this.#waiting.set(k, (this.#waiting.get(k) ?? 1) - 1);
      if (this.#late && !this.#closing.signal.aborted) void this.redraw();
    });
  }

  /** Set when the host page's values came while somebody was typing. */
  #late = false;

  /** Shows what follows from the values alone: what a range says, whether Save may be pressed. */
  #fit() {
    for (const out of this.form.querySelectorAll("output[data-shows]")) {
      const control = document.getElementById(out.getAttribute("data-shows") ?? "");
      if (control && "value" in control) out.textContent = String(control.value);
    }
    const button = this.root.querySelector("header [data-submit]");
    const needs = json(this.form.dataset.needs) ?? [];
    if (button instanceof HTMLButtonElement) button.disabled = needs.some((/** @type {string} */ k) => [undefined, null, ""].includes(at(this.values, [k])));
  }

  /** Makes all controls say the values. */
  #fill() {
    for (const el of this.#controls) write(el, at(this.values, pathOf(el)));
    this.#fit();
  }

  /**
   * Has the server draw the form with what is filled in, or with what the host
   * page has set since. One drawing at a time; the last one counts, and whoever
   * asks for it while another goes on has it after that.
   * @returns {Promise<boolean>} whether it was drawn
   */
  async redraw() {
    this.#again = true;
    if (this.#composing || this.#closing.signal.aborted) return false;
    return (this.#drawing ??= this.#draw());
  }

  async #draw() {
    try {
      while (this.#again && !this.#closing.signal.aborted) {
        this.#again = false;
        const before = this.values;
        const html = await this.ties.draw({ formData: this.#outgoing(), turn: this.turn, check: this.#check });
        if (html === null || this.#closing.signal.aborted) return false;
        await this.#show(html, before);
      }
    } finally {
      this.#drawing = null;
    }
    return true;
  }

  /** @param {string} html @param {any} before the values that it was asked with */
  async #show(html, before) {
    const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-panel], [data-form]");
    const form = next?.matches("[data-form]") ? next : next?.querySelector("[data-form]");
    if (!(next instanceof HTMLElement) || !(form instanceof HTMLElement)) return;
    const turn = Number(next.dataset.turn) || 0;
    const theirs = this.#incoming(json(form.dataset.values) ?? {});
    const untouched = this.values === before;
    let kept = false;
    if (turn > this.turn) kept = this.#accept(theirs, turn, before);
    else if (untouched) this.values = files(theirs, this.values); // with the defaults of new fields
    const view = this.#view();
    await htmx.swap({ text: html, target: this.root, swap: "outerMorph", sourceElement: this.root });
    const now = document.querySelector(`[data-panel][data-page="${CSS.escape(this.root.dataset.page ?? "")}"]`);
    if (now instanceof HTMLElement && now !== this.root) this.#move(now);
    this.#fill();
    view.restore();
    // What was typed meanwhile may bring other fields than were drawn.
    if ((!untouched || (kept && !this.#late)) && this.#shaped(theirs)) this.#again = true;
  }

  /** What the server draws: without files, and null where a field was emptied. */
  #outgoing() {
    let out = light(this.values);
    for (const p of this.#emptied) if (at(out, JSON.parse(p)) === undefined && at(out, JSON.parse(p).slice(0, -1))) out = put(out, JSON.parse(p), null);
    return out;
  }

  /** @param {any} values */
  #incoming(values) {
    for (const p of this.#emptied) if (at(values, JSON.parse(p)) === null) values = put(values, JSON.parse(p), undefined);
    return values;
  }

  /** The morph keeps the section; should it not, the listeners go with it. @param {HTMLElement} root */
  #move(root) {
    this.#closing.abort();
    this.#closing = new AbortController();
    this.root = root;
    this.#listen();
  }

  /** Whether other values than those drawn need another drawing. @param {any} drawn */
  #shaped(drawn) {
    if (this.form.hasAttribute("data-reactive")) return true;
    return changed(this.values, drawn).some((k) => [at(this.values, [k]), at(drawn, [k])].some((v) => v && typeof v === "object"));
  }

  /**
   * Takes the host page's values, except what somebody is typing: a name that
   * has changed since they were asked for, whose events are not answered yet,
   * of which more was told since, or of which they repeat an earlier state.
   * @param {any} theirs @param {number} turn @param {any} before
   * @returns {boolean} whether something was kept
   */
  #accept(theirs, turn, before) {
    if (turn !== this.#seen.turn) this.#seen = { turn, count: new Map(this.#count) };
    const typed = changed(before, this.values);
    let values = files(theirs, this.values);
    let kept = false;
    this.#late = false;
    for (const k of changed(this.values, theirs)) {
      const echo = (this.#told.get(k) ?? []).some((v) => same(v, at(theirs, [k])));
      const older = (this.#count.get(k) ?? 0) > (this.#seen.count.get(k) ?? 0);
      const waits = (this.#waiting.get(k) ?? 0) > 0;
      if (!typed.includes(k) && !echo && !older && !waits) {
        this.#told.delete(k);
        continue;
      }
      values = put(values, [k], at(this.values, [k]));
      kept = true;
      this.#late ||= waits && !echo && !older;
    }
    this.values = values;
    // What comes too early is asked for again, once the page has answered.
    if (!this.#late) this.turn = turn;
    return kept;
  }

  /** What a person sees and the server does not know: what is open, where the caret is. */
  #view() {
    const open = [...this.root.querySelectorAll("details")].map((d) => [d.id || d.closest("[id]")?.id || "", d.open]);
    const active = document.activeElement;
    const combo = active instanceof HTMLElement && active.getAttribute("aria-expanded") === "true" ? active.id : "";
    const caret = active && "selectionStart" in active ? [active.selectionStart, /** @type {any} */ (active).selectionEnd] : null;
    return {
      restore: () => {
        this.root.querySelectorAll("details").forEach((d, i) => {
          const was = open.find(([id]) => id === (d.id || d.closest("[id]")?.id)) ?? open[i];
          if (was?.[1]) d.open = true;
        });
        const now = active instanceof HTMLElement && active.id ? document.getElementById(active.id) : null;
        if (now && now !== document.activeElement) now.focus({ preventScroll: true });
        if (now && caret?.[0] !== null && caret && /** @type {any} */ (now).selectionStart !== caret[0]) /** @type {any} */ (now).setSelectionRange?.(...caret);
        if (combo && now) this.#offer(/** @type {HTMLInputElement} */ (now));
      },
    };
  }

  /** Opens the entries of a combobox; combo.js does it where it is loaded. @param {HTMLInputElement} field */
  #offer(field) {
    field.dispatchEvent(new CustomEvent("oh:offer", { bubbles: true }));
  }

  /** @param {MouseEvent} e */
  #click(e) {
    const el = e.target instanceof Element ? e.target.closest("[data-press], [data-pick], [data-add], [data-drop], [data-move], [data-double], [data-unfile], [data-jump], [data-tab-action]") : null;
    if (!(el instanceof HTMLElement)) return;
    const d = el.dataset;
    if (d.press !== undefined) return void this.#press(el, d.press);
    if (d.tabAction !== undefined) return void this.#busy(el, this.ties.tabAction?.(d.tabAction));
    if (d.pick !== undefined) return this.#pick(el);
    if (d.jump) return this.#jump(d.jump);
    if (d.unfile !== undefined) return this.#detach(el, Number(d.unfile));
    this.#arrange(el);
  }

  /** @param {HTMLElement} el @param {string} id */
  #press(el, id) {
    for (const menu of this.root.querySelectorAll("details[data-menu][open]")) menu.removeAttribute("open");
    return this.#busy(el, this.ties.press(id, this.values));
  }

  /** @param {HTMLElement} el @param {Promise<unknown> | undefined} work */
  async #busy(el, work) {
    if (el.getAttribute("aria-busy") === "true") return;
    el.setAttribute("aria-busy", "true");
    await work;
    el.removeAttribute("aria-busy");
  }

  /** The same entry again is an event, too, without a name that changed. @param {HTMLElement} el */
  #pick(el) {
    const list = /** @type {HTMLElement} */ (el.closest("[data-list]"));
    const value = json(el.dataset.pick);
    const path = pathOf(list);
    if (same(at(this.values, path), value)) return void this.ties.input(this.values, []);
    if (!list.hasAttribute("data-quiet")) mark(list, value);
    else list.dataset.value = JSON.stringify(value);
    this.set(put(this.values, path, value));
  }

  /** @param {string} id */
  #jump(id) {
    const field = document.getElementById(`${id}-field`) ?? document.getElementById(id);
    const control = field?.querySelector("input, select, textarea, button");
    for (let d = field?.closest("details"); d; d = d.parentElement?.closest("details")) d.open = true;
    if (control instanceof HTMLElement) control.focus();
  }

  /** Adds, takes away, moves and copies entries. @param {HTMLElement} el */
  #arrange(el) {
    const d = el.dataset;
    const path = json(d.add ?? d.drop ?? d.move ?? d.double) ?? [];
    if (d.drop) return this.#rearranged(drop(this.values, path));
    if (d.add && d.named !== undefined) return this.#rearranged(put(this.values, [...path, freeName(at(this.values, path))], json(d.new)));
    const list = [...(at(this.values, path) ?? [])];
    const from = Number(d.from);
    if (d.add) list.push(json(d.new) ?? null);
    if (d.double) list.splice(from + 1, 0, list[from]);
    if (d.move) list.splice(from + Number(d.by), 0, ...list.splice(from, 1));
    this.#rearranged(put(this.values, path, list));
  }

  /** @param {any} values */
  #rearranged(values) {
    this.set(values);
    void this.redraw();
  }

  /** @param {HTMLInputElement} el */
  #rename(el) {
    const path = json(el.dataset.rename) ?? [];
    const owner = path.slice(0, -1);
    const name = el.value.trim();
    const old = path[path.length - 1];
    if (!name || name === old || at(this.values, [...owner, name]) !== undefined) return void (el.value = old);
    const entries = Object.entries(at(this.values, owner) ?? {}).map(([k, v]) => [k === old ? name : k, v]);
    this.#rearranged(put(this.values, owner, Object.fromEntries(entries)));
  }

  /** Reads chosen files as data: addresses with their names. @param {HTMLInputElement} input */
  async #attach(input) {
    const box = /** @type {HTMLElement} */ (input.closest("[data-file]"));
    const limit = Math.min(Number(box.dataset.limit) || MOST, MOST);
    const path = pathOf(box);
    const chosen = [...(input.files ?? [])];
    const large = chosen.filter((f) => f.size > limit);
    if (large.length) this.ties.say(t("{0}: larger than the {1} that this page takes.", new Intl.ListFormat(language, { type: "unit" }).format(large.map((f) => f.name)), limitWords(limit)));
    const got = await Promise.all(chosen.filter((f) => f.size <= limit).map(readFile));
    input.value = "";
    if (!got.length) return;
    const before = at(this.values, path);
    this.#rearranged(put(this.values, path, box.hasAttribute("data-multiple") ? [...(Array.isArray(before) ? before : []), ...got] : got[0]));
  }

  /** @param {HTMLElement} el @param {number} i */
  #detach(el, i) {
    const box = /** @type {HTMLElement} */ (el.closest("[data-file]"));
    const path = pathOf(box);
    this.#rearranged(put(this.values, path, box.hasAttribute("data-multiple") ? at(this.values, path).filter((/** @type {any} */ _, /** @type {number} */ k) => k !== i) : null));
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    const menu = e.target instanceof Element ? e.target.closest("details[data-menu][open]") : null;
    if (e.key !== "Escape" || !(menu instanceof HTMLDetailsElement)) return;
    e.preventDefault();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }

  /** Sends the form. A tab's is checked by the server first, which knows the schema. */
  async submit() {
    const button = /** @type {HTMLButtonElement | null} */ (this.root.querySelector("[data-submit]"));
    if (!button || button.disabled || button.getAttribute("aria-busy") === "true") return;
    await this.#busy(button, this.#send());
  }

  async #send() {
    if (this.root.dataset.kind === "tab") {
      this.#check = true;
      if (!(await this.redraw())) return this.ties.say(t("The form could not be checked. Try again."));
      const wrong = this.root.querySelector("#page-problems");
      if (wrong instanceof HTMLElement) return wrong.focus();
      this.#check = false;
    }
    await this.ties.submit(this.values);
  }
}

/** A name that no entry has. @param {any} from */
function freeName(from) {
  for (let i = 1; ; i++) {
    const name = i === 1 ? t("New entry") : t("New entry {0}", i);
    if (at(from, [name]) === undefined) return name;
  }
}

/** @param {File} file @returns {Promise<any>} */
function readFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () => {
      const dataURL = String(reader.result).replace(";base64", `;name=${encodeURIComponent(file.name)};base64`);
      resolve({ dataURL, name: file.name, size: file.size, type: file.type });
    };
    reader.readAsDataURL(file);
  });
}

/** The values without what is in files, which the server need not see. @param {any} v @returns {any} */
export function light(v) {
  if (Array.isArray(v)) return v.map(light);
  if (!v || typeof v !== "object") return v;
  if (typeof v.dataURL === "string" && "name" in v) return { ...v, dataURL: "" };
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, light(x)]));
}

/** Puts back what light took out. @param {any} v @param {any} from @returns {any} */
export function files(v, from) {
  if (!v || typeof v !== "object") return v;
  if (v.dataURL === "" && from?.name === v.name && from?.size === v.size) return from;
  if (Array.isArray(v)) return v.map((x, i) => files(x, Array.isArray(from) ? from[i] : undefined));
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, files(x, at(from, [k]))]));
}
