// Tells the page around the phone of calls, in the contract's words: what has
// changed from one snapshot to the next. The first snapshot of a page tells
// nothing, because its calls have been told before: a page that goes somewhere
// else for each new call would never come to rest. Every tab tells its own
// page, with the same eventId; where the page asks for it
// (disableInactiveTabCallEvent) one tab tells, the one in front if there is one.
// Where the session ends, calls end for the page.
// @ts-check
import { tab } from "./ask.js";
import { host } from "./host.js";

/** @typedef {import("./calls.js").Call} Call */
/** @typedef {import("./calls.js").Snapshot} Snapshot */
/** @typedef {Record<string, any> & {type: string}} Message */

/** How the contract calls the states of a call and of a line. */
const STATUS = { dialing: "connecting", ringing: "connecting", connected: "connected", held: "onHold", ended: "finished" };
const TELEPHONY = { dialing: "Ringing", ringing: "Ringing", connected: "CallConnected", held: "OnHold", ended: "NoCall" };
const LINE = { none: "disconnected", connecting: "connecting", registered: "connected", broken: "connectFailed" };

/** @param {string | undefined} at */
const ms = (at) => (at ? Date.parse(at) : undefined);
/** The server's moments are finer than the contract's. @param {string} at */
const iso = (at) => new Date(at).toISOString();
/** @param {Call} c @param {string} far @param {string | undefined} own */
const ends = (c, far, own) => (c.direction === "Inbound" ? [far, own] : [own, far]);

/** A call of a rc-call-…-notify. @param {Call} c */
export function described(c) {
  const [from, to] = ends(c, c.number, c.line);
  const [fromUserName, toUserName] = ends(c, c.name ?? "", "");
  return {
    id: c.id, callId: c.id, direction: c.direction, callStatus: `webphone-session-${STATUS[c.state]}`,
    from: from ?? "", fromNumber: from ?? "", fromUserName, fromTag: "", to: to ?? "", toUserName,
    creationTime: ms(c.began), startTime: ms(c.answered), endTime: ms(c.ended),
    isOnHold: c.state === "held", isOnMute: Boolean(c.muted), isOnFlip: Boolean(c.flipped), isOnTransfer: c.outcome === "moved",
    isToVoicemail: c.outcome === "voicemail", isForwarded: c.outcome === "forwarded", isReplied: c.outcome === "replied",
    recordStatus: c.recording ? "webphone-record-recording" : "webphone-record-idle",
    partyData: { partyId: c.partyId, sessionId: c.telephonySessionId }, sessionId: c.sessionId, telephonySessionId: c.telephonySessionId, partyId: c.partyId,
    callQueueName: c.queue, ...(c.conference && { isConference: true, members: (c.members ?? []).map((m) => ({ ...m, muted: Boolean(m.muted), held: Boolean(m.held) })) }), contactMatch: null, minimized: false, cached: false, removed: c.state === "ended",
    lastActiveTime: ms(c.ended ?? c.answered ?? c.began), ...(c.drop && { voicemailDrop: c.drop.state }), ...(c.outcome && { outcome: c.outcome }), ...(c.unseen && c.outcome === "missed" && { missedReason: "No open page with the phone showed it" }),
  };
}

/** A call of rc-active-call-notify. @param {Call} c */
function active(c) {
  const [from, to] = ends(c, c.number, c.line);
  const [fromName, toName] = ends(c, c.name ?? "", "");
  return {
    id: c.id, direction: c.direction, from: from ?? "", fromName, to: to ?? "", toName, telephonyStatus: TELEPHONY[c.state],
    sessionId: c.sessionId, telephonySessionId: c.telephonySessionId, partyId: c.partyId, startTime: iso(c.began),
    terminationType: c.state === "ended" ? "final" : "intermediate",
  };
}

/**
 * What one call has done, in the order in which a call does it, however much
 * of it lies between two snapshots.
 * @param {Call | undefined} before @param {Call} after @returns {string[]}
 */
function steps(before, after) {
  const list = [];
  const was = before?.state;
  const up = (/** @type {Call["state"] | undefined} */ s) => s === "connected" || s === "held";
  if (!before) list.push(after.direction === "Inbound" ? "ring" : "init");
  if (was === "ended") return list;
  if (after.answered && !up(was)) list.push("start");
  if (after.drop && !before?.drop) list.push("drop-voicemail");
  if (Boolean(before?.muted) !== Boolean(after.muted) && after.state !== "ended") list.push("mute");
  if (after.state === "held" && was !== "held") list.push("hold");
  if (was === "held" && after.state === "connected") list.push("resume");
  if (after.state === "ended") list.push("end");
  return list;
}

/**
 * What a page is told between two snapshots. A call that is gone has ended
 * while nobody could hear it.
 * @param {Snapshot} before @param {Snapshot} after
 * @returns {Message[]}
 */
export function told(before, after) {
  /** @type {Message[]} */
  const list = [];
  const old = new Map(before.calls.map((c) => [c.id, c]));
  /** @type {Call[]} */
  const lost = before.calls.filter((c) => c.state !== "ended" && !after.calls.some(({ id }) => id === c.id)).map((c) => ({ ...c, state: "ended", ended: after.now }));
  for (const c of [...lost, ...after.calls]) {
    const b = old.get(c.id);
    for (const step of steps(b, c)) list.push({ type: `rc-call-${step}-notify`, eventId: `${step}-${c.id}-${after.version}`, call: described(c) });
    if (TELEPHONY[c.state] !== (b && TELEPHONY[b.state])) list.push({ type: "rc-active-call-notify", eventId: `active-${c.id}-${after.version}`, call: active(c) });
  }
  const [was, is] = [before.ringOut, after.ringOut];
  if (is && (was?.id !== is.id || was.state !== is.state)) list.push({ type: "rc-ringout-call-notify", eventId: `ringout-${is.id}-${is.state}`, call: ringOut(is) });
  else if (was && !is && was.state !== "over") list.push({ type: "rc-ringout-call-notify", eventId: `ringout-${was.id}-over`, call: ringOut({ ...was, state: "over" }) });
  return list;
}

/** A call of rc-ringout-call-notify. @param {import("./calls.js").RingOut} r */
const ringOut = ({ id, number, from, state, began }) => ({
  id, direction: "Outbound", from: from ?? "", fromName: "", to: number, toName: "", startTime: iso(began),
  telephonyStatus: { here: "Ringing", there: "Ringing", both: "CallConnected", over: "NoCall" }[state], terminationType: state === "over" ? "final" : "intermediate",
});

/** How the phone stands, of which a page hears the changes. @param {Snapshot} s @returns {Message[]} */
const standing = ({ line, microphone }) => [
  { type: "rc-webphone-connection-status-notify", connectionStatus: `connectionStatus-${LINE[line.state]}`, deviceId: line.deviceId },
  { type: "rc-dialer-status-notify", ready: line.state === "registered" },
  ...(microphone ? [{ type: "rc-webphone-active-notify", activeId: microphone, currentActive: microphone === tab }] : []),
];

/** @type {Snapshot | null} */
let last = null;
/** When it came. */
let came = 0;
/** @type {Map<string, string>} */
const said = new Map();

/** Takes how the calls are. @param {Snapshot} now */
export function take(now) {
  const before = last;
  last = now;
  came = Date.now();
  if (host.may("status")) {
    for (const m of standing(now)) {
      const text = JSON.stringify(m);
      if (said.get(m.type) === text) continue;
      said.set(m.type, text);
      host.tell(m);
    }
  }
  if (before) tell(before, now);
}

/** @param {Snapshot} before @param {Snapshot} now */
function tell(before, now) {
  if (!host.may("calls")) return;
  for (const m of told(before, now)) host.tell(m);
}

/** Answers rc-adapter-webphone-sessions-sync. */
export const sync = () => host.tell({ type: "rc-webphone-sessions-sync", calls: (last?.calls ?? []).filter((c) => c.state !== "ended").map(described) });

globalThis.document?.addEventListener("oh:session", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.signedIn) return;
  const now = last && new Date(Date.parse(last.now) + Date.now() - came).toISOString();
  // The next version, as tabs call it that were told of the end.
  if (last && now) tell(last, { ...last, now, version: last.version + 1, calls: [], ringOut: undefined });
  last = null;
  said.clear();
}, true); // before the page hears that nobody is signed in
