// The application of a host page that has contacts: it answers at its paths
// as contract/service.md 4 says, from what the test put into it.

/** @typedef {import('./person.js').Tab} Tab */

/** What a page registers that has all of them. */
export const acme = {
  name: 'Acme',
  contactsPath: '/contacts',
  contactSearchPath: '/contacts/search',
  contactMatchPath: '/contacts/match',
  activitiesPath: '/activities',
  activityPath: '/activity',
  activityName: 'History',
  contactIcon: 'data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22%20viewBox=%220%200%208%208%22%3E%3Crect%20width=%228%22%20height=%228%22%20fill=%22%23c2410c%22/%3E%3C/svg%3E',
  buttonEventPath: '/button',
  buttons: [{ id: 'later', type: 'contactAction', label: 'Call back later', icon: 'clock' }],
};

/**
 * Makes the page answer. `window.__crm` is its memory: contacts by page,
 * people by number, what it was asked.
 * @param {Tab} tab
 * @param {{many?: number, pages?: number, stamp?: number, numbers?: Record<string, object[]>, activities?: object[]}} [has]
 */
export function install(tab, has = {}) {
  return tab.page.evaluate(
    ([selector, { many = 0, pages = 1, stamp = 1000, numbers = {}, activities = [] }]) => {
      const surnames = ['Archer', 'Brandt', 'Coelho', 'Dvořák', 'Eriksen', 'Федорова', 'García', 'Hahn', 'Ito', 'Jansen', '王'];
      const all = Array.from({ length: many }, (_, i) => ({
        id: `c${i}`, type: 'Acme', name: `${surnames[i % surnames.length]} ${String(i).padStart(5, '0')}`, company: `Company ${i % 40}`, jobTitle: 'Buyer',
        phoneNumbers: [{ phoneNumber: `+1415${String(2000000 + i)}`, phoneType: 'mobilePhone' }], emails: [`c${i}@acme.test`], others: { mark: i },
      }));
      const size = Math.ceil(all.length / pages) || 1;
      const crm = {
        asked: /** @type {any[]} */ ([]),
        mute: /** @type {string[]} */ ([]),
        numbers,
        stamp,
        changes: /** @type {any[] | null} */ (null),
        /** @type {Record<string, (body: any) => any>} */
        answers: {
          '/contacts': ({ page, syncTimestamp }) => {
            if (syncTimestamp && crm.changes) return { data: crm.changes, syncTimestamp: ++crm.stamp };
            const at = (Number(page) - 1) * size;
            return { data: all.slice(at, at + size), nextPage: at + size < all.length ? page + 1 : null, syncTimestamp: page === 1 ? crm.stamp : 7 };
          },
          '/contacts/match': ({ phoneNumbers }) => ({ data: Object.fromEntries(phoneNumbers.map((/** @type {string} */ n) => [n, crm.numbers[n] ?? []])) }),
          '/contacts/search': () => ({ data: [{ id: 's1', type: 'Acme', name: 'Searched Sanders', phoneNumbers: [{ phoneNumber: '+14155559901', phoneType: 'mobile' }, { phoneNumber: '+14155559902' }] }, { id: 's2', type: 'Acme', name: 'Nobody Meant', phoneNumbers: [{ phoneNumber: '+14155559903' }] }] }),
          '/activities': () => ({ data: activities }),
        },
      };
      Reflect.set(window, '__crm', crm);
      window.addEventListener('message', ({ data, source }) => {
        const frame = /** @type {HTMLIFrameElement} */ (document.querySelector(/** @type {string} */ (selector)));
        if (data?.type !== 'rc-post-message-request' || source !== frame.contentWindow) return;
        crm.asked.push(data);
        if (crm.mute.includes(data.path)) return;
        const response = crm.answers[data.path]?.(data.body) ?? { data: 'ok' };
        frame.contentWindow?.postMessage({ type: 'rc-post-message-response', responseId: data.requestId, response }, '*');
      });
    },
    /** @type {[string, NonNullable<typeof has>]} */ ([tab.selector, has]),
  );
}

/** What the page was asked at a path so far: the bodies. @param {Tab} tab @param {string} path @returns {Promise<any[]>} */
export function asked(tab, path) {
  return tab.page.evaluate((p) => Reflect.get(window, '__crm').asked.filter((/** @type {any} */ m) => m.path === p).map((/** @type {any} */ m) => m.body), path);
}

/**
 * Waits until the page was asked something at a path.
 * @param {Tab} tab @param {string} path @param {string} [part] text in the body's JSON
 * @returns {Promise<any>} the body
 */
export async function awaits(tab, path, part = '') {
  const handle = await tab.page.waitForFunction(
    ([p, inside]) => Reflect.get(window, '__crm').asked.find((/** @type {any} */ m) => m.path === p && JSON.stringify(m.body).includes(inside)),
    [path, part],
  );
  return (await handle.jsonValue()).body;
}

/** Changes the page's memory. @param {Tab} tab @param {Record<string, unknown>} to */
export function set(tab, to) {
  return tab.page.evaluate((values) => void Object.assign(Reflect.get(window, '__crm'), values), to);
}
