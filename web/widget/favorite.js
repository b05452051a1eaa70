// The star that makes somebody a favorite: it turns at once, and back where
// the phone service says no. Every tab hears of it.
// @ts-check
import { ask, frameURL } from "./ask.js";
import { t } from "./lang.js";
import { alert, announce } from "./nav.js";

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-favorite]") : null;
  if (at instanceof HTMLElement && at.getAttribute("aria-busy") !== "true") void mark(at);
});

/** @param {HTMLElement} at */
async function mark(at) {
  const { favorite: address = "", name = "" } = at.dataset;
  const on = at.getAttribute("aria-pressed") !== "true";
  at.setAttribute("aria-pressed", String(on));
  at.setAttribute("aria-busy", "true");
  const r = await ask(address.slice(frameURL("").length), { method: "POST", body: new URLSearchParams({ on: String(on) }) }).catch(() => null);
  at.removeAttribute("aria-busy");
  if (r?.ok) return announce(on ? t("{0} is a favorite now.", name) : t("{0} is no favorite any more.", name));
  at.setAttribute("aria-pressed", String(!on));
  alert(r ? (await r.text()).trim() : t("There is no connection right now. Try again in a moment."));
}
