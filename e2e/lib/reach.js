// Finds what cannot be pressed where it stands: another part of the page lies
// over the middle of it, or it is cut off although it has been scrolled to.

/** @param {import('playwright-core').Page} page @returns {Promise<string[]>} */
export const covered = (page) =>
  page.evaluate(() => {
    /** @type {string[]} */
    const found = [];
    const ring = document.querySelector(':not([data-small]) > .ring'); // a call that rings has the page to itself
    for (const at of (ring ?? document).querySelectorAll('button, a[href], input, select, textarea')) {
      if (!at.checkVisibility({ visibilityProperty: true }) || at.closest('.unseen')) continue;
      at.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      const box = at.getBoundingClientRect();
      if (box.width <= 1) continue; // for screen readers
      const name = `“${(at.getAttribute('aria-label') || at.textContent || at.id).trim().replaceAll(/\s+/g, ' ').slice(0, 40)}”`;
      const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      const label = over?.closest('label');
      if (!over || !(at.contains(over) || over.contains(at) || label?.control === at)) found.push(`${name} is under ${over?.closest('button, a')?.textContent?.trim() || over?.getAttribute('class') || 'nothing'}`);
      for (let e = at.parentElement; e && e !== document.body; e = e.parentElement) {
        const { overflowY, position } = getComputedStyle(e);
        if (position === 'fixed') break;
        if (overflowY === 'visible') continue;
        const part = e.getBoundingClientRect();
        if (box.height <= part.height && (box.top < part.top - 1 || box.bottom > part.bottom + 1)) found.push(`${name} is cut off by ${e.className}`);
      }
    }
    return [...new Set(found)];
  });
