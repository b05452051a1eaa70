// ringcentral-web-phone 2, which has a SIP stack of its own.

import WebPhone from 'ringcentral-web-phone';
import { offer, tell } from './party.js';

offer(({ sipInfo, instanceId }) => {
  const phone = new WebPhone({ sipInfo, instanceId });
  /** @type {any} */ let call;
  /** @type {any} */ let consultation;
  /** @param {any} session @param {string} word */
  const follow = (session, word) => {
    call = session;
    tell(word, session.direction === 'inbound' ? session.remoteNumber : '');
    session.on('answered', () => tell('accepted', session.sessionId));
    session.on('failed', (/** @type {string} */ line) => tell('failed', line));
    session.on('disposed', () => tell('ended'));
  };
  phone.on('inboundCall', (/** @type {any} */ session) => follow(session, 'incoming'));
  phone.on('outboundCall', (/** @type {any} */ session) => follow(session, 'outgoing'));
  /** @param {Promise<unknown>} promise @param {string} word */
  const then = (promise, word) => promise.then((result) => tell(word, JSON.stringify(result) ?? ''), (err) => tell(`not ${word}`, err));
  return {
    register: () => phone.start().then(() => tell('registered'), (err) => tell('refused', err)),
    unregister: () => phone.sipClient.dispose().then(() => tell('unregistered')),
    renew: () => /** @type {any} */ (phone.sipClient).register(60).then(() => tell('renewed')),
    call: (to, from) => phone.call(to, from),
    answer: () => call.answer(),
    decline: () => void call.decline(),
    voicemail: () => void call.toVoicemail(),
    forward: (to) => void call.forward(to),
    reply: (text) => void then(call.reply(text), 'replied'),
    cancel: () => call.cancel(),
    hangup: () => call.hangup(),
    hold: () => call.hold().then(() => tell('held')),
    unhold: () => call.unhold().then(() => tell('resumed')),
    mute: () => call.mute(),
    unmute: () => call.unmute(),
    digits: (digits) => call.sendDtmf(digits, 200, 100),
    transfer: (to) => void then(call.transfer(to), 'moved'),
    consult: async (to) => {
      consultation = await call.warmTransfer(to);
    },
    join: () => void then(consultation.complete(), 'moved'),
    record: (on) => void then(on ? call.startRecording() : call.stopRecording(), on ? 'recording' : 'recorded'),
    park: () => void then(call.park(), 'parked'),
    flip: (to) => void then(call.flip(to), 'flipped'),
  };
});
