// Knows which microphone and loudspeaker the user has chosen in this browser,
// and has everything that plays here play there.
// @ts-check
import { t } from "./lang.js";
import { recall, remember } from "./memory.js";

/** @typedef {"input" | "output"} Way */

const SYSTEM = t("As the system");

/** @param {Way} way @returns {{id: string, label: string}} */
function chosen(way) {
  try {
    const { id = "", label = "" } = JSON.parse(recall(`audio-${way}`) || "{}");
    return { id: String(id), label: String(label) };
  } catch {
    return { id: "", label: "" };
  }
}

/** The id of the chosen loudspeaker, "" for the system's. */
export const output = () => chosen("output").id;
/** The id of the chosen microphone, "" for the system's. */
export const input = () => chosen("input").id;

/** @param {Way} way @param {string} id @param {string} label */
export function choose(way, id, label) {
  remember(`audio-${way}`, id ? JSON.stringify({ id, label }) : "");
  if (way === "output") for (const at of playing) direct(at);
  else document.dispatchEvent(new CustomEvent("oh:devices"));
}

/** What stands in the list of the settings. */
export function line() {
  const [mic, out] = [chosen("input"), chosen("output")];
  if (!mic.id && !out.id) return SYSTEM;
  return [mic.label || SYSTEM, out.label || SYSTEM].join(" · ");
}

/** What plays here, or has played and is still open. @type {Set<HTMLMediaElement>} */
const playing = new Set();

/** Lets go of something that will not play again. @param {HTMLMediaElement} at */
export const release = (at) => playing.delete(at);

/** Has something play where the user wants to hear it. @param {HTMLMediaElement} at */
export function direct(at) {
  playing.add(at);
  if (at.setSinkId && at.sinkId !== output()) at.setSinkId(output()).catch(() => {}); // unplugged: the system's
}
