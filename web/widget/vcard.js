// Reads a contact card that came with a text (RFC 6350, and the older 2.1 and
// 3.0), and shows it. A stranger wrote it: all of it is words, and only
// numbers and e-mail addresses can be pressed.
// @ts-check
import { calm } from "./foreign.js";
import { t } from "./lang.js";
import { showNumber } from "./nav.js";

/** @typedef {{name: string, org: string, phones: {label: string, number: string}[], emails: string[]}} Card */

const MOST = 20;

/**
 * @param {string} text
 * @returns {Card}
 */
export function parse(text) {
  /** @type {Card} */
  const c = { name: "", org: "", phones: [], emails: [] };
  let structured = "";
  // A line that begins with a space goes on with the one before it.
  for (const line of text.slice(0, 200_000).replace(/\r?\n[ \t]/g, "").split(/\r?\n/)) {
    const found = /^(?:[\w-]+\.)?([\w-]+)((?:;[^:]*)?):(.*)$/.exec(line);
    if (!found) continue;
    const [, field, how] = found;
    const value = plain(found[3], how);
    switch (field.toUpperCase()) {
      case "FN":
        c.name ||= value;
        break;
      case "N":
        structured ||= value.split(";").slice(0, 2).reverse().join(" ").trim();
        break;
      case "ORG":
        c.org ||= value.replaceAll(";", ", ").replace(/(, )+$/, "");
        break;
      case "TEL":
        if (c.phones.length < MOST) c.phones.push({ label: label(how), number: value.replace(/^tel:/i, "") });
        break;
      case "EMAIL":
        if (c.emails.length < MOST && /^[^\s@]+@[^\s@]+$/.test(value)) c.emails.push(value);
    }
  }
  c.name ||= structured;
  return c;
}

/** @param {string} value @param {string} how */
function plain(value, how) {
  if (/ENCODING=QUOTED-PRINTABLE/i.test(how)) {
    const bytes = value.replace(/=([0-9A-F]{2})/gi, (_, h) => String.fromCharCode(parseInt(h, 16)));
    value = new TextDecoder().decode(Uint8Array.from(bytes, (b) => b.charCodeAt(0)));
  }
  const words = value.replace(/\\n/gi, " ").replace(/\\([,;\\])/g, "$1").trim();
  return calm(words).slice(0, 200);
}

/** @param {string} how */
function label(how) {
  const known = { CELL: t("Mobile"), WORK: t("Work"), HOME: t("Home"), FAX: t("Fax") };
  for (const [word, said] of Object.entries(known)) if (new RegExp(`\\b${word}\\b`, "i").test(how)) return said;
  return t("Phone");
}

/** @param {string} text @param {string} fileName @returns {HTMLElement} */
export function card(text, fileName) {
  const c = parse(text);
  const box = element("div", "vcard", "");
  box.append(element("h3", "vcard__name", c.name || fileName));
  if (c.org) box.append(element("p", "vcard__org", c.org));
  const list = element("ul", "vcard__list", "");
  for (const { label: what, number } of c.phones) {
    const button = element("button", "button button--quiet vcard__value", number);
    button.setAttribute("type", "button");
    button.setAttribute("aria-label", `${what} ${number}`);
    button.addEventListener("click", () => void showNumber(number));
    list.append(row(what, button));
  }
  for (const email of c.emails) {
    const a = /** @type {HTMLAnchorElement} */ (element("a", "vcard__value", email));
    a.href = `mailto:${encodeURIComponent(email)}`;
    a.target = "_blank";
    a.rel = "noopener noreferrer";
    list.append(row(t("E-mail"), a));
  }
  if (list.children.length) box.append(list);
  else box.append(element("p", "vcard__org", t("There is no number on this card.")));
  return box;
}

/** @param {string} what @param {HTMLElement} value */
function row(what, value) {
  const li = element("li", "vcard__row", "");
  li.append(element("span", "vcard__label", what), value);
  return li;
}

/** @param {string} tag @param {string} className @param {string} text */
function element(tag, className, text) {
  const at = document.createElement(tag);
  at.className = className;
  at.textContent = text;
  return at;
}
