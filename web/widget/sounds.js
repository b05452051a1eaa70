// Makes the sounds of the phone, out of nothing but tones: there is no file to
// load, and no two of them are alike. They go to the loudspeaker that the user
// has chosen, as does what a page has brought to ring with.
// @ts-check
import { output } from "./devices.js";

/** One tone: when it begins, its pitch in hertz, how long it lasts and its kind. @typedef {[at: number, pitch: number, length: number, kind: OscillatorType]} Tone */

/** @type {Record<string, Tone[]>} */
export const SOUNDS = {
  chime: [[0, 880, 0.5, "sine"], [0.12, 1174.7, 0.7, "sine"]],
  knock: [[0, 190, 0.09, "triangle"], [0.14, 170, 0.12, "triangle"]],
  marimba: [[0, 523.3, 0.25, "triangle"], [0.1, 659.3, 0.25, "triangle"], [0.2, 784, 0.4, "triangle"]],
  ripple: [[0, 1318.5, 0.16, "sine"], [0.07, 1046.5, 0.16, "sine"], [0.14, 784, 0.3, "sine"]],
  none: [],
};

/** How long a browser may take that has not been clicked in. */
const PATIENCE = 300;

/** @type {AudioContext | null} */
let context = null;

/** Whether the browser lets the phone sound now: most want a click in it first. */
export async function audible() {
  const state = () => (context ??= new AudioContext()).state;
  if (state() === "running") return true;
  const resumed = context?.resume().catch(() => {});
  // Without a click the promise may wait for one for ever.
  await (navigator.userActivation?.hasBeenActive ? resumed : Promise.race([resumed, new Promise((done) => setTimeout(done, PATIENCE))]));
  return state() === "running";
}

/**
 * Plays one, and says whether it could be heard.
 * @param {string} name @param {number} percent how loud
 */
export async function play(name, percent) {
  return sound(SOUNDS[name] ?? SOUNDS.chime, name, percent);
}

/**
 * Plays tones of somebody's own, under a name for who listens to what sounds.
 * @param {Tone[]} tones @param {string} name @param {number} percent @param {AbortSignal} [signal] cuts them short
 */
export async function sound(tones, name, percent, signal) {
  return tones.length > 0 && heard(name, percent, signal, (to, way) => tones.forEach((tone) => ring(to, way, tone, percent / 100)));
}

/**
 * The same of sound that somebody has recorded.
 * @param {AudioBuffer} buffer @param {string} name @param {number} percent @param {AbortSignal} [signal]
 */
export const sample = (buffer, name, percent, signal) =>
  heard(name, percent, signal, (to, way) => {
    const source = new AudioBufferSourceNode(to, { buffer });
    source.connect(new GainNode(to, { gain: percent / 100 })).connect(way);
    source.start();
  });

/**
 * Has something play, until it is cut short, and says whether it can be heard.
 * @param {string} name @param {number} percent @param {AbortSignal | undefined} signal @param {(to: AudioContext, way: AudioNode) => void} play
 */
async function heard(name, percent, signal, play) {
  if (percent <= 0 || !(await audible()) || !context) return false;
  await route(context);
  if (signal?.aborted) return false;
  const way = new GainNode(context);
  way.connect(context.destination);
  signal?.addEventListener("abort", () => way.disconnect());
  play(context, way);
  document.dispatchEvent(new CustomEvent("oh:sounded", { detail: { name, percent } }));
  return true;
}

/** @param {AudioContext} to */
async function route(to) {
  const at = /** @type {AudioContext & {sinkId?: string, setSinkId?(id: string): Promise<void>}} */ (to);
  if (at.setSinkId && (at.sinkId ?? "") !== output()) await at.setSinkId(output()).catch(() => {}); // unplugged: the system's
}

/** @param {AudioContext} to @param {AudioNode} way @param {Tone} tone @param {number} volume */
function ring(to, way, [at, pitch, length, kind], volume) {
  const begin = to.currentTime + 0.02 + at;
  const voice = new OscillatorNode(to, { type: kind, frequency: pitch });
  const gain = new GainNode(to, { gain: 0 });
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(volume * 0.5, begin + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.0001, begin + length);
  voice.connect(gain).connect(way);
  voice.start(begin);
  voice.stop(begin + length + 0.05);
}
