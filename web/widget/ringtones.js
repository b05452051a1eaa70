// Knows what calls sound like: the ringtones of the phone, which are nothing
// but tones, and one that the page around it may bring. What the user has
// chosen, which the server keeps for every tab, comes before what the page
// brings, and that before the usual.
// @ts-check
import { calm } from "./foreign.js";
import { preferences } from "./preferences.js";
import { load, sounds as named } from "./recorded.js";
import { sample, sound } from "./sounds.js";

/** @typedef {import("./sounds.js").Tone} Tone */
/** @typedef {{once(key: string, sentence: string): void}} Link */

/** The same notes from several moments on. @param {number[]} moments @param {Tone[]} notes @returns {Tone[]} */
const at = (moments, notes) => moments.flatMap((m) => notes.map(/** @returns {Tone} */ ([from, ...rest]) => [m + from, ...rest]));
/** Notes one after the other. @param {number} step @param {number} length @param {OscillatorType} kind @param {number[]} pitches @returns {Tone[]} */
const row = (step, length, kind, pitches) => pitches.map((pitch, i) => [i * step, pitch, length, kind]);

/** @type {Record<string, Tone[]>} */
export const RINGTONES = {
  rising: at([0, 0.36], [[0, 784, 0.3, "triangle"], [0.09, 987.8, 0.3, "triangle"], [0.18, 1174.7, 0.4, "triangle"]]),
  classic: at([0, 1], row(0.05, 0.12, "triangle", Array.from({ length: 14 }, (_, i) => (i % 2 ? 1244.5 : 1568)))),
  marimba: row(0.15, 0.3, "triangle", [659.3, 784, 987.8, 1318.5, 987.8, 784, 1174.7, 987.8]),
  bells: [...row(0.45, 1.4, "sine", [830.6, 659.3, 740, 493.9]), ...row(0.45, 0.5, "sine", [1661.2, 1318.5, 1480, 987.8])],
  harp: at([0, 0.9], row(0.08, 0.8, "sine", [392, 493.9, 587.3, 784, 987.8, 1174.7])),
  pulse: at([0, 0.7], row(0.12, 0.08, "sine", [1046.5, 1046.5, 1396.9])),
  none: [],
};
const USUAL = "rising";
/** How loud they are until somebody says so. */
const VOLUME = 60;

/** Bytes and seconds of what a page brings, and what it is taken apart at. */
const LARGEST = 512 * 1024;
const LONGEST = 30;
const RATE = 24_000;

/** What the page has brought. @type {{name: string, buffer: AudioBuffer | null, volume?: number}} */
let page = { name: "", buffer: null };
/** Counts what it has brought: what is read too late does not count. */
let brought = 0;

/** What the page calls its ringtone; nothing where it has brought none. */
export const pages = () => (page.buffer ? page.name : "");

/** The ringtone that calls have here; nothing for the page's. */
export function chosen() {
  const { ringtone = "" } = preferences();
  return Object.hasOwn(RINGTONES, ringtone) ? ringtone : page.buffer ? "" : USUAL;
}

/** How loud calls are, in percent. */
export function loudness() {
  const { ringVolume, volume } = preferences();
  return Number(ringVolume || (page.volume ?? (volume || VOLUME)));
}

/** How long a ringtone sounds, in milliseconds. @param {string} name */
export function lasts(name) {
  if (!name) return 1000 * (page.buffer?.duration ?? 0);
  return 1000 * Math.max(0, ...RINGTONES[name].map(([from, , length]) => from + length));
}

/**
 * Sounds once, and says whether it could be heard.
 * @param {string} name nothing for the page's @param {number} percent @param {AbortSignal} [signal] cuts it short
 */
export async function ring(name, percent, signal) {
  if (!name) return Boolean(page.buffer) && sample(/** @type {AudioBuffer} */ (page.buffer), "ring-page", percent, signal);
  return sound(RINGTONES[name], name === USUAL ? "ring" : `ring-${name}`, percent, signal);
}

/**
 * Takes rc-adapter-update-ringtone: a sound under a name, how loud calls are
 * until the user says otherwise, or both. An empty address takes it away.
 * @param {{name?: string, uri?: string, volume?: number}} m @param {Link} link
 */
export async function bring({ name = "", uri, volume }, link) {
  if (volume !== undefined) {
    if (volume >= 0 && volume <= 1) page = { ...page, volume: Math.round(volume * 100) };
    else link.once("ringtone volume", "rc-adapter-update-ringtone: volume goes from 0 to 1. It was left as it is.");
  }
  if (uri === undefined) return changed();
  const mine = ++brought;
  const buffer = uri ? await read(uri, link) : null;
  if (mine !== brought || (uri && !buffer)) return;
  page = { ...page, name: calm(name).trim().slice(0, 60) || "♪", buffer };
  changed();
}

/** @param {string} uri @param {Link} link */
async function read(uri, link) {
  const refuse = (/** @type {string} */ why) => (link.once(`ringtone ${why}`, `rc-adapter-update-ringtone: ${why} The ringtone is as it was.`), null);
  if (!named(uri) && !/^data:audio\//i.test(uri)) return refuse("uri must be a data address of sound, or an address at an asset origin of the embed.");
  const bytes = await load(uri, LARGEST).catch((e) => {
    refuse(`the sound cannot be loaded (${e.message}). It may have ${LARGEST / 1024} kB; an address needs the parameter enableRingtoneSettings, an asset origin of the embed, and Access-Control-Allow-Origin.`);
  });
  if (!bytes) return null;
  const buffer = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes).catch(() => null);
  if (!buffer || buffer.duration > LONGEST) return refuse(`what uri names is not a sound of at most ${LONGEST} seconds.`);
  return buffer;
}

const changed = () => document.dispatchEvent(new CustomEvent("oh:ringtone"));
