// Writes the snippets of the front page, and reads what people have already.
// Nothing here touches a page, so that a test can do without one.
// @ts-check

/** @typedef {"script" | "frame" | "module"} Form */
/** @typedef {{name: string, script: boolean, entry: string}} Known what must be known of a parameter to write it */

/** A text as an attribute has it. @param {string} text */
const attribute = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** A text as a script between tags has it. @param {string} text */
const literal = (text) => JSON.stringify(text).replaceAll("<", "\\u003c");

/**
 * The parameters as an address has them. A bare frame gets none that only
 * adapter.js reads.
 * @param {Known[]} known in the order to write them @param {Map<string, string>} values @param {Form} form
 * @returns {URLSearchParams}
 */
export function query(known, values, form) {
  const q = new URLSearchParams();
  for (const { name, script } of known) {
    const value = values.get(name);
    if (value && !(script && form === "frame")) q.set(name, value);
  }
  return q;
}

/**
 * @param {string} url of the server @param {Known[]} known @param {Map<string, string>} values @param {Form} form
 * @returns {string}
 */
export function snippet(url, known, values, form) {
  const all = new Map([["clientId", "YOUR_CLIENT_ID"], ...values]);
  const q = query(known, all, form);
  if (form === "script") return `<script src="${attribute(`${url}/adapter.js?${q}`)}"></script>`;
  if (form === "frame") {
    const id = `${values.get("prefix") || "rc-widget"}-adapter-frame`;
    return [
      `<iframe id="${attribute(id)}" title="Phone" width="300" height="500"`,
      `  allow="microphone; autoplay; clipboard-write; speaker-selection"`,
      `  src="${attribute(`${url}/app.html?${q}`)}"></iframe>`,
    ].join("\n");
  }
  const switches = new Set(known.filter((k) => k.entry === "switch").map((k) => k.name));
  const options = [...q].map(([name, value]) => `    ${name}: ${switches.has(name) ? true : literal(value)},`);
  return [
    `<script type="module">`,
    `  import { phone } from ${literal(`${url}/offhook.js`)};`,
    `  await phone.mount({`,
    ...options,
    `  });`,
    `</script>`,
  ].join("\n");
}

/** A word for a shell. @param {string} text */
const word = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/**
 * What the operator runs so that the page gets its phone.
 * @param {Map<string, string>} values @param {string} page @param {string} platform the one that appServer leaves open
 */
export function command(values, page, platform) {
  const redirect = values.get("redirectUri");
  return [
    "offhook embed add",
    `--platform ${word(values.get("appServer") || platform)}`,
    `--client-id ${word(values.get("clientId") || "YOUR_CLIENT_ID")}`,
    `--origin ${word(page || "https://crm.example.com")}`,
    ...(redirect ? [`--redirect-uri ${word(redirect)}`] : []),
    ...assets(values.get("stylesUri")).map((origin) => `--asset-origin ${word(origin)}`),
  ].join(" \\\n  ");
}

/** @param {string | undefined} address @returns {string[]} */
function assets(address) {
  const origin = originOf(address ?? "");
  return origin ? [origin] : [];
}

/**
 * The origin of what somebody has typed as their page's address; empty for
 * what is none.
 * @param {string} text
 */
export function originOf(text) {
  try {
    const { protocol, origin } = new URL(text.trim());
    return /^https?:$/.test(protocol) ? origin : "";
  } catch {
    return "";
  }
}

/** @typedef {{values: Map<string, string>, form: Form, from: string}} Found */

/**
 * The parameters of a snippet that somebody has: a tag, a loader of some
 * lines, or the address alone; null when there is no phone's address in it.
 * @param {string} text
 * @returns {Found | null}
 */
export function read(text) {
  const plain = text.replaceAll("&amp;", "&").replaceAll("&quot;", '"');
  const at = /(?:https?:)?\/\/[^\s"'`<>]+?\/(adapter\.js|adapter-[\w.-]+\.js|app\.html)([?#][^\s"'`<>]*)?/i.exec(plain);
  if (!at) return null;
  const url = new URL(at[0].startsWith("//") ? `https:${at[0]}` : at[0]);
  /** @type {Map<string, string>} */
  const values = new Map();
  // The fragment's word counts more (contract/service.md 18).
  for (const part of [url.searchParams, new URLSearchParams(url.hash.slice(1))]) {
    for (const [name, value] of part) if (value !== "") values.set(name, value);
  }
  return { values, form: /app\.html$/i.test(at[1]) ? "frame" : "script", from: url.origin };
}
