// Deleting a contact, and the line by which it can be had back.
// @ts-check
import { ask, frameURL } from "./ask.js";
import { t } from "./lang.js";
import { alert, announce, currentPath, goBack, navigate } from "./nav.js";
import { offer } from "./undoline.js";

/** @param {string} address */
const local = (address) => address.slice(frameURL("").length);

/** @param {HTMLElement} at the button of a contact */
export async function remove(at) {
  const { deleteContact = "", restore = "", name = "" } = at.dataset;
  if (at.getAttribute("aria-busy") === "true") return;
  at.setAttribute("aria-busy", "true");
  const here = currentPath();
  const r = await ask(local(deleteContact), { method: "POST" }).catch(() => null);
  at.removeAttribute("aria-busy");
  if (!r?.ok) return alert(r ? (await r.text()).trim() : t("There is no connection right now. The contact is still there."));
  if (currentPath() === here) await goBack();
  const who = document.createElement("bdi");
  who.textContent = name;
  const [before, after] = t("{0} was deleted.").split("{0}");
  offer([before, who, after], () => back(restore, name));
  announce(t("{0} was deleted. Undo is at the top of the phone.", name));
}

/** @param {string} restore @param {string} name */
async function back(restore, name) {
  const r = await ask(local(restore), { method: "POST" }).catch(() => null);
  if (!r?.ok) {
    alert(r ? (await r.text()).trim() : t("There is no connection right now. Try again in a moment."));
    return false;
  }
  const { route } = await r.json();
  announce(t("{0} is back.", name));
  void navigate(route, { focus: true });
  return true;
}
