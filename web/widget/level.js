// Moves the meters of a call with the microphone, so that people see that
// they are heard. It listens while one is shown and nobody is muted.
// @ts-check
import { sound } from "./audio.js";

/** @type {AudioContext | null} */
let context = null;
/** @type {MediaStream | null} */
let heard = null;

/** How loud a wave is, in percent of what a meter shows. @param {Float32Array} wave */
export function loudness(wave) {
  const power = wave.reduce((sum, v) => sum + v * v, 0) / wave.length;
  return Math.min(100, Math.round(Math.sqrt(Math.sqrt(power)) * 160));
}

function begin() {
  const { stream } = sound;
  if (!stream || stream === heard || !document.querySelector("[data-call-level]")) return;
  end();
  heard = stream;
  const mine = (context = new AudioContext());
  const analyser = new AnalyserNode(mine, { fftSize: 512 });
  mine.createMediaStreamSource(stream).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  const move = () => {
    if (context !== mine) return;
    const meters = document.querySelectorAll("[data-call-level]");
    if (!meters.length || sound.stream !== stream) return end();
    analyser.getFloatTimeDomainData(wave);
    const value = loudness(wave);
    for (const at of meters) if (at instanceof HTMLMeterElement) at.value = value;
    requestAnimationFrame(move);
  };
  move();
}

function end() {
  void context?.close();
  context = heard = null;
}

for (const type of ["oh:audio", "oh:panel", "oh:calls-drawn"]) document.addEventListener(type, begin);
begin();
