// What people are told about the end of a session, by the reasons that the
// server gives (packages session and grant).
// @ts-check
import { t } from "./lang.js";

/** @type {Record<string, string>} */
const SENTENCES = {
  "signed-out": t("You signed out in another tab. Sign in to go on."),
  everywhere: t("You were signed out everywhere. Sign in to go on."),
  expired: t("You were signed out because the phone was not used for a while. Sign in to go on."),
  replaced: t("Somebody else signed in to this phone. Sign in to go on."),
  refused: t("The phone service ended your session. Sign in again to go on; what you were writing is kept."),
  "hour-over": t("You were signed in for an hour, which is as long as this phone's app allows. Sign in to go on; what you were writing is kept."),
  revoked: t("Your administrator ended your session. Sign in to go on."),
  "embed-removed": t("Your administrator has removed the phone from this page."),
};

/** What whoever did it themselves, in this tab, is told. @type {Record<string, string>} */
const HERE = { "signed-out": t("You are signed out."), everywhere: t("You are signed out everywhere.") };

/** @param {Record<string, string>} sentences @param {string} [reason] */
const look = (sentences, reason) => (reason && Object.hasOwn(sentences, reason) ? sentences[reason] : "");

/** @param {string} [reason] @param {boolean} [here] the user has just asked for it in this tab */
export const sentenceOf = (reason, here = false) =>
  (here && look(HERE, reason)) || look(SENTENCES, reason) || t("You were signed out. Sign in to go on.");
