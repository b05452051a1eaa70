// Owns the call widgets of a service beside a contact or number: lists them,
// asks the host page for the page of the open one, and tells it what is done
// there (contract/service.md 11.2). Their pages are kept here alone.
// @ts-check
import "./combo.js";
import { ask } from "./ask.js";
import { json } from "./fields.js";
import { Form } from "./form.js";
import { shade } from "./host.js";
import { t } from "./lang.js";
import { alert, put } from "./nav.js";
import { current, ready, requestAt } from "./service.js";
import { pageOf } from "./values.js";

/** How long the host page may think about a page. */
const PATIENCE = 15_000;

/** @typedef {import("./values.js").Page} Page */

/** One open app. */
class App {
  #closed = false;
  /** @type {Form | null} */
  #form = null;
  #turn = 0;
  /** @type {{page: Page, actions: any[]} | null} */
  #shown = null;

  /** @param {HTMLElement} place @param {any} app as the host page registered it @param {any} contact */
  constructor(place, app, contact) {
    this.place = place;
    this.app = app;
    this.contact = contact;
  }

  close() {
    this.#closed = true;
    this.#form?.close();
    this.place.replaceChildren();
  }

  /** @param {any} [more] */
  async open(more) {
    if (!this.#form) this.#say(t("Loading…"));
    const data = await this.#ask("pagePath", more);
    if (this.#closed) return;
    if (pageOf(data)) await this.#take(data);
    else if (!this.#form) this.#say(named(current()?.title));
  }

  refresh() {
    return this.open({ refresh: true, formData: null });
  }

  /** @param {string} field @param {any} [more] */
  async #ask(field, more) {
    const path = this.app[field];
    if (typeof path !== "string" || !path) return null;
    await ready;
    const theme = shade();
    return (await requestAt(path, { contact: this.contact, app: this.app, theme, ...more }, { timeout: PATIENCE }))?.data;
  }

  /** Asks, and shows the page that may be in the answer. @param {string} field @param {any} more */
  async #tell(field, more) {
    await this.#take(await this.#ask(field, more));
  }

  /** @param {any} data */
  async #take(data) {
    const next = pageOf(data);
    if (!next || this.#closed) return;
    this.#shown = next;
    this.#turn++;
    if (this.#form) return void (await this.#form.redraw());
    const html = await this.#draw({ formData: undefined, turn: 0, check: false });
    if (html === null || this.#closed) return;
    await put(this.place, html);
    const root = this.place.querySelector("[data-panel=app]");
    if (root instanceof HTMLElement) this.#bring(root);
  }

  /** @param {HTMLElement} root */
  #bring(root) {
    this.#form = new Form(root, {
      draw: (filled) => this.#draw(filled),
      input: (formData, keys) => this.#tell("inputChangedPath", { formData, changedKeys: keys }),
      press: (id, formData) => this.#tell("buttonEventPath", { button: { id }, formData }),
      submit: (formData) => this.#tell("submitPath", { formData }),
      say: alert,
    });
  }

  /** What was filled in counts until the host page has sent another page. @param {import("./form.js").Filled} filled */
  async #draw({ formData, turn, check }) {
    const { page, actions } = /** @type {{page: Page, actions: any[]}} */ (this.#shown);
    const own = turn >= this.#turn ? { formData } : {};
    const body = { app: this.app.id, page, actions, turn: this.#turn, check, submit: Boolean(this.app.submitPath), ...own };
    const answer = await ask("/service/apps", { method: "POST", body: JSON.stringify(body) }).catch(() => null);
    if (answer?.ok) return answer.text();
    const sentence = answer && answer.status < 500 ? (await answer.text()).trim() : "";
    if (sentence) console.warn(`The page of the app ${this.app.id}: ${sentence}`);
    if (!this.#form) this.#say(t("This app cannot be shown right now."));
    return null;
  }

  /** @param {string} sentence */
  #say(sentence) {
    const p = document.createElement("p");
    p.className = "form__help";
    p.textContent = sentence;
    this.place.replaceChildren(p);
  }
}

/** @param {string} [title] of the page around us */
const named = (title) => (title ? t("{0} sent nothing to show.", title) : t("The page sent nothing to show."));

/** @type {App | null} */
let open = null;

/** Whom the panel is about. @param {HTMLElement} panel */
function contactOf(panel) {
  const whole = json(panel.dataset.contact);
  if (whole) return whole;
  const phoneNumber = panel.querySelector("[data-text-to]")?.getAttribute("data-text-to") ?? "";
  return { phoneNumber, name: panel.querySelector("[data-text-to]")?.getAttribute("data-name") ?? "" };
}

/** The place of the apps, made where there is none: a tab among tabs, or a part of the page. @param {HTMLElement} panel */
function placeIn(panel) {
  const there = panel.querySelector("[data-apps]");
  if (there instanceof HTMLElement) return there;
  const place = document.createElement("div");
  place.className = "apps";
  place.dataset.apps = "";
  const tabs = panel.querySelector("[role=tablist]");
  if (tabs) {
    const tab = document.createElement("button");
    Object.assign(tab, { type: "button", id: "tab-apps", className: "tabs__tab", textContent: t("Apps"), tabIndex: -1 });
    for (const [k, v] of Object.entries({ role: "tab", "aria-controls": "contact-apps", "aria-selected": "false" })) tab.setAttribute(k, v);
    tabs.append(tab);
    Object.assign(place, { id: "contact-apps", hidden: true, tabIndex: 0 });
    place.setAttribute("role", "tabpanel");
    place.setAttribute("aria-labelledby", "tab-apps");
  }
  (panel.querySelector(".scroll") ?? panel).append(place);
  return place;
}

let asked = 0;
async function list() {
  const panel = document.querySelector("#panel [data-panel=number], #panel [data-panel=contact]");
  const mine = ++asked;
  if (!(panel instanceof HTMLElement)) return;
  const answer = await ask("/service/apps").catch(() => null);
  const html = answer?.ok ? (await answer.text()).trim() : "";
  if (mine !== asked || !panel.isConnected || (!html && !panel.querySelector("[data-apps]"))) return;
  const place = placeIn(panel);
  const was = place.querySelector("[aria-pressed=true]")?.getAttribute("data-app");
  open?.close();
  open = null;
  await put(place, html);
  const again = was && place.querySelector(`[data-app="${CSS.escape(was)}"]`);
  if (again instanceof HTMLElement) pick(again);
  else if (!place.hidden) pickOnly(place);
}

/** One alone need not be picked. @param {HTMLElement} place */
function pickOnly(place) {
  const [only, ...more] = place.querySelectorAll("[data-app]");
  if (only instanceof HTMLElement && !more.length && !open) pick(only);
}

/** @param {HTMLElement} button */
function pick(button) {
  const place = /** @type {HTMLElement} */ (button.closest("[data-apps]"));
  const panel = /** @type {HTMLElement} */ (button.closest("[data-panel]"));
  for (const b of place.querySelectorAll("[data-app]")) b.setAttribute("aria-pressed", String(b === button));
  open?.close();
  open = new App(/** @type {HTMLElement} */ (place.querySelector("#apps-page")), json(button.dataset.stored) ?? {}, contactOf(panel));
  const refresh = place.querySelector("[data-app-refresh]");
  if (refresh instanceof HTMLElement) refresh.hidden = false;
  void open.open();
}

document.addEventListener("click", (e) => {
  const tab = e.target instanceof Element && e.target.closest("#tab-apps");
  const place = tab && document.getElementById("contact-apps");
  if (place) pickOnly(place);
  const at = e.target instanceof Element ? e.target.closest("[data-apps] [data-app], [data-apps] [data-app-refresh]") : null;
  if (!(at instanceof HTMLElement)) return;
  if (at.dataset.app !== undefined) pick(at);
  else void open?.refresh();
});
document.addEventListener("oh:leave", () => {
  asked++;
  open?.close();
  open = null;
});
document.addEventListener("oh:panel", () => void list());
document.addEventListener("oh:service", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.what === "app") void list();
});
void list();
