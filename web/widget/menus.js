// The small menus of rows and headers: one is open at a time, it closes at a
// press elsewhere and at Escape, arrows move in it, and it opens upwards where
// the list ends. A row's menu opens with the other mouse button or a long
// press, too. The server draws them; who knows what they do listens for it.
// @ts-check

/** The open menu, if there is one. */
const menu = () => /** @type {HTMLDetailsElement | null} */ (document.querySelector("[data-row-menu][open]"));

function shut() {
  menu()?.removeAttribute("open");
}

document.addEventListener("click", (e) => {
  const target = e.target instanceof Element ? e.target : null;
  const open = menu();
  if (!open || (target?.closest("summary") && open.contains(target))) return;
  // What is chosen is hidden with its menu, and would lose the focus to nothing.
  if (open.contains(document.activeElement)) open.querySelector("summary")?.focus({ preventScroll: true });
  shut(); // or another one opens
});

document.addEventListener("keydown", (e) => {
  const open = menu();
  if (!open) return;
  const items = /** @type {HTMLElement[]} */ ([...open.querySelectorAll("summary, a, button:not(:disabled)")]);
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (e.key === "Escape") shut();
  else if (!step) return;
  e.preventDefault();
  const from = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items[step ? (Math.max(from, 0) + step + items.length) % items.length : 0].focus();
});

// A menu in the last row opens upwards: the list ends there.
document.addEventListener(
  "toggle",
  (e) => {
    const at = e.target instanceof HTMLDetailsElement && e.target.hasAttribute("data-row-menu") ? e.target : null;
    const drop = at?.querySelector(".item__drop");
    const box = at?.closest(".scroll");
    if (!at?.open || !drop || !box) return;
    drop.classList.toggle("item__drop--up", drop.getBoundingClientRect().bottom > box.getBoundingClientRect().bottom);
  },
  true,
);

document.addEventListener("contextmenu", (e) => {
  const row = e.target instanceof Element ? e.target.closest("[data-conversation-row]") : null;
  const own = row?.querySelector("[data-row-menu]");
  if (!(own instanceof HTMLDetailsElement) || document.querySelector("[data-selecting]")) return;
  e.preventDefault();
  if (!own.open) shut();
  own.open = true;
  own.querySelector("summary")?.focus({ preventScroll: true });
});
