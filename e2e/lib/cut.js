// Finds words that do not fit: outside of the window or of the part of the page
// that they stand in, beyond the button that they stand on, or ending in dots
// where they are the phone's own, or broken within a word, or behind the button
// at the foot of a call. A row that scrolls sideways is meant to, and
// so are the dots of what people have written; a part that scrolls up and down
// is not meant to hide anything at its side, although browsers let it.

/** @param {import('playwright-core').Page} page @returns {Promise<string[]>} */
export const cut = (page) =>
  page.evaluate(() => {
    /** @type {string[]} */
    const found = [];
    const foot = document.querySelector('.live__foot')?.getBoundingClientRect();
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const at = /** @type {Element} */ (words.currentNode.parentElement);
      const text = words.currentNode.textContent?.trim();
      if (!text || at.closest('.unseen, [hidden], template, svg, option, select, textarea, details:not([open]) > :not(summary)')) continue;
      const range = document.createRange();
      range.selectNodeContents(words.currentNode);
      const box = range.getBoundingClientRect();
      if (!box.width) continue;
      const dots = holding(at, (_, { textOverflow }) => textOverflow === 'ellipsis');
      if (dots?.closest('.bar') && dots.clientWidth > 1 && dots.scrollWidth > dots.clientWidth) found.push(`“${text.slice(0, 50)}” ends in dots`);
      if (dots || holding(at, sideways)) continue;
      const button = at.closest('button, a')?.getBoundingClientRect();
      const part = holding(at, (_, { overflowX }) => overflowX !== 'visible')?.getBoundingClientRect();
      if (part && part.width <= 1) continue; // for screen readers
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
      if (!at.closest('bdi') && at.closest('h1, h2, .tile, .button') && lines > text.split(/[\s\u00ad\u200b\-–\/]+/).length) found.push(`“${text.slice(0, 50)}” is broken within a word`);
      if (foot && at.closest('.tile') && box.bottom > foot.top + 0.5) found.push(`“${text.slice(0, 50)}” is behind the foot`);
      if (box.left < -0.5 || box.right > innerWidth + 0.5) found.push(`“${text.slice(0, 50)}” leaves the window`);
      else if (part && (box.left < part.left - 0.5 || box.right > part.right + 0.5)) found.push(`“${text.slice(0, 50)}” leaves its part of the page`);
      else if (button && (box.left < button.left - 0.5 || box.right > button.right + 0.5)) found.push(`“${text.slice(0, 50)}” is wider than its button`);
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    return found;

    /**
     * The nearest that something stands in of which something holds.
     * @param {Element} at @param {(e: Element, style: CSSStyleDeclaration) => boolean} is
     */
    function holding(at, is) {
      for (let e = /** @type {Element | null} */ (at); e && e !== document.body; e = e.parentElement) if (is(e, getComputedStyle(e))) return e;
      return null;
    }

    /** @param {Element} e @param {CSSStyleDeclaration} style */
    function sideways(e, style) {
      const row = style.display === 'flex' && style.flexDirection === 'row' && style.flexWrap === 'nowrap';
      return row && ['auto', 'scroll'].includes(style.overflowX) && e.scrollWidth > e.clientWidth;
    }
  });
