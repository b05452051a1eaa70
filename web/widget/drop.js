// Leaves recorded messages of the page's own application in calls: asks the
// page which there are, lets people listen to them, and makes telephone sound
// of the one they choose, which the server then plays. Loaded when somebody
// opens the list.
// @ts-check
import { ask } from "./ask.js";
import { draw, find } from "./calls.js";
import { direct, release } from "./devices.js";
import { calm } from "./foreign.js";
import { t } from "./lang.js";
import { announce } from "./nav.js";
import { load, sounds } from "./recorded.js";
import { answers, ready, request } from "./service.js";

/** Samples in a second of telephone sound, and how many seconds a message may have. */
const RATE = 8000;
const LONGEST = 120;
/** Bytes of a file, how long a page's answer may take, and how many messages a page may have. */
const LARGEST = 10 * 1024 * 1024;
const THINKS = 10_000;
const MOST = 50;

/** @typedef {{label: string, uri: string, file: string, sound?: Promise<Blob>}} Recorded */

const root = () => /** @type {HTMLElement | null} */ (document.querySelector("#panel #live-drop"));
/** The rows that stand for messages. @type {WeakMap<Element, Recorded>} */
const rows = new WeakMap();
/** Calls that this tab has left a message in, until it is known what became of it. @type {Set<string>} */
const left = new Set();

/** @param {string} event @param {object} [properties] */
const track = (event, properties) => document.dispatchEvent(new CustomEvent("oh:drop", { detail: { event, ...properties } }));

/**
 * What of a page's answer are recorded messages: each with a label, and an
 * address of sound.
 * @param {any} answer @returns {Recorded[]}
 */
export function recorded(answer) {
  const text = (/** @type {any} */ v) => (typeof v === "string" ? calm(v).trim().slice(0, 200) : "");
  return (Array.isArray(answer) ? answer : [])
    .filter((m) => m && text(m.label) && sounds(m.uri))
    .slice(0, MOST)
    .map((m) => ({ label: text(m.label), uri: m.uri, file: text(m.fileName) }));
}

/** The messages that are shown, and where. @type {{all: Recorded[], at: Element | null}} */
let shown = { all: [], at: null };

/** Shows which messages there are; the page is asked each time. */
export async function open() {
  track("Open voicemail drop");
  say(t("Looking for your messages…"));
  await ready;
  const all = answers() ? recorded(await request("voicemailDropFilesPath", undefined, { timeout: THINKS })) : [];
  hush();
  shown = { all, at: null };
  fill();
  /** @type {HTMLElement | null} */ (root()?.querySelector("[data-drop], [data-live-show]"))?.focus({ preventScroll: true });
}

/** Draws the list where it is open: the page of a call may have been drawn anew meanwhile. */
function fill() {
  const at = root();
  const list = at?.querySelector("[data-drop-list]");
  if (!at || !(list instanceof HTMLElement) || (at === shown.at && list.children.length === shown.all.length) || !at.closest("[data-show=drop]")) return;
  shown.at = at;
  list.replaceChildren(...shown.all.map(row));
  list.hidden = !shown.all.length;
  const playing = [...list.children].find((li) => heard && rows.get(li) === heard.message)?.querySelector("[data-drop-hear]");
  if (heard && playing) (heard.button = playing).setAttribute("aria-pressed", "true");
  say(shown.all.length ? "" : t("This page has no recorded messages."));
}

/** @param {Recorded} m */
function row(m) {
  const template = /** @type {HTMLTemplateElement} */ (root()?.querySelector("[data-drop-row]"));
  const at = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
  const set = (/** @type {string} */ selector, /** @type {string} */ text) => (/** @type {HTMLElement} */ (at.querySelector(selector)).textContent = text);
  set("[data-drop-label]", m.label);
  set("[data-drop-file]", m.file === m.label ? "" : m.file);
  const hear = /** @type {HTMLElement} */ (at.querySelector("[data-drop-hear]"));
  hear.setAttribute("aria-label", `${hear.title}: ${m.label}`);
  rows.set(at, m);
  return at;
}

/** @param {string} sentence @param {boolean} [wrong] */
function say(sentence, wrong = false) {
  const at = root()?.querySelector("[data-drop-said]");
  if (!at) return;
  at.textContent = sentence;
  at.classList.toggle("live__hint--wrong", wrong);
}

/** The message as telephones carry it. @param {Recorded} m */
function sound(m) {
  m.sound ??= make(m);
  m.sound.catch(() => delete m.sound); // the next click tries again
  return m.sound;
}

/** @param {Recorded} m */
async function make({ label, uri }) {
  const bytes = await load(uri, LARGEST).catch((e) => {
    console.warn(`The recorded message “${label}” cannot be loaded: ${e.message}. An address has to be at an asset origin of the embed, and allow other origins to read it (Access-Control-Allow-Origin).`);
    throw new Error(t("“{0}” cannot be loaded. The page around the phone knows why.", label));
  });
  const decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes).catch(() => null);
  if (!decoded || decoded.duration < 0.2) throw new Error(t("“{0}” is not a sound that can be played.", label));
  if (decoded.duration > LONGEST) throw new Error(t("“{0}” is longer than two minutes, which is too long to be left.", label));
  return wav(mono(decoded));
}

/** @param {AudioBuffer} of @returns {Float32Array} */
function mono(of) {
  const all = new Float32Array(of.length);
  for (let c = 0; c < of.numberOfChannels; c++) of.getChannelData(c).forEach((v, i) => (all[i] += v / of.numberOfChannels));
  return all;
}

/** A file of samples of 16 bits. @param {Float32Array} samples */
export function wav(samples) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const word = (/** @type {number} */ at, /** @type {string} */ text) => [...text].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((v, i) => view.setInt16(44 + 2 * i, Math.round(Math.max(-1, Math.min(1, v)) * 32767), true));
  return new Blob([view], { type: "audio/wav" });
}

/** The message that somebody listens to. @type {{message: Recorded, audio: HTMLAudioElement, button: Element, url: string} | null} */
let heard = null;
/** Counts what people have wanted to hear or not: a sound that is loaded too late is not played. */
let wanted = 0;

function hush() {
  wanted++;
  if (!heard) return;
  const { audio, button, url } = heard;
  heard = null;
  audio.pause();
  release(audio);
  URL.revokeObjectURL(url);
  button.setAttribute("aria-pressed", "false");
}

/** @param {Element} button @param {Recorded} m */
async function hear(button, m) {
  const again = heard?.button === button;
  hush();
  if (again) return;
  const mine = wanted;
  const blob = await sound(m);
  if (mine !== wanted) return;
  const url = URL.createObjectURL(blob);
  const audio = new Audio(url);
  direct(audio);
  heard = { message: m, audio, button, url };
  button.setAttribute("aria-pressed", "true");
  audio.addEventListener("ended", () => heard?.audio === audio && hush());
  await audio.play().catch(() => heard?.audio === audio && hush());
}

/** @param {Recorded} m */
async function leave(m) {
  const panel = root()?.closest("[data-call]");
  const id = panel?.getAttribute("data-call") ?? "";
  hush();
  const form = new FormData();
  form.set("label", m.label);
  form.set("sound", await sound(m), "message.wav");
  track("Drop voicemail message");
  const r = await ask(`/calls/${encodeURIComponent(id)}/drop`, { method: "POST", body: form }).catch(() => null);
  if (!r) throw new Error(t("There is no connection right now."));
  if (!r.ok) throw new Error((await r.text()).trim());
  left.add(id);
  panel?.removeAttribute("data-show");
  await draw();
  announce(t("Leaving your message"));
  /** @type {HTMLElement | null} */ (document.querySelector("#panel #live-end"))?.focus({ preventScroll: true });
}

/** @param {Element} button @param {() => Promise<void>} work */
async function press(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  say("");
  try {
    await work();
  } catch (e) {
    say(e instanceof Error ? e.message : String(e), true);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("#live-drop :is([data-drop], [data-drop-hear], [data-live-show])") : null;
  if (!at) return;
  const m = rows.get(at.closest("li") ?? at);
  if (!m) return hush(); // the list is closed
  void press(at, () => (at.hasAttribute("data-drop") ? leave(m) : hear(at, m)));
});
document.addEventListener("oh:calls-drawn", () => {
  if (shown.at) fill();
  if (heard && !heard.button.isConnected) hush();
  for (const id of left) {
    const call = find(id);
    if (call && call.state !== "ended") continue;
    left.delete(id);
    if (call?.drop?.state === "left") track("Voicemail drop completed");
    else track("Voicemail drop failed", { reason: call?.drop?.state ?? "cut" });
  }
});
document.addEventListener("oh:panel", () => heard && !heard.button.isConnected && hush());
