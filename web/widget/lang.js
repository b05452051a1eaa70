// Says sentences in the reader's language. English sentences are the keys, and
// stand whole where they are said; the shell names the catalogs of any other
// language, which are read before the first module goes on.
// @ts-check

/** @typedef {string | Record<string, string>} Phrase a sentence, or its forms by the plural categories of CLDR */

const root = globalThis.document?.documentElement;

/** The reader's language (BCP 47), as the server has found it. */
export const language = root?.lang || globalThis.navigator?.language || "en-US";

/** How long a page waits for its words; then it speaks English. */
const PATIENCE = 10_000;

/** @param {string} address @returns {Promise<Record<string, Phrase>>} */
const read = (address) => fetch(address, { signal: AbortSignal.timeout(PATIENCE) }).then((r) => (r.ok ? r.json() : {})).catch(() => ({}));

/** @type {Record<string, Phrase>} */
const catalog = Object.assign({}, ...(await Promise.all((root?.dataset.words?.split(" ") ?? []).map(read))).reverse());

/** Where reading goes from right to left, a number or a name that does not keeps to itself (UAX 9, isolates). */
const [open, close] = root?.dir === "rtl" ? ["\u2068", "\u2069"] : ["", ""];

/** Signs that French has a space beside stay on the line of the word that they belong to. @param {string} sentence */
const kept = (sentence) => sentence.replace(/ (?=[:;!?»])|(?<=«) /g, "\u00a0");

/** @param {string} sentence @param {unknown[]} values */
const fill = (sentence, values) => (values.length ? kept(sentence).replace(/\{(\d)\}/g, (_, i) => open + String(values[i] ?? "") + close) : kept(sentence));

/**
 * Says a sentence; {0}, {1}... are its values.
 * @param {string} sentence @param {unknown[]} values
 */
export const t = (sentence, ...values) => fill(/** @type {string} */ (catalog[sentence] || sentence), values);

/**
 * Says how many: {0} is the count, then come the values.
 * @param {number} count @param {string} one @param {string} many @param {unknown[]} values
 */
export function n(count, one, many, ...values) {
  const forms = catalog[many];
  const form = typeof forms === "object" ? forms[new Intl.PluralRules(language).select(count)] || forms.other : count === 1 ? one : many;
  return fill(form || many, [count.toLocaleString(language), ...values]);
}
