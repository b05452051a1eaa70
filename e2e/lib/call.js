// What the platform says of calls: the events of telephony sessions, presence
// and the call log, and whether they are as they may be.

import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { Api } from './api.js';
import { patiently } from './tone.js';

/** Which state of a party may follow which (contract 6). @type {Record<string, string[]>} */
const next = {
  '': ['Setup', 'Proceeding', 'Answered'],
  Setup: ['Proceeding', 'Answered', 'VoiceMail', 'Disconnected', 'Gone'],
  Proceeding: ['Answered', 'VoiceMail', 'Disconnected', 'Gone'],
  Answered: ['Hold', 'Parked', 'VoiceMail', 'Disconnected', 'Gone'],
  Hold: ['Answered', 'Parked', 'Disconnected', 'Gone'],
  Parked: ['Answered', 'Disconnected', 'Gone'],
  VoiceMail: ['Disconnected', 'Gone'],
  Gone: ['Disconnected'],
  Disconnected: [],
};

/** One user's calls as the platform tells them. */
export class Watch {
  /** @type {any[]} */ events = [];
  /** @type {Set<() => void>} */ #waiting = new Set();

  /** @param {Api} api @param {WebSocket} socket */
  constructor(api, socket) {
    this.api = api;
    this.socket = socket;
    socket.on('message', (data) => {
      const [meta, body] = JSON.parse(String(data));
      if (meta.type !== 'ServerNotification') return;
      this.events.push(body);
      for (const look of this.#waiting) look();
    });
  }

  /** Listens from now on. @param {import('./demo.js').Demo} demo @param {import('./demo.js').User} user */
  static async open(demo, user) {
    const api = await Api.as(demo, user);
    const { uri, ws_access_token: token } = await api.request('POST', '/restapi/oauth/wstoken', {});
    const socket = new WebSocket(`${uri}?access_token=${token}`);
    const watch = new Watch(api, socket);
    const answered = new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data) => {
        const [meta] = JSON.parse(String(data));
        if (meta.type === 'ConnectionDetails') socket.send(JSON.stringify(subscription));
        if (meta.type === 'ClientRequest') (meta.status < 300 ? resolve : reject)(meta);
      });
    });
    await patiently(answered, () => 'nobody answered the subscription');
    return watch;
  }

  /** What happened in telephony sessions, in order. @returns {any[]} */
  get sessions() {
    return this.events.filter((e) => e.event.includes('/telephony/sessions')).map((e) => e.body);
  }

  /** How presence changed, in order. @returns {any[]} */
  get presence() {
    return this.events.filter((e) => e.event.includes('/presence')).map((e) => e.body);
  }

  /**
   * Waits until what was told so far fits, and returns what the check found.
   * @template T
   * @param {(watch: Watch) => T | undefined | false} check
   * @param {string} [what] is waited for
   * @returns {Promise<T>}
   */
  until(check, what = String(check)) {
    const held = new Promise((resolve) => {
      const look = () => {
        const found = check(this);
        if (!found) return;
        this.#waiting.delete(look);
        resolve(/** @type {T} */ (found));
      };
      this.#waiting.add(look);
      look();
    });
    return patiently(/** @type {Promise<T>} */ (held), () => `${this.api.user.name} never saw ${what}, but ${JSON.stringify(this.steps())}`);
  }

  /**
   * Waits until a party of this user's is in a state, and returns the session.
   * @param {string} code @param {string} [reason]
   */
  party(code, reason) {
    return this.until(
      ({ sessions }) => sessions.find(({ parties }) => parties.some((/** @type {any} */ p) => p.status.code === code && (!reason || p.status.reason === reason))),
      `a party ${code}${reason ? ` for ${reason}` : ''}`,
    );
  }

  /** The states of each party in their order. @returns {Record<string, string[]>} */
  steps() {
    /** @type {Record<string, string[]>} */
    const parties = {};
    for (const { parties: changed } of this.sessions) {
      for (const { id, status } of changed) {
        const steps = (parties[id] ??= []);
        const step = status.reason ? `${status.code} ${status.reason}` : status.code;
        if (steps.at(-1) !== step) steps.push(step);
      }
    }
    return parties;
  }

  /** Fails when a party went where none may go, or when events are out of order. */
  legal() {
    for (const [id, steps] of Object.entries(this.steps())) {
      let before = '';
      for (const step of steps) {
        const code = step.split(' ')[0];
        if (code !== before) assert.ok(next[before]?.includes(code), `party ${id} went from ${before || 'nowhere'} to ${code}: ${steps}`);
        before = code;
      }
    }
    /** @type {Map<string, number>} */
    const last = new Map();
    for (const { telephonySessionId: id, sequence, extensionId } of this.sessions) {
      assert.equal(String(extensionId), String(this.api.user.extensionId), 'another extension\'s parties were told');
      assert.ok(sequence > (last.get(id) ?? 0), `session ${id}: sequence ${sequence} came after ${last.get(id)}`);
      last.set(id, sequence);
    }
  }

  /**
   * The user's call log, newest first: once every call of theirs is over.
   * @returns {Promise<any[]>}
   */
  async log() {
    return (await this.api.call('GET', '/call-log?view=Detailed&perPage=1000')).records;
  }

  close() {
    this.socket.terminate();
  }
}

const own = '/restapi/v1.0/account/~/extension/~';

/** A request for everything of one's own calls. */
const subscription = [
  { type: 'ClientRequest', messageId: 'subscribe', method: 'POST', path: '/restapi/v1.0/subscription' },
  {
    eventFilters: [`${own}/telephony/sessions`, `${own}/presence?detailedTelephonyState=true&sipData=true`, `${own}/message-store`, `${own}/voicemail`],
    deliveryMode: { transportType: 'WebSocket' },
  },
];
