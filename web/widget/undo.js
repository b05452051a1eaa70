// Deleting a contact, and the line at the top of the phone by which it can be
// had back. The line stays until it is used, closed or replaced by the next.
// @ts-check
import { ask, frameURL } from "./ask.js";
import { alert, announce, currentPath, goBack, navigate } from "./nav.js";

/** @param {string} address */
const local = (address) => address.slice(frameURL("").length);

/** @type {HTMLElement | null} */
let line = null;

function close() {
  line?.remove();
  line = null;
}

/** @param {HTMLElement} at the button of a contact */
export async function remove(at) {
  const { deleteContact = "", restore = "", name = "" } = at.dataset;
  if (at.getAttribute("aria-busy") === "true") return;
  at.setAttribute("aria-busy", "true");
  const here = currentPath();
  const r = await ask(local(deleteContact), { method: "POST" }).catch(() => null);
  at.removeAttribute("aria-busy");
  if (!r?.ok) return alert(r ? (await r.text()).trim() : "There is no connection right now. The contact is still there.");
  if (currentPath() === here) await goBack();
  offer(name, restore);
}

/** @param {string} name @param {string} restore */
function offer(name, restore) {
  close();
  line = document.createElement("div");
  line.className = "strip strip--undo";
  line.setAttribute("role", "status");
  const words = document.createElement("span");
  words.dataset.text = "";
  const who = document.createElement("bdi");
  who.textContent = name;
  words.append(who, " was deleted.");
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "strip__act";
  undo.textContent = "Undo";
  undo.addEventListener("click", () => void back(undo, restore, name));
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "strip__close";
  dismiss.setAttribute("aria-label", "Dismiss");
  dismiss.textContent = "×";
  dismiss.addEventListener("click", close);
  line.append(words, undo, dismiss);
  document.querySelector(".strips")?.append(line);
  announce(`${name} was deleted. Undo is at the top of the phone.`);
}

/** @param {HTMLButtonElement} at @param {string} restore @param {string} name */
async function back(at, restore, name) {
  if (at.disabled) return;
  at.disabled = true;
  const r = await ask(local(restore), { method: "POST" }).catch(() => null);
  at.disabled = false;
  if (!r?.ok) return alert(r ? (await r.text()).trim() : "There is no connection right now. Try again in a moment.");
  const { route } = await r.json();
  close();
  announce(`${name} is back.`);
  await navigate(route, { focus: true });
}

document.addEventListener("oh:session", (e) => /** @type {CustomEvent} */ (e).detail?.signedIn || close());
