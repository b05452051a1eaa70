// A host page's own application: it answers what the phone asks of it at the
// paths that it registered, and keeps what it was asked.

/** @typedef {import('./person.js').Tab} Tab */

/**
 * From now on the page answers requests at these paths; a path that is not
 * named is left without an answer.
 * @param {Tab} tab
 * @param {Record<string, unknown>} answers the `response` by path
 */
export function serve(tab, answers) {
  return tab.page.evaluate(
    ([selector, all]) => {
      const known = Reflect.get(window, '__answers');
      if (known) return void Object.assign(known, all);
      Reflect.set(window, '__answers', all);
      /** @type {any[]} */
      const asked = [];
      Reflect.set(window, '__asked', asked);
      window.addEventListener('message', ({ data, source }) => {
        const frame = /** @type {HTMLIFrameElement} */ (document.querySelector(/** @type {string} */ (selector)));
        if (data?.type !== 'rc-post-message-request' || source !== frame.contentWindow) return;
        asked.push(data);
        const response = Reflect.get(window, '__answers')[data.path];
        if (response !== undefined) frame.contentWindow?.postMessage({ type: 'rc-post-message-response', responseId: data.requestId, response }, '*');
      });
    },
    /** @type {const} */ ([tab.selector, answers]),
  );
}

/**
 * Registers a service as a page does.
 * @param {Tab} tab @param {Record<string, unknown>} service
 */
export function register(tab, service) {
  return tab.post({ type: 'rc-adapter-register-third-party-service', service });
}

/**
 * Waits until the page was asked at a path.
 * @param {Tab} tab @param {string} path
 * @param {string} [part] text that the body's JSON contains
 * @returns {Promise<any>} the request's body
 */
export async function asked(tab, path, part = '') {
  const handle = await tab.page.waitForFunction(
    ([wanted, inside]) => Reflect.get(window, '__asked').find((/** @type {any} */ m) => m.path === wanted && JSON.stringify(m.body).includes(inside)),
    [path, part],
  );
  return (await handle.jsonValue()).body;
}

/** How often the page was asked at a path so far. @param {Tab} tab @param {string} path @returns {Promise<number>} */
export function times(tab, path) {
  return tab.page.evaluate((wanted) => Reflect.get(window, '__asked').filter((/** @type {any} */ m) => m.path === wanted).length, path);
}
