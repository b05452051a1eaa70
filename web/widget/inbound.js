// Decides about what the page around the phone posts: which capability it
// needs, whether it is plain data of a bearable size, and whether its fields
// are what protocol.js says. What passes is handed to the action of its type.
// @ts-check
import { messages, needs, requests, unsupported, words } from "./protocol.js";

/** @typedef {Record<string, any>} Message */
/** @typedef {{may(capability: string): boolean, once(key: string, sentence: string): void, tell(message: Message): void}} Link */

/** Characters of a message as JSON, as internal/widget/protocol has them. */
const LIMIT = 64 * 1024;
const LARGE = 1024 * 1024;
const TEXT = 1024;
/** Characters of the data addresses of one message, and how many files they may be. */
const FILES = 8 * 1024 * 1024;
const RECORDED = /^data:audio\//;
const MOST = 10;
const DEEP = 40;
/** Keys that reach into prototypes. */
const HOSTILE = new Set(["__proto__", "constructor", "prototype"]);

class TooMuch extends Error {}

/**
 * Copies what was posted as plain data, or returns null for anything that is
 * not an object, is larger than the limit, is too deep, or carries keys that
 * reach into prototypes. It stops where the limit is reached: of ten megabytes
 * no more is looked at than of ten. Attachments may be larger than all else,
 * so they are left out here and read by themselves; recorded messages are
 * counted apart.
 * @param {unknown} data @param {number} [limit]
 * @returns {Message | null}
 */
export function plain(data, limit = LIMIT) {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  let left = limit;
  let files = limit === LARGE ? FILES : 0;
  /** @param {number} n */
  const spend = (n) => {
    if ((left -= n) < 0) throw new TooMuch();
  };
  /** @param {any} value @param {number} depth @returns {any} */
  const copy = (value, depth) => {
    switch (typeof value) {
      case "string":
        spend(value.length + 2);
        return value;
      case "number":
        spend(8);
        return Number.isFinite(value) ? value : null;
      case "boolean":
        spend(4);
        return value;
      case "undefined":
        return undefined;
      case "object":
        break;
      default:
        throw new TooMuch(); // nothing that JSON has a word for
    }
    if (value === null) return null;
    if (depth > DEEP) throw new TooMuch();
    if (value instanceof Date) return copy(Number.isNaN(value.getTime()) ? null : value.toISOString(), depth);
    spend(2);
    if (Array.isArray(value)) {
      spend(value.length);
      return value.map((v) => copy(v, depth + 1) ?? null);
    }
    /** @type {Message} */
    const to = {};
    for (const key of Object.keys(value)) {
      if (HOSTILE.has(key)) throw new TooMuch();
      if (key === "attachments" && !depth) continue;
      if (files && key === "uri" && typeof value[key] === "string" && RECORDED.test(value[key])) {
        if ((files -= value[key].length) < 0) throw new TooMuch();
        to[key] = value[key];
        continue;
      }
      spend(key.length + 4);
      const v = copy(value[key], depth + 1);
      if (v !== undefined) to[key] = v;
    }
    return to;
  };
  try {
    return copy(data, 0);
  } catch {
    return null; // too much of it, or a getter that throws
  }
}

/**
 * Whether a value is of a kind, written as in protocol.js.
 * @param {any} value @param {string} kind @param {number} max of a text's characters or a list's entries
 */
function fits(value, kind, max) {
  const short = (/** @type {any} */ v) => typeof v === "string" && v.length <= (max || TEXT);
  switch (kind) {
    case "s":
      return short(value);
    case "n":
      return typeof value === "number";
    case "b":
      return typeof value === "boolean";
    case "a":
      return Array.isArray(value) && (!max || value.length <= max);
    case "o":
    case "O":
      return typeof value === "object" && !Array.isArray(value) && (value !== null || kind === "O");
    case "t":
      return short(value) || (Array.isArray(value) && value.every(short));
    case "f":
      return short(value) || typeof value === "boolean";
  }
  return true;
}

/**
 * Takes out of a message the fields that are not what they should be, and says
 * so. Without a required one nothing can be done.
 * @param {string} name of the message or request
 * @param {Message} m @param {Record<string, string>} fields
 * @param {(field: string, sentence: string) => void} say
 * @returns {boolean} whether something can be done
 */
export function check(name, m, fields, say) {
  for (const [field, spec] of Object.entries(fields)) {
    const [, kind, must, max] = /** @type {RegExpExecArray} */ (/^(.)(!?)(\d*)$/.exec(spec));
    const value = m[field];
    if (value === undefined || (value === null && kind !== "O")) {
      if (!must) continue;
      say(field, `${name} needs the field ${field} (${words[kind]}). Nothing was done.`);
      return false;
    }
    if (fits(value, kind, Number(max))) continue;
    const bound = kind === "a" ? (max ? ` of at most ${max}` : "") : /[stf]/.test(kind) ? ` of at most ${max || TEXT} characters` : "";
    say(field, `${name}: the field ${field} must be ${words[kind]}${bound}. ${must ? "Nothing was done." : "It was left out."}`);
    if (must) return false;
    delete m[field];
  }
  return true;
}

/** The commands that RCAdapter has promises for: they may come as requests as well, and are answered when they are done. */
const PROMISED = new Set([
  "rc-adapter-control-call", "rc-adapter-sign-in", "rc-adapter-set-environment", "rc-adapter-update-auto-log-settings",
  "rc-adapter-update-ringtone", "rc-calling-settings-update", "rc-sms-settings-update",
]);

/** A type as the console may show it. @param {string} type */
const shown = (type) => type.replace(/[^\w-]/g, "");

/**
 * Takes one message of the proven page.
 * @param {any} data @param {Link} link
 * @param {{callback(uri: string): unknown, service(m: Message): unknown, refuse(id: unknown): unknown, request(m: Message): unknown, [type: string]: (m: Message & string) => unknown}} actions
 */
export async function take(data, link, actions) {
  if (typeof data.callbackUri === "string") return callback(data.callbackUri, link, actions);
  const type = String(data.type);
  const known = Object.hasOwn(messages, type) ? messages[type] : undefined;
  if (!known) {
    const why = Object.hasOwn(unsupported, type) ? ` ${unsupported[type]}` : "";
    return link.once(type, `This phone does not support ${shown(type)}. Nothing was done.${why}`);
  }
  if (known.needs && !link.may(known.needs)) {
    return link.once(type, `This page may not use ${type}. The operator can allow it with the capability "${known.needs}" of the embed.`);
  }
  const command = type === "rc-adapter-message-request" && PROMISED.has(data.path) ? messages[data.path] : undefined;
  const limit = known.large || command?.large ? LARGE : LIMIT;
  const m = plain(data, limit);
  // Whoever waits for an answer waits no longer.
  if (!m && type === "rc-post-message-response") void actions.refuse(data.responseId);
  if (!m) return link.once(`bad ${type}`, `${type} was larger than ${limit / 1024} kB or not plain data. Nothing was done.`);
  if (type === "rc-adapter-message-request") m.body = oldForm(m);
  if (!check(type, m, known.fields, (field, sentence) => link.once(`${type} ${field}`, sentence))) return;
  if (data.attachments && known.fields.attachments) m.attachments = offered(data.attachments, (sentence) => link.once("attachments", sentence));
  if (known.service) return actions.service(m);
  if (type === "rc-adapter-message-request") return request(m, link, actions);
  return actions[type](/** @type {any} */ (m));
}

/**
 * The pictures and files of a text that a page offers: names and data
 * addresses, which are long, and are read by who adds them. What is none, and
 * what is too much, is left out with a sentence.
 * @param {unknown} list @param {(sentence: string) => void} say
 * @returns {{name: string, content: string}[]}
 */
function offered(list, say) {
  if (!Array.isArray(list)) return say("attachments is a list of {name, content}. The text was filled in without them."), [];
  let left = FILES;
  const good = [];
  for (const entry of list) {
    const { name, content } = Object(entry);
    if (typeof name !== "string" || !name || name.length > 200 || typeof content !== "string" || !content.startsWith("data:")) {
      say("Each of attachments is {name, content} with a data address in base64. The others were added.");
    } else if (good.length === MOST || (left -= content.length) < 0) {
      say(`A text takes ${MOST} attachments of together ${FILES / 1024 / 1024} MB. The others were left out.`);
      break;
    } else good.push({ name, content });
  }
  return good;
}

/** @param {string} uri @param {Link} link @param {{callback(uri: string): unknown}} actions */
function callback(uri, link, actions) {
  if (!link.may("signin")) return link.once("callbackUri", 'This page may not sign people in by message. The operator can allow it with the capability "signin" of the embed.');
  if (uri.length > LIMIT) return link.once("bad callbackUri", "A callbackUri was larger than 64 kB. Nothing was done.");
  return actions.callback(uri);
}

/** Alerts had their fields beside the path once. @param {Message} m */
function oldForm({ path, body, alertMessage, alertLevel, ttl }) {
  if (path !== "/custom-alert-message" || body !== undefined || alertMessage === undefined) return body ?? {};
  return { message: alertMessage, ...(alertLevel !== undefined && { level: alertLevel }), ...(typeof ttl === "number" && ttl && { ttl }) };
}

/**
 * Answers rc-adapter-message-request, whatever becomes of it. A command that
 * was not done has said why in the console, and resolves to it.
 * @param {Message} m @param {Link} link @param {{request(m: Message): unknown, [type: string]: (m: any) => unknown}} actions
 */
async function request({ requestId, path, body }, link, actions) {
  const answer = (/** @type {Message} */ response) => link.tell({ type: "rc-adapter-message-response", responseId: requestId, response });
  const command = PROMISED.has(path) ? messages[path] : undefined;
  const fields = command?.fields ?? (Object.hasOwn(requests, path) ? requests[path] : undefined);
  if (!fields) return answer({ data: "no matched path" });
  const capability = command?.needs ?? (Object.hasOwn(needs, path) ? needs[path] : "settings");
  if (!link.may(capability)) return answer({ error: `This page may not use ${path}. The operator can allow it with the capability "${capability}" of the embed.` });
  let wrong = "";
  const say = (/** @type {string} */ field, /** @type {string} */ sentence) => ((wrong = sentence), link.once(`${path} ${field}`, sentence));
  if (!check(path, body, fields, say)) return answer({ error: wrong });
  try {
    if (!command) return answer({ data: await actions.request({ path, body }) });
    const why = await actions[path](body);
    answer(typeof why === "string" ? { error: why } : { data: "ok" });
  } catch (e) {
    answer({ error: e instanceof Error ? e.message : String(e) });
  }
}
