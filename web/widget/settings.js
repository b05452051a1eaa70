// Brings the pages of the settings to life. What is chosen counts when the
// server has kept it, for the user in every tab; what is this browser's own
// (devices, notifications) has a module for each page.
// @ts-check
import { ask } from "./ask.js";
import { bring } from "./early.js";
import { t } from "./lang.js";
import { announce } from "./nav.js";

const UNREACHED = t("The phone cannot be reached right now, so this was not kept. Try again in a moment.");
const SAVED = t("Saved.");

/** @param {string} sentence */
function refuse(sentence) {
  const at = document.querySelector("#panel [data-settings-error]");
  if (!(at instanceof HTMLElement)) return;
  at.textContent = sentence;
  at.hidden = !sentence;
}

/**
 * Keeps what was chosen; says why where it was not.
 * @param {Record<string, string>} values
 * @returns {Promise<boolean>} whether it is kept
 */
export async function keep(values) {
  const answer = await ask("/panel/preferences", { method: "POST", body: new URLSearchParams(values) }).catch(() => null);
  refuse(answer?.ok ? "" : (answer && (await answer.text()).trim()) || UNREACHED);
  if (answer?.ok) announce(SAVED);
  return Boolean(answer?.ok);
}

/** What a control stands for. @param {HTMLInputElement | HTMLSelectElement} at */
function valueOf(at) {
  if (at instanceof HTMLInputElement && at.type === "checkbox") return (at.checked ? at.dataset.on : at.dataset.off) || "";
  return at.value;
}

document.addEventListener("change", async (e) => {
  const at = e.target;
  if (!(at instanceof HTMLInputElement || at instanceof HTMLSelectElement) || !at.dataset.pref) return;
  const values = { [at.dataset.pref]: valueOf(at) };
  if (at.dataset.goesWith) values[at.dataset.goesWith] = ""; // what belonged to the choice before
  if (await keep(values)) {
    if (values.dropAfter !== undefined) document.dispatchEvent(new CustomEvent("oh:drop-silence", { detail: { duration: Number(values.dropAfter || 2) } }));
    return;
  }
  // What was not kept is not shown as if it were.
  for (const o of document.querySelectorAll(`[data-pref="${CSS.escape(at.dataset.pref)}"]`)) {
    if (o instanceof HTMLInputElement && (o.type === "radio" || o.type === "checkbox")) o.checked = o.defaultChecked;
    else if (o instanceof HTMLInputElement) o.value = o.defaultValue;
    else if (o instanceof HTMLSelectElement) for (const option of o.options) option.selected = option.defaultSelected;
  }
});

document.addEventListener("submit", (e) => {
  const form = e.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-pref-form]")) return;
  e.preventDefault();
  /** @type {Record<string, string>} */
  const values = {};
  for (const [name, value] of new FormData(form)) values[name] = String(value).trim();
  void keep(values);
});

/** What the browser knows of a page that is listed. @type {Record<string, () => Promise<string>>} */
const LINES = {
  notifications: async () => (await import("./notify.js")).line(),
  audio: async () => (await import("./devices.js")).line(),
  ringtone: async () => (await import("./ringtonesettings.js")).line(),
};

function lines() {
  for (const at of document.querySelectorAll("[data-kept]")) {
    const kept = at instanceof HTMLElement && LINES[at.dataset.kept || ""];
    if (kept) void kept().then((text) => text && at.textContent !== text && (at.textContent = text));
  }
}

/** Whether the page around us is told how long somebody writes. */
async function typing() {
  const at = document.querySelector("[data-typing]");
  if (at instanceof HTMLElement) at.hidden = !(await import("./typing.js")).on();
}

/** The module of each page that is more than choices. @type {Record<string, () => Promise<{begin(root: HTMLElement): void}>>} */
const PAGES = {
  "settings-calling": () => import("./callingsettings.js"),
  "settings-notifications": () => import("./notifysettings.js"),
  "settings-ringtone": () => import("./ringtonesettings.js"),
  "settings-audio": () => import("./audiosettings.js"),
  "settings-why": () => import("./why.js"),
  "settings-about": () => import("./support.js"),
};

/** @type {Element | null} */
let begun = null;

function enliven() {
  lines();
  void typing();
  const at = document.querySelector("#panel [data-settings][data-panel]");
  if (!(at instanceof HTMLElement) || at === begun) return;
  const page = PAGES[at.dataset.panel || ""];
  begun = at;
  if (page) void bring(page().then((m) => m.begin(at)));
}
document.addEventListener("oh:panel", enliven);
document.addEventListener("htmx:after:swap", enliven);
document.addEventListener("oh:preferences", lines);
enliven();
