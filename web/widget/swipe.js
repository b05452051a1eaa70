// Goes back when somebody swipes from the edge where pages come from, as
// telephones do. A swipe that begins elsewhere, goes up or down, or is a
// pinch, belongs to the page.
// @ts-check
import { rtl } from "./way.js";

/** How near to the edge a swipe begins, and how far it goes. */
const EDGE = 28;
const FAR = 70;

/** @typedef {{x: number, y: number}} Point */

/** How far a finger has gone from the edge inwards; 0 for none. @param {Point} from @param {Point} to @param {number} width @param {boolean} rtl */
export function inwards(from, to, width, rtl) {
  const [start, end] = rtl ? [width - from.x, width - to.x] : [from.x, to.x];
  return start <= EDGE && Math.abs(to.y - from.y) < (end - start) / 2 ? end - start : 0;
}

/** Whether a finger that has gone so far means the way back. @param {number} length */
export const far = (length) => length >= FAR;

/** @type {Point | null} */
let from = null;

document.addEventListener("touchstart", (e) => {
  from = e.touches.length === 1 ? { x: e.touches[0].clientX, y: e.touches[0].clientY } : null;
}, { passive: true });

document.addEventListener("touchend", (e) => {
  const [begun, end] = [from, e.changedTouches[0]];
  from = null;
  if (!begun || !end || document.querySelector("dialog[open], :popover-open")) return;
  if (!far(inwards(begun, { x: end.clientX, y: end.clientY }, innerWidth, rtl))) return;
  const back = document.querySelector("#panel :is([data-go=goBack], [data-back])");
  if (back instanceof HTMLElement) back.click();
}, { passive: true });
