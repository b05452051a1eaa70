// What people are told about the end of a session, by the reasons that the
// server gives (packages session and grant).
// @ts-check

/** @type {Record<string, string>} */
const SENTENCES = {
  "signed-out": "You are signed out.",
  everywhere: "You were signed out everywhere. Sign in to go on.",
  expired: "You were signed out because the phone was not used for a while. Sign in to go on.",
  replaced: "Somebody signed in again on this page. Sign in to go on.",
  refused: "The phone service ended your session. Sign in again to go on; what you were writing is kept.",
  "hour-over": "You were signed in for an hour, which is as long as this phone's app allows. Sign in to go on; what you were writing is kept.",
  revoked: "Your administrator ended your session. Sign in to go on.",
};

/** @param {string} [reason] */
export const sentenceOf = (reason) =>
  (reason && Object.hasOwn(SENTENCES, reason) && SENTENCES[reason]) || "You were signed out. Sign in to go on.";
