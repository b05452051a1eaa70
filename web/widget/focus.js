// Where the focus goes when the row that has it leaves its list.
// @ts-check

const ROWS = "[data-conversation-row], .mail-row";
/** What a row opens with; a fax that waits has a menu only. */
const OPENS = "a, summary";

/**
 * Looks who comes after rows that are about to leave their list, while they
 * are still in it.
 * @param {Element[]} rows
 * @returns {() => void} gives it the focus, or the heading where nothing follows; unless the focus is elsewhere by then
 */
export function after(rows) {
  const [first] = rows;
  const all = [...(first?.closest(".scroll")?.querySelectorAll(ROWS) ?? [])];
  const last = Math.max(...rows.map((row) => all.indexOf(row)));
  const next = all[last + 1];
  const heading = first?.closest(".view")?.querySelector("h1");
  return () => {
    const at = document.activeElement;
    if (!document.hasFocus()) return;
    if (at && at !== document.body && !rows.some((row) => row.contains(at))) return;
    // The list may have been drawn anew meanwhile.
    const row = next?.isConnected ? next : next && document.getElementById(next.id);
    const to = row?.querySelector(OPENS) ?? heading;
    if (to instanceof HTMLElement) to.focus({ preventScroll: to === heading });
  };
}
