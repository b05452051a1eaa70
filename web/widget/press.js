// Lets a press count that was begun before its row, button or tab was drawn
// anew: the browser gives no click to what has come between finger down and
// finger up, though it looks the same and leads to the same place.
// @ts-check

/** Where something leads, or what it is for: two that agree are one to the reader. @param {Element | null} at */
const goal = (at) => (at ? at.getAttribute("data-go") || at.getAttribute("href") || at.id : "");

/** @type {Element | null} */
let pressed = null;

document.addEventListener("pointerdown", (e) => {
  pressed = e.button === 0 && e.target instanceof Element ? e.target.closest("a, button") : null;
}, true);

document.addEventListener("pointerup", (e) => {
  const was = pressed;
  pressed = null;
  if (!was || was.isConnected || !goal(was)) return;
  const now = document.elementFromPoint(e.clientX, e.clientY)?.closest("a, button");
  if (now instanceof HTMLElement && goal(now) === goal(was)) now.click();
}, true);
