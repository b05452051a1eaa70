// Owns what is asked before an emergency call: where help is sent to, which
// the user confirms, changes or registers first. Loaded when somebody dials
// such a number, or looks after the address in the settings.
// @ts-check
import { ask, session } from "./ask.js";
import { language, t } from "./lang.js";

/**
 * @typedef {{customerName?: string, street?: string, street2?: string, city?: string, state?: string, zip?: string, countryIsoCode?: string}} Address
 * @typedef {{
 *   number?: string, test?: boolean, address: Address | null, lines?: string[], unknown?: string, country: string, countries: string[],
 * }} Help as the server tells it (internal/widget/softphone/emergency.go)
 */

/** How long the server may take to register an address. */
const PATIENCE = 15_000;

/** The parts of an address: its name, what people call it, how browsers fill it in, and whether it has to be there. */
const fields = () => /** @type {const} */ ([
  ["customerName", t("Who is there"), "name", true],
  ["street", t("Street and number"), "address-line1", true],
  ["street2", t("Floor or room"), "address-line2", false],
  ["city", t("City"), "address-level2", true],
  ["state", t("State or province"), "address-level1", false],
  ["zip", t("Postal code"), "postal-code", false],
]);

/**
 * Resolves when the user wants to be connected with what they have dialled;
 * throws a sentence when not.
 * @param {Help} help @param {AbortSignal} ends what it is asked in
 */
export async function confirmed(help, ends) {
  for (;;) {
    ends.throwIfAborted();
    const answer = await sheet(help, ends);
    if (answer === "call") return;
    if (answer !== "change") throw new Error(t("Not called."));
    help = (await form(help, ends)) ?? help;
  }
}

/** Shows where help is sent to, and changes it. */
export async function lookAfter() {
  const r = await ask("/emergency", { signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  if (!r?.ok) throw new Error((r && (await r.text()).trim()) || t("There is no connection right now."));
  const help = /** @type {Help} */ (await r.json());
  if (help.unknown) throw new Error(help.unknown);
  await form(help, session());
}

/** @param {Help} help @returns {{title: string, note: string, calls: boolean}} */
function words({ number = "", test, address, unknown }) {
  if (unknown) return { title: t("Emergency call to {0}", number), note: unknown, calls: true };
  if (!address) {
    return {
      title: t("This phone cannot call {0} yet", number),
      note: t("No address is registered that help could be sent to. If you need help now, call from a mobile phone: that is quickest."),
      calls: false,
    };
  }
  if (test) return { title: t("Test of your emergency address"), note: t("{0} reads out where help would be sent to:", number), calls: true };
  return { title: t("Emergency call to {0}", number), note: t("Help will be sent to:"), calls: true };
}

/** @param {Help} help @param {AbortSignal} ends @returns {Promise<"call" | "change" | "">} */
function sheet(help, ends) {
  const { title, note, calls } = words(help);
  const dialog = open(title, note, ends);
  if (help.lines) {
    const at = add(dialog, "address", "ask__address");
    for (const line of help.lines) add(at, "bdi", "ask__line", line);
  }
  return new Promise((resolve) => {
    const button = (/** @type {string} */ css, /** @type {string} */ text, /** @type {"call" | "change" | ""} */ answer) => {
      const b = /** @type {HTMLButtonElement} */ (add(dialog, "button", `button button--wide ${css}`, text));
      b.type = "button";
      b.addEventListener("click", () => {
        shut(dialog);
        resolve(answer);
      });
      return b;
    };
    const first = calls ? button("button--main", t("Call {0}", help.number), "call") : button("button--main", t("Register an address"), "change");
    if (calls && !help.unknown) button("", t("Change address"), "change");
    button("", calls ? t("Cancel") : t("Close"), "");
    dialog.addEventListener("cancel", () => {
      shut(dialog);
      resolve("");
    });
    first.focus();
  });
}

/** @param {Help} help @param {AbortSignal} ends @returns {Promise<Help | null>} with the new address; null when nothing was saved */
function form(help, ends) {
  const dialog = open(t("Where help is to be sent"), t("Write where this phone is right now. Change it whenever you take the phone somewhere else."), ends);
  const at = /** @type {HTMLFormElement} */ (add(dialog, "form", "ask__form"));
  at.noValidate = true;
  for (const [name, label, fill, needed] of fields()) {
    const input = /** @type {HTMLInputElement} */ (field(at, name, label, "input"));
    Object.assign(input, { autocomplete: fill, maxLength: 100, required: needed, value: help.address?.[name] ?? "" });
  }
  const country = /** @type {HTMLSelectElement} */ (field(at, "countryIsoCode", t("Country"), "select"));
  country.autocomplete = "country";
  for (const { code, name } of named(help.countries)) country.add(new Option(name, code));
  country.value = help.address?.countryIsoCode || help.country;
  const failed = add(at, "p", "ask__failed");
  failed.setAttribute("role", "alert");
  failed.hidden = true;
  const save = /** @type {HTMLButtonElement} */ (add(at, "button", "button button--main button--wide", t("Save address")));
  const cancel = /** @type {HTMLButtonElement} */ (add(at, "button", "button button--wide", t("Cancel")));
  cancel.type = "button";
  return new Promise((resolve) => {
    const end = (/** @type {Help | null} */ now) => {
      shut(dialog);
      resolve(now);
    };
    cancel.addEventListener("click", () => end(null));
    dialog.addEventListener("cancel", () => end(null));
    at.addEventListener("submit", async (e) => {
      e.preventDefault();
      if (save.getAttribute("aria-busy")) return;
      save.setAttribute("aria-busy", "true");
      failed.hidden = true;
      try {
        end({ ...help, ...(await register(at)), unknown: "" });
      } catch (why) {
        failed.textContent = why instanceof Error ? why.message : String(why);
        failed.hidden = false;
        save.removeAttribute("aria-busy");
      }
    });
    /** @type {HTMLInputElement} */ (at.elements[0]).focus();
  });
}

/** @param {HTMLFormElement} at @returns {Promise<Help>} */
async function register(at) {
  const body = JSON.stringify(Object.fromEntries(new FormData(at)));
  const r = await ask("/emergency", { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  if (!r) throw new Error(t("There is no connection right now."));
  if (!r.ok) throw new Error((await r.text()).trim());
  return r.json();
}

/** Countries as the reader calls them, in their order. @param {string[]} codes */
function named(codes) {
  const names = new Intl.DisplayNames(language, { type: "region" });
  const order = new Intl.Collator(language);
  return codes.map((code) => ({ code, name: names.of(code) ?? code })).sort((a, b) => order.compare(a.name, b.name));
}

/** @param {HTMLElement} at @param {string} name @param {string} label @param {"input" | "select"} tag */
function field(at, name, label, tag) {
  const whole = add(at, "label", "ask__field");
  add(whole, "span", "ask__label", label);
  const input = add(whole, tag, "field");
  input.setAttribute("name", name);
  return input;
}

/** @param {Element} at @param {string} tag @param {string} css @param {string} [text] */
function add(at, tag, css, text = "") {
  const e = document.createElement(tag);
  e.className = css;
  e.textContent = text;
  at.append(e);
  return e;
}

/** @param {string} title @param {string} note @param {AbortSignal} ends means no: nobody's address is shown to whoever signs in next */
function open(title, note, ends) {
  const dialog = /** @type {HTMLDialogElement} */ (document.createElement("dialog"));
  dialog.className = "ask ask--help";
  dialog.setAttribute("aria-labelledby", "help-title");
  dialog.setAttribute("aria-describedby", "help-note");
  add(dialog, "h2", "ask__title", title).id = "help-title";
  add(dialog, "p", "ask__note", note).id = "help-note";
  document.body.append(dialog);
  dialog.showModal();
  ends.addEventListener("abort", () => dialog.dispatchEvent(new Event("cancel")), { once: true });
  return dialog;
}

/** @param {HTMLDialogElement} dialog */
function shut(dialog) {
  dialog.close();
  dialog.remove();
}
