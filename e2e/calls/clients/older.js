// ringcentral-web-phone before 2, which stands on sip.js: what widgets of
// today still use. The two that are tested differ in their stacks, hardly in
// how an application speaks to them.

import { offer, tell } from './party.js';

/** @param {any} WebPhone the constructor of either */
export function offerOlder(WebPhone) {
  offer(({ provision, instanceId }) => {
    /** @type {any} */ let phone;
    /** @type {any} */ let call;
    /** @type {any} */ let first;
    const media = { remote: document.createElement('video'), local: document.createElement('video') };
    media.local.muted = true;
    document.body.append(media.remote, media.local);
    /** @param {any} session @param {string} word @param {string} [detail] */
    const follow = (session, word, detail) => {
      call = session;
      tell(word, detail);
      session.on('accepted', () => tell('accepted'));
      session.on('rejected', (/** @type {any} */ r) => tell('failed', `${r?.statusCode ?? r?.status_code ?? ''} ${r?.reasonPhrase ?? r?.reason_phrase ?? ''}`));
      session.on('terminated', () => tell('ended'));
    };
    /** @param {string} word @param {Promise<any>} promise */
    const then = (word, promise) => promise.then((result) => tell(word, result && 'code' in result ? JSON.stringify(result) : ''), (err) => tell(`not ${word}`, err));
    return {
      register: () => {
        phone = new WebPhone(provision, { clientId: 'a-client', appKey: 'a-client', appName: 'Judge', appVersion: '1', uuid: instanceId, instanceId, media, stunServers: [], logLevel: 0, audioHelper: { enabled: false } });
        phone.userAgent.on('registered', () => tell('registered'));
        phone.userAgent.on('unregistered', () => tell('unregistered'));
        phone.userAgent.on('registrationFailed', (/** @type {any} */ e) => tell('refused', e?.message?.statusCode ?? e?.data ?? e));
        phone.userAgent.on('invite', (/** @type {any} */ session) => follow(session, 'incoming', session.remoteIdentity.uri.user));
      },
      unregister: () => phone.userAgent.unregister(),
      call: (to) => follow(phone.userAgent.invite(to, {}), 'outgoing'),
      answer: () => call.accept(),
      decline: () => (call.reject ? call.reject({ statusCode: 603 }) : call.ignore()),
      voicemail: () => call.toVoicemail(),
      cancel: () => (call.cancel ? call.cancel() : call.terminate()),
      hangup: () => call.bye(),
      hold: () => then('held', call.hold()),
      unhold: () => then('resumed', call.unhold()),
      mute: () => call.mute(),
      unmute: () => call.unmute(),
      digits: (digits) => call.dtmf(digits, 200, 100),
      transfer: (to) => then('moved', call.transfer(to)),
      consult: async (to) => {
        first = call;
        await first.hold();
        follow(phone.userAgent.invite(to, {}), 'outgoing');
      },
      join: () => then('moved', first.warmTransfer(call)),
      record: (on) => then(on ? 'recording' : 'recorded', on ? call.startRecord() : call.stopRecord()),
      park: () => then('parked', call.park()),
      flip: (to) => then('flipped', call.flip(to)),
    };
  });
}
