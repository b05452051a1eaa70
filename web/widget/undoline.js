// The line at the top of the phone that says what was deleted and brings it
// back. There is one at a time. It stays until it is used, closed, or replaced
// by the next, or until its time is over.
// @ts-check

/** @type {{box: HTMLElement, gone(): void, timer: ReturnType<typeof setTimeout> | undefined} | null} */
let line = null;

/** Takes the line away: what it offered is not wanted any more. */
export function close() {
  const was = line;
  line = null;
  clearTimeout(was?.timer);
  was?.box.remove();
  was?.gone();
}

/**
 * @param {(string | Node)[]} words
 * @param {() => Promise<boolean>} undo answers whether it is undone
 * @param {{ms?: number, gone?(): void}} [more] how long it can be undone; what follows when it is not
 */
export function offer(words, undo, { ms = 0, gone = () => {} } = {}) {
  close();
  const box = document.createElement("div");
  box.className = "strip strip--undo";
  box.setAttribute("role", "status");
  const says = document.createElement("span");
  says.dataset.text = "";
  says.append(...words);
  const act = document.createElement("button");
  act.type = "button";
  act.className = "strip__act";
  act.textContent = "Undo";
  const mine = (line = { box, gone, timer: ms ? setTimeout(() => line === mine && close(), ms) : undefined });
  act.addEventListener("click", async () => {
    if (act.disabled) return;
    act.disabled = true;
    const undone = await undo();
    act.disabled = false;
    if (!undone) return;
    mine.gone = () => {};
    if (line === mine) close();
  });
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "strip__close";
  dismiss.setAttribute("aria-label", "Dismiss");
  dismiss.textContent = "×";
  dismiss.addEventListener("click", close);
  box.append(says, act, dismiss);
  document.querySelector(".strips")?.append(box);
}

document.addEventListener("oh:session", (e) => /** @type {CustomEvent} */ (e).detail?.signedIn || close());
