// Brings the page of one contact to life: its tabs, what the application of
// the page around us says has happened with it, the application's buttons.
// And wherever a number is somebody's: showing the contact, or saying which of
// several it is.
// @ts-check
import { ask, frameURL } from "./ask.js";
import "./favorite.js";
import { t } from "./lang.js";
import { alert, put } from "./nav.js";
import { current, ready, request } from "./service.js";
import { along } from "./way.js";

/** @param {HTMLElement} root @returns {any} the contact as its source wrote it */
const contactOf = (root) => JSON.parse(root.dataset.contact || "{}");

/** @param {Element} at */
const pageOf = (at) => /** @type {HTMLElement | null} */ (at.closest("[data-panel=contact]"));

/** What is shown of each page's activities. @type {WeakMap<Element, any[]>} */
const shown = new WeakMap();

/** @param {HTMLElement} root @param {HTMLElement} tab */
function choose(root, tab) {
  for (const t of root.querySelectorAll("[role=tab]")) {
    const on = t === tab;
    t.setAttribute("aria-selected", String(on));
    if (t instanceof HTMLElement) t.tabIndex = on ? 0 : -1;
    const panel = document.getElementById(t.getAttribute("aria-controls") || "");
    if (panel) panel.hidden = !on;
  }
  if (tab.id === "tab-activities") void activities(root);
  void part();
}

/** What was written or called with the contact, while somebody looks at it. */
async function part() {
  const at = /** @type {HTMLElement | null} */ (document.querySelector("[data-panel=contact] [data-part]:not([hidden])"));
  if (!at) return;
  const r = await ask((at.dataset.part || "").slice(frameURL("").length)).catch(() => null);
  const text = r ? await r.text() : "";
  if (!at.isConnected || !r?.ok) return r?.status !== 404 && alert(text.trim() || t("There is no connection right now."));
  await put(at, text);
}
for (const type of ["oh:conversations", "oh:calls", "oh:resync"]) document.addEventListener(type, () => void part());

/** They are asked for each time somebody looks. @param {HTMLElement} root */
async function activities(root) {
  const at = /** @type {HTMLElement} */ (root.querySelector("#contact-activities"));
  const skeleton = document.getElementById("skeleton-template");
  if (!shown.has(at)) at.innerHTML = /** @type {HTMLTemplateElement} */ (skeleton).content.querySelector(".skeleton")?.outerHTML || "";
  await ready;
  const response = await request("activitiesPath", { contact: contactOf(root) });
  const data = Array.isArray(response?.data) ? response.data : null;
  const answer = data && (await ask("/service/activities", { method: "POST", body: JSON.stringify({ data }) }).catch(() => null));
  if (!answer?.ok) return failed(at, root);
  shown.set(at, data);
  await put(at, await answer.text());
}

/** @param {HTMLElement} at @param {HTMLElement} root */
function failed(at, root) {
  const box = document.createElement("div");
  box.className = "blank blank--small";
  const words = document.createElement("p");
  words.className = "blank__text";
  words.textContent = root.dataset.sourceName
    ? t("{0} did not say what has happened with this contact.", root.dataset.sourceName)
    : t("The page did not say what has happened with this contact.");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button";
  again.dataset.activitiesAgain = "";
  again.textContent = t("Try again");
  box.append(words, again);
  at.replaceChildren(box);
}

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[role=tab], [data-activity], [data-activities-again], [data-contact-button], [data-view-contact], [data-delete-contact]") : null;
  if (!(at instanceof HTMLElement)) return;
  if (at.dataset.viewContact) return void view(at.dataset.viewContact);
  const root = pageOf(at);
  if (!root) return;
  if (at.dataset.deleteContact) return void import("./undo.js").then((m) => m.remove(at));
  if (at.getAttribute("role") === "tab") return choose(root, at);
  if (at.dataset.activitiesAgain !== undefined) return void activities(root);
  if (at.dataset.contactButton) return void press(root, at);
  const list = shown.get(/** @type {Element} */ (at.closest("#contact-activities"))) ?? [];
  void request("activityPath", { activity: list[Number(at.dataset.activity)] });
});

/** @param {string} contact */
async function view(contact) {
  await ready;
  await request("viewMatchedContactPath", JSON.parse(contact));
}

/** @param {HTMLElement} root @param {HTMLElement} at */
async function press(root, at) {
  const { contactButton: id, label, number: phoneNumber, kind: phoneType } = at.dataset;
  await ready;
  await request("buttonEventPath", { button: { id, type: "contactAction", label }, resource: { ...contactOf(root), phoneNumber, phoneType } });
}

document.addEventListener("keydown", (e) => {
  const at = e.target instanceof HTMLElement && e.target.getAttribute("role") === "tab" ? e.target : null;
  const root = at && pageOf(at);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[along(e.key)];
  if (!root || !step) return;
  const tabs = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[role=tab]")]);
  const to = tabs[(tabs.indexOf(at) + step + tabs.length) % tabs.length];
  to.focus();
  choose(root, to);
});

// Which of several people with one number it is, the user says once.
document.addEventListener("change", async (e) => {
  const at = e.target instanceof HTMLInputElement && e.target.hasAttribute("data-holder") ? e.target : null;
  const box = /** @type {HTMLElement | null | undefined} */ (at?.closest(".holders"));
  if (!at || !box) return;
  const { conversation, number } = box.dataset;
  const r = await ask("/service/matches/choice", { method: "POST", body: JSON.stringify({ conversation, number, id: at.value }) }).catch(() => null);
  if (r?.ok) return void document.dispatchEvent(new CustomEvent("oh:picked"));
  const told = current()?.title;
  alert(r ? (await r.text()).trim() : told ? t("{0} could not be told. Try again with a connection.", told) : t("The phone could not be told. Try again with a connection."));
});
