// The buttons that a service adds above the box that texts are written in. A
// click is told to the page, which may fill the text in or open something of
// its own.
// @ts-check
import { calm } from "./foreign.js";
import { current, request } from "./service.js";

document.addEventListener("oh:panel", draw);
document.addEventListener("oh:service-known", draw);
draw();

/** Draws them in the composer that is open; drawing again changes nothing that is the same. */
export function draw() {
  const form = document.getElementById("composer");
  if (!form) return;
  const buttons = current()?.buttons?.filter((b) => b.type === "smsToolbar") ?? [];
  const kept = JSON.stringify(buttons);
  let bar = /** @type {HTMLElement | null} */ (form.querySelector("[data-service-tools]"));
  if ((bar?.dataset.serviceTools ?? "[]") === kept) return;
  bar?.remove();
  if (!buttons.length) return;
  bar = document.createElement("div");
  bar.className = "composer__tools";
  bar.dataset.serviceTools = kept;
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", current()?.title ?? "");
  for (const { id, type, label, icon } of buttons) bar.append(button({ id, type, label }, icon));
  form.prepend(bar);
}

/** @param {{id: string, type: string, label: string}} what @param {string} icon */
function button(what, icon) {
  const at = document.createElement("button");
  at.type = "button";
  at.className = "tap tap--s";
  const label = calm(what.label);
  at.title = label;
  at.setAttribute("aria-label", label);
  // The server has checked where the picture comes from; one it refused is gone.
  if (icon) at.append(Object.assign(document.createElement("img"), { src: icon, alt: "", width: 20, height: 20 }));
  else at.textContent = label.slice(0, 1);
  at.addEventListener("click", () => void request("buttonEventPath", { button: what }));
  return at;
}
