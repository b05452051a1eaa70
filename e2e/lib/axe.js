// What an accessibility checker objects to. It is no proof that a page is
// good: whole journeys by keyboard are tested where they belong.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules that are about colours, as far as WCAG AA goes. */
export const colours = ['color-contrast', 'link-in-text-block'];

/**
 * Runs axe in a page or frame, not in what that embeds; what it says comes
 * back one line per rule. Nothing moves meanwhile: a colour half on its way to
 * another is nobody's choice.
 * @param {import('playwright-core').Page | import('playwright-core').Frame} page
 * @param {{rules?: readonly string[]}} [only] the rules wanted, when not all are: `colours`
 *   where nothing else differs from what was checked before
 * @returns {Promise<string[]>}
 */
export async function objections(page, { rules } = {}) {
  const whole = 'page' in page ? page.page() : page;
  await whole.emulateMedia({ reducedMotion: 'reduce' });
  try {
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
    return await page.evaluate(async (values) => {
      const { violations } = await Reflect.get(window, 'axe').run(document, { iframes: false, ...(values && { runOnly: { type: 'rule', values } }) });
      return violations.map((/** @type {any} */ v) => `${v.id}: ${v.help} (${v.nodes.map((/** @type {any} */ n) => n.target.join(' ')).join(', ')})`);
    }, rules);
  } finally {
    await whole.emulateMedia({ reducedMotion: null });
  }
}
