// Draws names anew where they are shown, once it is known whose a number is.
// What is written or read there stays.
// @ts-check
import { ask } from "./ask.js";
import { currentPath, navigate, put } from "./nav.js";

/** The parts of a panel that say who it is about. */
const PARTS = [".top__who", ".who", ".holders-place", ".contact__acts", ".contact__details", ".call__logs"];

export async function redraw() {
  for (const list of ["oh:conversations", "oh:names"]) document.dispatchEvent(new CustomEvent(list));
  const path = currentPath();
  const panel = document.querySelector("#panel :is([data-panel=conversation], [data-panel=number], [data-panel=contact], [data-panel=call])");
  if (!panel) return;
  const messages = panel.querySelector("#messages");
  if (messages) htmx.trigger(messages, "refresh");
  const r = await ask(`/panel${path}`).catch(() => null);
  if (!panel.isConnected || currentPath() !== path) return;
  if (r?.status === 404 && panel.matches("[data-panel=contact]")) return navigate(path, { replace: true }); // deleted elsewhere
  if (!r?.ok) return;
  const fresh = new DOMParser().parseFromString(await r.text(), "text/html");
  for (const part of PARTS) {
    const [from, to] = [fresh.querySelector(part), panel.querySelector(part)];
    if (from && to && from.innerHTML !== to.innerHTML) await put(to, from.innerHTML);
  }
}
