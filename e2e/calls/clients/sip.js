// sip.js as its guides show it: the stack under the older web phones.

import { Inviter, Registerer, RegistererState, SessionState, UserAgent } from 'sip.js';
import { audioOnly, offer, tell } from './party.js';

offer(({ sipInfo, instanceId }) => {
  const address = (/** @type {string} */ user) => /** @type {import('sip.js').URI} */ (UserAgent.makeURI(`sip:${user}@${sipInfo.domain}`));
  /** @type {any} */ let call;
  /** @type {any} */ let first;
  const descriptions = { sessionDescriptionHandlerOptions: { constraints: audioOnly } };
  /** @param {any} session @param {string} word @param {string} [detail] */
  const follow = (session, word, detail) => {
    call = session;
    tell(word, detail);
    session.stateChange.addListener((/** @type {SessionState} */ state) => {
      if (state === SessionState.Established) {
        play(session);
        tell('accepted');
      }
      if (state === SessionState.Terminated) tell('ended');
    });
  };
  const agent = new UserAgent({
    uri: address(sipInfo.username),
    transportOptions: { server: `wss://${sipInfo.outboundProxy}` },
    authorizationUsername: sipInfo.authorizationId,
    authorizationPassword: sipInfo.password,
    sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: { iceServers: [] } },
    logLevel: 'error',
    delegate: { onInvite: (invitation) => follow(invitation, 'incoming', invitation.remoteIdentity.uri.user) },
  });
  const registerer = new Registerer(agent, { expires: 60, instanceId, regId: 1 });
  registerer.stateChange.addListener((state) => {
    if (state === RegistererState.Registered) tell('registered');
    if (state === RegistererState.Unregistered) tell('unregistered');
  });
  const hold = async (/** @type {boolean} */ on) => {
    call.sessionDescriptionHandlerOptionsReInvite = { ...descriptions.sessionDescriptionHandlerOptions, hold: on };
    await call.invite({ requestDelegate: { onAccept: () => tell(on ? 'held' : 'resumed') } });
  };
  const speak = (/** @type {boolean} */ on) => {
    for (const sender of call.sessionDescriptionHandler.peerConnection.getSenders()) sender.track.enabled = on;
  };
  const refer = (/** @type {any} */ session, /** @type {any} */ to) => session.refer(to, { requestDelegate: { onAccept: () => tell('moved') } });
  const dial = (/** @type {string} */ to) => {
    const inviter = new Inviter(agent, address(to), descriptions);
    follow(inviter, 'outgoing');
    return inviter.invite({ requestDelegate: { onReject: ({ message }) => tell('failed', `${message.statusCode} ${message.reasonPhrase}`) } });
  };
  return {
    register: async () => {
      await agent.start();
      await registerer.register({ requestDelegate: { onReject: ({ message }) => tell('refused', message.statusCode) } });
    },
    unregister: () => registerer.unregister(),
    renew: () => registerer.register({ requestDelegate: { onAccept: () => tell('renewed') } }),
    call: dial,
    answer: () => call.accept(descriptions),
    decline: () => call.reject({ statusCode: 603 }),
    cancel: () => call.cancel(),
    hangup: () => call.bye(),
    hold: () => hold(true),
    unhold: () => hold(false),
    mute: () => speak(false),
    unmute: () => speak(true),
    digits: (digits) => call.sessionDescriptionHandler.sendDtmf(digits, { duration: 200, interToneGap: 100 }),
    transfer: (to) => refer(call, address(to)),
    consult: async (to) => {
      first = call;
      await hold(true);
      await dial(to);
    },
    join: () => refer(first, call),
  };
});

/** What is heard must be played, as the guide says. @param {any} session */
function play(session) {
  const audio = new Audio();
  audio.srcObject = session.sessionDescriptionHandler.remoteMediaStream;
  void audio.play();
}
