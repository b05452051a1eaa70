// Owns choosing texts of a conversation to be logged one by one: which are
// chosen in the open one, the button that logs them, and opening the log of
// one that is logged. Loaded with the first conversation that has it.
// @ts-check
import { logChosen, tell } from "./logger.js";
import { current, request, requestAt } from "./service.js";

/** How long the page may take to open a log (contract/service.md 3). */
const PATIENCE = 15_000;

/** The texts that are chosen in the open conversation, by their ids. @type {Set<string>} */
const chosen = new Set();

const button = () => /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-log-chosen]"));
const boxes = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("[data-log-pick]")]);

/** Draws what is chosen: the server's drawing does not know of it. */
function draw() {
  const all = boxes();
  for (const id of [...chosen]) if (!all.some((box) => box.dataset.logPick === id)) chosen.delete(id); // it is logged, or gone
  for (const box of all) box.checked = chosen.has(box.dataset.logPick ?? "");
  const at = button();
  if (!at) return;
  at.disabled = chosen.size === 0;
  at.dataset.chosen = chosen.size ? String(chosen.size) : "";
  at.setAttribute("aria-label", chosen.size ? `${at.title} (${chosen.size})` : at.title);
}

/** @param {HTMLButtonElement} at */
async function log(at) {
  if (at.getAttribute("aria-busy") === "true") return;
  at.setAttribute("aria-busy", "true");
  tell(await logChosen(at.dataset.logChosen ?? "", [...chosen].map(Number)));
  at.removeAttribute("aria-busy");
}

/** @param {string} logId */
function open(logId) {
  const body = { logId, triggerType: "openLog" };
  const path = current()?.paths.messageLogOpenPath;
  return path ? requestAt(path, body, { timeout: PATIENCE }) : request("messageLoggerPath", body, { timeout: PATIENCE });
}

document.addEventListener("change", (e) => {
  const at = e.target;
  if (!(at instanceof HTMLInputElement) || at.dataset.logPick === undefined) return;
  if (at.checked) chosen.add(at.dataset.logPick);
  else chosen.delete(at.dataset.logPick);
  draw();
});
document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-log-chosen], [data-log-open]") : null;
  if (!(at instanceof HTMLButtonElement)) return;
  if (at.dataset.logOpen) void open(at.dataset.logOpen);
  else void log(at);
});
document.addEventListener("oh:leave", () => chosen.clear());
document.addEventListener("oh:session", () => chosen.clear());
document.addEventListener("oh:panel", draw);
document.addEventListener("htmx:after:swap", draw);
draw();
