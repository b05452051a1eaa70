// The line at the top of the phone that says what was deleted and brings it
// back. There is one at a time: what follows of the same kind while it is
// there joins it, what is of another kind replaces it. Each deletion leaves
// the line when its time is over, and the line goes with its last.
// @ts-check
import { t } from "./lang.js";

/** How long what was deleted of the list of texts, voicemail and faxes can be had back, in milliseconds. */
export const UNDO = 10_000;

/**
 * One deletion: what is said of it alone and of how many things it is, how it
 * is undone, and what follows when it is not.
 * @typedef {{words: (string | Node)[], count: number, ms: number, undo(): Promise<boolean>, gone(): void, timer?: ReturnType<typeof setTimeout>}} Deed
 */

/** @type {{box: HTMLElement, says: HTMLElement, deeds: Deed[], kind: string, many(n: number): string} | null} */
let line = null;

/** Takes the line away: what it offered is not wanted any more. */
export function close() {
  const was = line;
  line = null;
  was?.box.remove();
  for (const deed of was?.deeds ?? []) end(deed);
}

/** @param {Deed} deed */
function end(deed) {
  clearTimeout(deed.timer);
  deed.gone();
}

/**
 * @param {(string | Node)[]} words
 * @param {() => Promise<boolean>} undo answers whether it is undone
 * @param {{ms?: number, gone?(): void, kind?: string, count?: number, many?(n: number): string}} [more] how long it can be undone; what
 *   follows when it is not; what joins into one line, of how many things it is, and what is said of several
 */
export function offer(words, undo, { ms = 0, gone = () => {}, kind = "", count = 1, many = () => "" } = {}) {
  if (!kind || line?.kind !== kind) close();
  line ??= open(kind, many);
  join(line, { words, undo, ms, gone, count });
}

/** @param {NonNullable<typeof line>} at @param {Deed} deed */
function join(at, deed) {
  at.deeds.push(deed);
  if (deed.ms) deed.timer = setTimeout(() => leave(at, deed), deed.ms);
  draw(at);
}

/** @param {NonNullable<typeof line>} at @param {Deed} deed */
function leave(at, deed) {
  at.deeds = at.deeds.filter((other) => other !== deed);
  end(deed);
  draw(at);
}

/** Says what can be undone, or goes. @param {NonNullable<typeof line>} at */
function draw(at) {
  if (at !== line) return;
  if (!at.deeds.length) return close();
  const [{ words }] = at.deeds;
  at.says.replaceChildren(...(at.deeds.length === 1 ? words : [at.many(at.deeds.reduce((n, { count }) => n + count, 0))]));
}

/** Undoes all of them; what could not be undone stays. @param {NonNullable<typeof line>} at @param {HTMLButtonElement} act */
async function press(at, act) {
  if (act.disabled) return;
  act.disabled = true;
  const deeds = at.deeds.splice(0);
  for (const deed of deeds) clearTimeout(deed.timer);
  for (const deed of deeds) {
    if (await deed.undo()) continue;
    if (at === line) join(at, deed);
    else deed.gone();
  }
  act.disabled = false;
  draw(at);
}

/** @param {string} kind @param {(n: number) => string} many @returns {NonNullable<typeof line>} */
function open(kind, many) {
  const box = document.createElement("div");
  box.className = "strip strip--undo";
  box.setAttribute("role", "status");
  const says = document.createElement("span");
  says.dataset.text = "";
  const act = document.createElement("button");
  act.type = "button";
  act.className = "strip__act";
  act.textContent = t("Undo");
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "strip__close";
  dismiss.setAttribute("aria-label", t("Dismiss"));
  dismiss.textContent = "×";
  dismiss.addEventListener("click", close);
  box.append(says, act, dismiss);
  document.querySelector(".strips")?.append(box);
  /** @type {NonNullable<typeof line>} */
  const at = { box, says, deeds: [], kind, many };
  act.addEventListener("click", () => press(at, act));
  return at;
}

document.addEventListener("oh:session", (e) => /** @type {CustomEvent} */ (e).detail?.signedIn || close());
