// A carrier at the other end of the platform's trunk: SIP by UDP, as far as a
// switch has to speak it. Nothing rings and answers by itself, a test says what
// becomes of each call. Whoever talks to it hears themselves.

import { createSocket } from 'node:dgram';

/** @typedef {{start: string, headers: Map<string, string[]>, body: string}} Message */
/** @typedef {'calling' | 'ringing' | 'connected' | 'ended'} State */

/** @param {string} name @param {Message} m */
const head = (name, m) => m.headers.get(name.toLowerCase())?.[0] ?? '';

/** @param {string} text @returns {Message} */
function parse(text) {
  const [top, body = ''] = text.split('\r\n\r\n', 2);
  const [start, ...lines] = top.split('\r\n');
  const headers = new Map();
  for (const line of lines) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(at + 1).trim()]);
  }
  return { start, headers, body };
}

/** @param {string} start @param {[string, string][]} headers @param {string} [body] */
const write = (start, headers, body = '') => [start, ...headers.map(([n, v]) => `${n}: ${v}`), ...(body ? ['Content-Type: application/sdp'] : []), `Content-Length: ${body.length}`, '', body].join('\r\n');

const token = () => Math.random().toString(36).slice(2, 12);

/** One call of the carrier's, into the platform or out of it. */
class Outside {
  /** @type {State} */ state = 'calling';
  /** What is sent again until it is answered. @type {NodeJS.Timeout | undefined} */ #again;
  /** This side's From in the dialog, and the platform's. */ local = '';
  remote = '';
  #branch = '';
  #cseq = 1;
  #tag = token();
  #provisional = false;
  #cancelled = false;

  /** @param {Carrier} carrier @param {{invite?: Message, to?: string}} how */
  constructor(carrier, { invite, to = '' }) {
    this.carrier = carrier;
    this.invite = invite;
    if (invite) {
      this.id = head('call-id', invite);
      this.number = /^INVITE sip:([^@;]+)/.exec(invite.start)?.[1] ?? '';
      [this.local, this.remote] = [`${head('to', invite)};tag=${this.#tag}`, head('from', invite)];
      this.target = /<([^>]+)>/.exec(head('contact', invite))?.[1] ?? '';
      this.state = 'ringing';
      this.#respond('180 Ringing');
      return;
    }
    [this.id, this.number] = [token(), to];
    this.target = `sip:${to}@${carrier.trunk}`;
    [this.local, this.remote] = [`<sip:${carrier.number}@${carrier.address}>;tag=${this.#tag}`, `<${this.target}>`];
    this.#branch = token();
    this.#keep(this.#request('INVITE', this.#branch, this.carrier.offer()));
  }

  /** What can be done now. @returns {('answer' | 'refuse' | 'hangup' | 'hold' | 'resume')[]} */
  get acts() {
    if (this.state === 'connected') return ['hangup', 'hold', 'resume'];
    if (this.state === 'ended') return [];
    return this.invite ? ['answer', 'answer', 'answer', 'refuse'] : ['hangup'];
  }

  /** @param {string} act of acts */
  does(act) {
    if (act === 'answer') this.#accept();
    else if (act === 'refuse') this.#refuse('486 Busy Here');
    else if (act === 'hold') this.#keep(this.#request('INVITE', token(), this.carrier.offer('sendonly')));
    else if (act === 'resume') this.#keep(this.#request('INVITE', token(), this.carrier.offer()));
    else if (this.state === 'connected') this.#bye();
    else if (this.state !== 'ended') this.#cancel();
  }

  /** @param {Message} m a request of the platform's within the call */
  asked(m) {
    const method = m.start.split(' ')[0];
    if (method === 'ACK') return this.#settle();
    if (method === 'BYE') this.#end();
    if (method === 'CANCEL' && this.state === 'ringing') {
      this.#answerTo(m, '200 OK');
      return this.#refuse('487 Request Terminated');
    }
    if (method === 'INVITE' && this.state === 'ringing') return this.#respond('180 Ringing');
    this.#answerTo(m, '200 OK', method === 'INVITE' ? this.carrier.offer() : '');
  }

  /** @param {Message} m a response of the platform's */
  told(m) {
    const code = Number(m.start.split(' ')[1]);
    const [number, method] = head('cseq', m).split(' ');
    if (method === 'CANCEL') return;
    if (code < 200) {
      this.#provisional = true;
      if (method === 'INVITE') clearInterval(this.#again);
      if (this.#cancelled) this.#cancel();
      if (this.state === 'calling') this.state = 'ringing';
      return;
    }
    if (method === 'BYE') return this.#settle();
    if (method !== 'INVITE') return;
    this.#settle();
    if (code < 300) {
      this.remote = head('to', m);
      this.target = /<([^>]+)>/.exec(head('contact', m))?.[1] ?? this.target;
      this.#send(this.#message('ACK', token(), number));
      if (this.state === 'ended') return;
      this.state = 'connected';
      if (this.#cancelled) this.#bye();
      return;
    }
    this.#send(this.#message('ACK', /branch=([^;]+)/.exec(head('via', m))?.[1].replace('z9hG4bK', '') ?? '', number, head('to', m)));
    if (this.state !== 'connected') this.#end();
  }

  #accept() {
    this.state = 'connected';
    this.#respond('200 OK', this.carrier.offer(), true);
  }

  /** @param {string} status */
  #refuse(status) {
    this.state = 'ended';
    this.#respond(status, '', true);
  }

  #cancel() {
    this.#cancelled = true;
    if (this.#provisional) this.#send(this.#message('CANCEL', this.#branch, '1'));
  }

  #bye() {
    this.#keep(this.#request('BYE', token()));
    this.state = 'ended';
  }

  #end() {
    this.#settle();
    this.state = 'ended';
  }

  /** @param {string} method @param {string} branch @param {string} [body] */
  #request(method, branch, body) {
    const text = this.#message(method, branch, String(this.#cseq), undefined, body);
    this.#cseq += 1;
    return text;
  }

  /** @param {string} method @param {string} branch @param {string} cseq @param {string} [to] @param {string} [body] */
  #message(method, branch, cseq, to = this.remote, body) {
    return write(`${method} ${this.target} SIP/2.0`, [
      ['Via', `SIP/2.0/UDP ${this.carrier.address};branch=z9hG4bK${branch}`], ['Max-Forwards', '70'], ['From', this.local], ['To', to], ['Call-ID', this.id],
      ['CSeq', `${cseq} ${method}`], ['Contact', `<sip:carrier@${this.carrier.address}>`],
    ], body);
  }

  /** Answers the platform's INVITE. @param {string} status @param {string} [body] @param {boolean} [final] */
  #respond(status, body = '', final = false) {
    const text = this.carrier.response(/** @type {Message} */ (this.invite), status, body, this.local);
    if (final) this.#keep(text);
    else this.#send(text);
  }

  /** @param {Message} m @param {string} status @param {string} [body] */
  #answerTo(m, status, body) {
    this.#send(this.carrier.response(m, status, body, head('to', m).includes('tag=') ? '' : this.local));
  }

  /** Sends until that is settled (RFC 3261 section 17). @param {string} text */
  #keep(text) {
    clearInterval(this.#again);
    let left = 20;
    this.#again = setInterval(() => (left-- ? this.#send(text) : clearInterval(this.#again)), 500);
    this.#send(text);
  }

  #settle() {
    clearInterval(this.#again);
  }

  /** @param {string} text */
  #send(text) {
    this.carrier.send(text);
  }

  close() {
    clearInterval(this.#again);
  }
}

/** The carrier. It learns where the trunk is by being asked whether it is there. */
export class Carrier {
  /** @type {Map<string, Outside>} */ #all = new Map();
  /** Where the trunk is. */ trunk = '';
  /** Who calls in. */ number = '+12125550142';

  /** @param {import('node:dgram').Socket} signals @param {import('node:dgram').Socket} sound */
  constructor(signals, sound) {
    this.signals = signals;
    this.sound = sound;
    this.address = `127.0.0.1:${signals.address().port}`;
    signals.on('message', (data, from) => this.#hear(String(data), `${from.address}:${from.port}`));
    sound.on('message', (packet, from) => sound.send(packet, from.port, from.address));
  }

  static async open() {
    const sockets = await Promise.all([0, 1].map(async () => {
      const socket = createSocket('udp4');
      await new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(undefined)));
      return socket;
    }));
    return new Carrier(sockets[0], sockets[1]);
  }

  /** The calls that go on. */
  get calls() {
    return [...this.#all.values()].filter(({ state }) => state !== 'ended');
  }

  /** Places a call into the platform. @param {string} to */
  call(to) {
    const call = new Outside(this, { to });
    this.#all.set(call.id ?? '', call);
    return call;
  }

  /** How many calls have come from outside. */
  get placed() {
    return [...this.#all.values()].filter(({ invite }) => !invite).length;
  }

  /** How many calls have gone outside. */
  get taken() {
    return this.#all.size - this.placed;
  }

  /** @param {string} [direction] */
  offer(direction = 'sendrecv') {
    return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${this.sound.address().port} RTP/AVP 0`, 'a=rtpmap:0 PCMU/8000', `a=${direction}`, ''].join('\r\n');
  }

  /** @param {Message} m @param {string} status @param {string} [body] @param {string} [to] */
  response(m, status, body = '', to = '') {
    /** @type {[string, string][]} */
    const same = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].flatMap((name) => (m.headers.get(name.toLowerCase()) ?? []).map((v) => /** @type {[string, string]} */ ([name, name === 'To' && to ? to : v])));
    return write(`SIP/2.0 ${status}`, [...same, ['Contact', `<sip:carrier@${this.address}>`]], body);
  }

  /** @param {string} text */
  send(text) {
    const [host, port] = this.trunk.split(':');
    this.signals.send(text, Number(port), host);
  }

  /** @param {string} text @param {string} from */
  #hear(text, from) {
    const m = parse(text);
    this.trunk = from;
    const known = this.#all.get(head('call-id', m));
    if (m.start.startsWith('SIP/2.0')) return known?.told(m);
    if (known) return known.asked(m);
    if (m.start.startsWith('INVITE')) return void this.#all.set(head('call-id', m), new Outside(this, { invite: m }));
    if (!m.start.startsWith('ACK')) this.send(this.response(m, '200 OK', '', `${head('to', m)};tag=${token()}`));
  }

  close() {
    for (const call of this.#all.values()) call.close();
    this.signals.close();
    this.sound.close();
  }
}
