// Brings to life what a service shows in the settings and in its banner: the
// authorization button, its own settings, the buttons of both.
// @ts-check
import { ask } from "./ask.js";
import { calm } from "./foreign.js";
import { t } from "./lang.js";
import { currentPath, navigate } from "./nav.js";
import { current, request } from "./service.js";

/** How long the page may take before it says that it has begun. */
const PATIENCE = 15_000;

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-service]") : null;
  if (at instanceof HTMLElement) void press(at);
});

/** @param {HTMLElement} at */
function press(at) {
  const banner = /** @type {HTMLElement | null} */ (at.closest("[data-banner]"))?.dataset.banner;
  switch (at.dataset.service) {
    case "authorize":
      return authorize(/** @type {HTMLButtonElement} */ (at));
    case "license":
      return button({ id: "refreshLicense", type: "refreshLicense" });
    case "feedback":
      return request("feedbackPath", { show: true });
    case "button":
      return button({ id: at.dataset.id, type: "setting", label: at.dataset.label, name: at.dataset.name });
    case "banner-action":
      return button({ id: banner, type: "customizedBanner", label: at.dataset.label });
    case "banner-close":
      return closeBanner(at, banner);
  }
}

/** @param {object} what */
const button = (what) => request("buttonEventPath", { button: what });

/** The page opens its own authorization; how it went it says in a message of its own. @param {HTMLButtonElement} at */
async function authorize(at) {
  if (at.getAttribute("aria-busy") === "true") return;
  at.setAttribute("aria-busy", "true");
  say(at, "");
  const response = await request("authorizationPath", { authorized: at.dataset.authorized === "true" }, { timeout: PATIENCE });
  at.removeAttribute("aria-busy");
  const error = typeof response?.error === "string" ? response.error : "";
  const title = current()?.title;
  if (!response) say(at, title ? t("{0} did not answer. Try again, or reload the page around the phone.", title) : t("The page did not answer. Try again, or reload the page around the phone."));
  else if (error) say(at, error.slice(0, 300));
}

/** @param {HTMLElement} at @param {string | undefined} id */
async function closeBanner(at, id) {
  const place = at.closest("#banner");
  place?.replaceChildren();
  await ask("/service/banner", { method: "DELETE" }).catch(() => null);
  await button({ id, type: "customizedBanner", dismissed: true });
}

/** @param {Element} near @param {string} sentence */
function say(near, sentence) {
  const box = near.closest(".service")?.querySelector("[data-service-error]");
  if (!(box instanceof HTMLElement)) return;
  box.textContent = calm(sentence);
  box.hidden = !sentence;
}

/**
 * The value of one setting as it stands in the page.
 * @param {ParentNode} scope @param {HTMLElement} at
 */
export function valueOf(scope, at) {
  const { setting = "", kind } = at.dataset;
  if (at instanceof HTMLInputElement && kind === "boolean") return at.checked;
  if (at instanceof HTMLSelectElement) return kind === "many" ? [...at.selectedOptions].map((o) => number(o)) : number(at.selectedOptions[0]);
  if (at instanceof HTMLInputElement && (kind === "one" || kind === "many")) {
    const chosen = /** @type {HTMLInputElement[]} */ ([...scope.querySelectorAll(`[data-setting="${CSS.escape(setting)}"]`)]).filter((o) => o.checked);
    return kind === "many" ? chosen.map(number) : number(chosen[0]);
  }
  const text = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (at).value;
  return kind === "lines" ? text.split("\n").map((l) => l.trim()).filter(Boolean) : text;
}

/** An option's id as the page gave it: some are numbers. @param {{value: string, dataset: DOMStringMap} | undefined} option */
const number = (option) => (option?.dataset.number ? Number(option.value) : (option?.value ?? ""));

document.addEventListener("change", (e) => {
  const at = e.target instanceof HTMLElement ? e.target.closest("[data-setting]") : null;
  if (!(at instanceof HTMLElement)) return;
  const form = at.closest("form");
  if (form) return void fit(form);
  const scope = at.closest(".service") ?? document;
  void save(at, { ID: at.dataset.setting, Value: valueOf(scope, at) });
});
document.addEventListener("input", (e) => {
  const form = e.target instanceof HTMLElement ? e.target.closest("#service-section") : null;
  if (form instanceof HTMLFormElement) fit(form);
});

/** Save can be pressed once something has changed and nothing that is needed is missing. @param {HTMLFormElement} form */
function fit(form) {
  const save = /** @type {HTMLButtonElement | null} */ (document.querySelector(`button[form="${form.id}"]`));
  if (save) save.disabled = !form.checkValidity();
}

document.addEventListener("submit", (e) => {
  const form = e.target;
  if (!(form instanceof HTMLFormElement) || form.id !== "service-section") return;
  e.preventDefault();
  const here = currentPath();
  const id = /** @type {HTMLElement | null} */ (form.closest("[data-panel]"))?.dataset.id;
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const at of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[data-setting]:not(:disabled):not([readonly])"))) {
    values[at.dataset.setting ?? ""] = valueOf(form, at);
  }
  void save(form, { ID: id, Values: values }).then((ok) => {
    if (!ok) return;
    document.dispatchEvent(new CustomEvent("oh:service-saved"));
    if (currentPath() === here) void navigate("goBack"); // whoever went on meanwhile stays there
  });
});

/**
 * Keeps an edit and tells the page, which sends its list again to refuse it.
 * @param {Element} near @param {object} edit
 */
async function save(near, edit) {
  say(near, "");
  const answer = await ask("/service/settings", { method: "POST", body: JSON.stringify(edit) }).catch(() => null);
  if (!answer?.ok) {
    say(near, answer ? (await answer.text()).trim() : t("This could not be saved. It is saved when you try again with a connection."));
    return false;
  }
  if (!(await request("settingsPath", await answer.json()))) {
    const title = current()?.title;
    say(near, title ? t("Saved here, but {0} did not answer.", title) : t("Saved here, but the page did not answer."));
    return false;
  }
  return true;
}
