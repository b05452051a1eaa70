// Values of a form by the way to them: names, and places in lists. Nothing is
// changed in place, so that what was told stays what it was.
// @ts-check

/** @typedef {(string | number)[]} Path */

/** @param {any} from @param {Path} path @returns {any} */
export const at = (from, path) => path.reduce((v, step) => (v && typeof v === "object" && Object.hasOwn(v, step) ? v[step] : undefined), from);

/**
 * The same values with another one at the path. Undefined takes it away, as
 * an emptied field does.
 * @param {any} from @param {Path} path @param {any} value @returns {any}
 */
export function put(from, path, value) {
  if (!path.length) return value;
  const [step, ...rest] = path;
  const list = typeof step === "number";
  const next = list ? [...(Array.isArray(from) ? from : [])] : { ...(from && typeof from === "object" ? from : {}) };
  const inner = put(Object.hasOwn(next, step) ? next[step] : undefined, rest, value);
  // defineProperty: a page may call a field __proto__.
  if (inner !== undefined) Object.defineProperty(next, step, { value: inner, enumerable: true, configurable: true, writable: true });
  else if (list) Object.assign(next, { [step]: null });
  else delete next[step];
  return next;
}

/** The values without an entry of a list, or a named one. @param {any} from @param {Path} path */
export function drop(from, path) {
  const list = at(from, path.slice(0, -1));
  const last = path[path.length - 1];
  if (!Array.isArray(list)) return put(from, path, undefined);
  return put(from, path.slice(0, -1), list.filter((_, i) => i !== last));
}

/** @param {any} a @param {any} b @returns {boolean} */
export function same(a, b) {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false;
  const [ka, kb] = [Object.keys(a), Object.keys(b)];
  return ka.length === kb.length && ka.every((k) => Object.hasOwn(b, k) && same(a[k], b[k]));
}

/** The top-level names whose values differ. @param {any} a @param {any} b @returns {string[]} */
export function changed(a, b) {
  return [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].filter((k) => !same(at(a, [k]), at(b, [k])));
}

/** @typedef {{type?: string, schema?: any, uiSchema?: any, formData?: any}} Page */

/**
 * The page and menu in an answer to a call widget; null when it brings none,
 * as "ok" does.
 * @param {any} data
 * @returns {{page: Page, actions: any[]} | null}
 */
export function pageOf(data) {
  const page = data?.page ?? data;
  if (!page || typeof page !== "object" || Array.isArray(page) || !(page.type === "json-schema" || page.schema)) return null;
  const { schema, uiSchema, formData } = page;
  return { page: { schema, uiSchema, formData }, actions: Array.isArray(data.actions) ? data.actions : [] };
}
