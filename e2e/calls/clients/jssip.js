// JsSIP, a stack of another family.

import JsSIP from 'jssip';
import { audioOnly, offer, tell } from './party.js';

offer(({ sipInfo, instanceId }) => {
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(`wss://${sipInfo.outboundProxy}`)],
    uri: `sip:${sipInfo.username}@${sipInfo.domain}`,
    authorization_user: sipInfo.authorizationId,
    password: sipInfo.password,
    register_expires: 60,
    instance_id: instanceId,
    session_timers: false,
  });
  /** @type {any} */ let call;
  /** @type {any} */ let first;
  const options = { mediaConstraints: audioOnly, pcConfig: { iceServers: [] } };
  agent.on('registered', () => tell('registered'));
  agent.on('unregistered', () => tell('unregistered'));
  agent.on('registrationFailed', ({ response }) => tell('refused', response?.status_code));
  agent.on('newRTCSession', (/** @type {any} */ { session, originator }) => {
    call = session;
    tell(originator === 'remote' ? 'incoming' : 'outgoing', originator === 'remote' ? session.remote_identity.uri.user : '');
    session.on('accepted', () => tell('accepted'));
    session.on('ended', () => tell('ended'));
    session.on('failed', (/** @type {any} */ e) => {
      if (session.direction === 'outgoing') tell('failed', `${e.message?.status_code ?? ''} ${e.cause}`);
      tell('ended');
    });
    if (session.connection) play(session.connection);
    else session.on('peerconnection', (/** @type {any} */ e) => play(e.peerconnection));
  });
  const dial = (/** @type {string} */ to) => void agent.call(`sip:${to}@${sipInfo.domain}`, options);
  const moved = { eventHandlers: { requestSucceeded: () => tell('moved') } };
  return {
    register: () => agent.start(),
    unregister: () => agent.unregister(),
    renew: () => agent.register(),
    call: dial,
    answer: () => call.answer(options),
    decline: () => call.terminate({ status_code: 603, reason_phrase: 'Decline' }),
    cancel: () => call.terminate(),
    hangup: () => call.terminate(),
    hold: () => call.hold({}, () => tell('held')),
    unhold: () => call.unhold({}, () => tell('resumed')),
    mute: () => call.mute(),
    unmute: () => call.unmute(),
    digits: (digits) => call.sendDTMF(digits, { transportType: 'RFC2833', duration: 200, interToneGap: 100 }),
    transfer: (to) => call.refer(`sip:${to}@${sipInfo.domain}`, moved),
    consult: (to) => {
      first = call;
      first.hold();
      dial(to);
    },
    join: () => first.refer(call.remote_identity.uri, { ...moved, replaces: call }),
  };
});

/** What is heard must be played. @param {RTCPeerConnection} connection */
function play(connection) {
  connection.addEventListener('track', (e) => {
    const audio = new Audio();
    audio.srcObject = new MediaStream([e.track]);
    void audio.play();
  });
}
