// A browser's manners without a browser: cookies are kept, redirects are shown
// and not followed, forms are filled by their field names. Built on node's own
// http, so that a test can also send what no browser would.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

/**
 * @typedef {{status: number, headers: import('node:http').IncomingHttpHeaders, body: string, location: string | undefined}} Answer
 */

/** One person's browser, as far as HTTP can tell. */
export class Visitor {
  /** @type {Map<string, string>} */ #cookies = new Map();
  #ca;

  /** @param {string} [caFile] the authority that https answers are signed by */
  constructor(caFile) {
    this.#ca = caFile === undefined ? undefined : readFileSync(caFile);
  }

  /**
   * @param {string} url
   * @param {{method?: string, headers?: Record<string, string>, body?: string | Buffer}} [options]
   * @returns {Promise<Answer>}
   */
  async send(url, { method = 'GET', headers = {}, body } = {}) {
    const target = new URL(url);
    const cookies = [...this.#cookies].filter(([key]) => key.startsWith(`${target.hostname} `)).map(([key, value]) => `${key.split(' ')[1]}=${value}`);
    const all = { ...(cookies.length ? { Cookie: cookies.join('; ') } : {}), ...headers };
    const library = target.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const req = library.request(target, { method, headers: all, ca: this.#ca, agent: false }, (res) => {
        /** @type {Buffer[]} */
        const chunks = [];
        res.on('data', (chunk) => chunks.push(chunk));
        res.on('end', () => {
          for (const line of res.headers['set-cookie'] ?? []) this.#keep(target.hostname, line);
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            body: Buffer.concat(chunks).toString(),
            location: res.headers.location && new URL(res.headers.location, target).href,
          });
        });
      });
      req.on('error', reject);
      req.end(body);
    });
  }

  /**
   * @param {string} url
   * @param {Record<string, string>} fields
   * @param {Record<string, string>} [headers]
   */
  async post(url, fields, headers = {}) {
    return this.send(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /**
   * @param {string} host
   * @param {string} line
   */
  #keep(host, line) {
    const [pair, ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const key = `${host} ${pair.slice(0, at).trim()}`;
    if (attributes.some((a) => /^\s*max-age=(0|-\d+)\s*$/i.test(a))) this.#cookies.delete(key);
    else this.#cookies.set(key, pair.slice(at + 1).trim());
  }

  /**
   * Signs in on the platform's page and returns where it sends the browser:
   * the redirect URI with its answer.
   * @param {string} authorizeUrl
   * @param {{username: string, password: string}} user
   * @returns {Promise<string>}
   */
  async signIn(authorizeUrl, user) {
    const home = new URL(authorizeUrl).origin;
    let answer = await this.send(authorizeUrl);
    let at = authorizeUrl;
    let filled = false;
    for (let hop = 0; hop < 10; hop++) {
      if (answer.location) {
        if (new URL(answer.location).origin !== home) return answer.location;
        at = answer.location;
        answer = await this.send(at);
        continue;
      }
      if (answer.status !== 200 || filled) throw new Error(`signing in stopped at ${answer.status}: ${text(answer.body)}`);
      filled = true;
      const { action, fields } = form(answer.body, at);
      const username = Object.keys(fields).find((name) => /user|login|e-?mail/i.test(name));
      const password = Object.keys(fields).find((name) => /password/i.test(name));
      if (!username || !password) throw new Error(`no fields to sign in with: ${text(answer.body)}`);
      answer = await this.post(action, { ...fields, [username]: user.username, [password]: user.password }, { Origin: home });
      at = action;
    }
    throw new Error('too many redirects while signing in');
  }
}

/**
 * The first form of a page that has a password field: where it goes and what
 * it carries.
 * @param {string} html
 * @param {string} base
 */
export function form(html, base) {
  for (const [, open, inner] of html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)) {
    if (!/type="?password/.test(inner)) continue;
    /** @type {Record<string, string>} */
    const fields = {};
    for (const [, input] of inner.matchAll(/<input\b([^>]*)>/g)) {
      const name = attribute(input, 'name');
      if (name && !/type="?(checkbox|submit)/.test(input)) fields[name] = attribute(input, 'value') ?? '';
    }
    for (const [, button] of inner.matchAll(/<button\b([^>]*)>/g)) {
      const name = attribute(button, 'name');
      if (name && !(name in fields)) fields[name] = attribute(button, 'value') ?? '';
    }
    return { action: new URL(attribute(open, 'action') || base, base).href, fields };
  }
  throw new Error(`no sign-in form: ${text(html)}`);
}

/**
 * @param {string} tag
 * @param {string} name
 */
function attribute(tag, name) {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replaceAll('&quot;', '"').replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&#43;', '+').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/**
 * What a person would read of a page, for messages of failures.
 * @param {string} html
 */
export function text(html) {
  return html.replaceAll(/<(style|script)[\s\S]*?<\/\1>/g, '').replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ').trim().slice(0, 600);
}
