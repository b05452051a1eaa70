// The choice of the platform that the phone works with: those where the
// operator has allowed this app. It asks for nothing but the choice; the phone
// of another platform is another frame with a sign-in of its own.
// @ts-check
import { ask } from "./ask.js";
import { t } from "./lang.js";

/** @typedef {{origin: string, name: string, current: boolean}} Environment */

/**
 * @param {string | undefined} appServer without it, the user chooses
 * @param {{once(key: string, sentence: string): string}} link
 * @returns {Promise<string | void>} why nothing was changed
 */
export async function change(appServer, link) {
  const answer = await ask("/environments");
  if (!answer.ok) throw new Error((await answer.text()).trim());
  /** @type {Environment[]} */
  const all = await answer.json();
  if (!appServer) return offer(all);
  const to = all.find((e) => e.origin === appServer.replace(/\/+$/, ""));
  if (!to) return link.once("environment", "rc-adapter-set-environment: appServer is not a platform where the operator has allowed this app. Nothing was changed.");
  if (!to.current) go(to);
}

/** @param {Environment} to */
function go(to) {
  const address = new URL(location.href);
  address.searchParams.set("appServer", to.origin);
  // The browser still proves it: the document is shown to that page only.
  address.searchParams.set("embedOrigin", document.body.dataset.origin || "");
  location.assign(address);
}

/** @param {Environment[]} all */
function offer(all) {
  document.getElementById("environments")?.remove();
  const dialog = document.createElement("dialog");
  dialog.id = "environments";
  dialog.className = "ask";
  dialog.setAttribute("aria-labelledby", "environments-title");
  const title = Object.assign(document.createElement("h2"), { id: "environments-title", className: "ask__title", textContent: t("Where do you sign in?") });
  const note = Object.assign(document.createElement("p"), { className: "ask__note", textContent: t("Each service has a sign-in of its own.") });
  const form = Object.assign(document.createElement("form"), { method: "dialog", className: "environments" });
  for (const e of all) {
    const button = Object.assign(document.createElement("button"), { className: `button button--wide ${e.current ? "button--main" : ""}`, textContent: e.name, value: e.origin });
    if (e.current) button.setAttribute("aria-current", "true");
    form.append(button);
  }
  form.append(Object.assign(document.createElement("button"), { className: "button button--quiet button--wide", textContent: t("Cancel"), value: "" }));
  dialog.append(title, note, form);
  dialog.addEventListener("close", () => {
    const to = all.find((e) => e.origin === dialog.returnValue);
    dialog.remove();
    if (to && !to.current) go(to);
  });
  document.body.append(dialog);
  dialog.showModal();
}
