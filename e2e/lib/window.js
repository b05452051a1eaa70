// The sign-in window as a person meets it: opened by a click, or by hand when
// the browser blocked it, and closing by itself, or showing a code to type
// when it cannot reach the phone.

import assert from 'node:assert/strict';

/**
 * @typedef {import('./person.js').Person} Person
 * @typedef {import('./person.js').Tab} Tab
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{username: string, password: string}} User
 */

/**
 * Waits, where no click may open the window, until the phone has tried it. The
 * driver's looks into a frame count as clicks there, so nobody looks before.
 * @param {Person} person
 */
export async function triedByItself({ context }) {
  await context.waitForEvent('request', (r) => /\/signin$/.test(r.url()) && r.method() === 'POST' && !r.postDataJSON().silent);
}

/**
 * Has the sign-in window opened: by the Sign In button or, where no click may
 * open it, by the link that the phone then shows.
 * @param {Person} person @param {Tab} tab @param {{click: boolean}} mode @param {string} [name] of the button
 */
export async function openWindow(person, tab, { click }, name = 'Sign In') {
  const way = click
    ? tab.phone.getByRole('button', { name, exact: true })
    : tab.phone.getByRole('link', { name: 'Open the sign-in page' });
  await way.waitFor();
  const opened = person.context.waitForEvent('page');
  await way.click();
  return opened;
}

/**
 * Says on the platform's page who one is. Somebody whom it still knows goes on
 * with one click.
 * @param {Page} window @param {User} user
 */
export async function identify(window, user) {
  const known = window.getByRole('button', { name: /^Continue as/ });
  const username = window.locator('input[autocomplete=username]');
  await known.or(username).first().waitFor();
  if (await known.isVisible()) return known.click();
  await username.fill(user.username);
  await window.locator('input[type=password]').fill(user.password);
  await window.locator('input[type=password]').press('Enter');
}

/**
 * Waits for the window's end: it closes, or without an opener shows the code,
 * which is typed into the phone.
 * @param {Tab} tab @param {Page} window @param {{opener: boolean, click: boolean}} mode
 */
export async function finish(tab, window, { opener, click }) {
  if (opener) {
    if (!window.isClosed()) await window.waitForEvent('close');
    // Without a screen, Chromium loses the mouse over a frame in which it has
    // blocked a window until the page is laid out anew; an empty frame of a
    // few lines shows the same.
    if (!click) {
      await tab.signedIn();
      await tab.page.setViewportSize({ width: 1200, height: 800 });
    }
    return;
  }
  const code = (await window.locator('#code:visible').textContent()) ?? '';
  assert.equal(await window.evaluate(() => globalThis.opener), null, 'the opener is really gone');
  assert.match(code, /^\d{3} \d{3}$/);
  await tab.phone.getByRole('textbox', { name: /six digits/ }).fill(code);
  await tab.phone.getByRole('button', { name: 'Continue', exact: true }).click();
  await window.close();
}
