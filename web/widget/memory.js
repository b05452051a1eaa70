// The only user of browser storage: remembers which panel was open, so that a
// reload of the host page comes back to it. Where storage is refused, nothing
// is remembered and nothing breaks. What people write lives on the server.
// @ts-check

const name = `oh-route-${document.body.dataset.key || ""}`;

/** @returns {string} the route of before the reload, or "" */
export function lastRoute() {
  try {
    return sessionStorage.getItem(name) || "";
  } catch {
    return "";
  }
}

/** @param {string} path */
function keep(path) {
  try {
    if (path === "/") sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, path);
  } catch {
    // refused with third-party cookies: fine
  }
}

/** What this tab alone remembers, over a reload: nothing secret. @param {string} what @returns {string} or "" */
export function recallHere(what) {
  try {
    return sessionStorage.getItem(`oh-${what}-${document.body.dataset.key || ""}`) || "";
  } catch {
    return "";
  }
}

/** @param {string} what @param {string} value */
export function rememberHere(what, value) {
  try {
    sessionStorage.setItem(`oh-${what}-${document.body.dataset.key || ""}`, value);
  } catch {
    // refused with third-party cookies: fine
  }
}

/** What storage has refused: it lasts as long as the page. @type {Map<string, string>} */
const kept = new Map();

/**
 * What the tabs with this frame remember: nothing secret.
 * @param {string} what @returns {string} or "" where there is nothing
 */
export function recall(what) {
  try {
    return localStorage.getItem(`oh-${what}-${document.body.dataset.key || ""}`) || "";
  } catch {
    return kept.get(what) || "";
  }
}

/** @param {string} what @param {string} value "" forgets */
export function remember(what, value) {
  try {
    const at = `oh-${what}-${document.body.dataset.key || ""}`;
    if (value) localStorage.setItem(at, value);
    else localStorage.removeItem(at);
  } catch {
    kept.set(what, value);
  }
}

document.addEventListener("oh:route", (e) => keep(/** @type {CustomEvent} */ (e).detail.path));
