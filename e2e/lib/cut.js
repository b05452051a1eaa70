// Finds words that do not fit: outside of the window, or beyond the button that
// they stand on. What scrolls sideways, or ends in dots, is meant to.

/** @param {import('playwright-core').Page} page @returns {Promise<string[]>} */
export const cut = (page) =>
  page.evaluate(() => {
    /** @type {string[]} */
    const found = [];
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const at = /** @type {Element} */ (words.currentNode.parentElement);
      const text = words.currentNode.textContent?.trim();
      if (!text || at.closest('.unseen, [hidden], template, svg, option, select, textarea')) continue;
      const range = document.createRange();
      range.selectNodeContents(words.currentNode);
      const box = range.getBoundingClientRect();
      if (!box.width || meant(at)) continue;
      const button = at.closest('button, a')?.getBoundingClientRect();
      if (box.left < -0.5 || box.right > innerWidth + 0.5) found.push(`“${text.slice(0, 50)}” leaves the window`);
      else if (button && (box.left < button.left - 0.5 || box.right > button.right + 0.5)) found.push(`“${text.slice(0, 50)}” is wider than its button`);
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    return found;

    /** @param {Element} at */
    function meant(at) {
      for (let e = /** @type {Element | null} */ (at); e && e !== document.body; e = e.parentElement) {
        const style = getComputedStyle(e);
        if (style.textOverflow === 'ellipsis' || (['auto', 'scroll'].includes(style.overflowX) && e.scrollWidth > e.clientWidth)) return true;
      }
      return false;
    }
  });
