// Who hears whom. Every party of a call sends a sine of its own instead of a
// voice, and every page tells the frequency that it hears: «Ben hears 900 Hz»
// proves that it is Ada whom he hears, which no count of packets does.
//
// What a page hears is read off the track itself (MediaStreamTrackProcessor).
// That needs no permission to play sound and no timer, and it stays silent as
// long as the page plays the track to nobody.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sine, wav } from './wave.js';

/** How long anything may take that a loaded machine does in its own time. */
export const patience = Number(process.env.OFFHOOK_PATIENCE ?? 60_000);

/**
 * Runs in every frame before its own scripts and knows nothing outside itself.
 * `window.__sound` is what the tests then ask.
 *
 * @param {{tone: number, device: boolean}} options tone: what is sent, in Hz;
 *   device: by the browser's own microphone, which plays a file, so that asking
 *   for it takes what it takes, or by an oscillator
 */
export function installSound({ tone, device }) {
  const size = 8192;
  /** Quieter than this is silence; a party's tone is twenty times as loud. */
  const quiet = 0.02;
  /** @type {any[]} */ const ears = [];
  /** @type {Set<() => void>} */ const waiting = new Set();
  /** @type {any} */ const w = window;

  /** In place, of a power of two. @param {Float32Array} re @param {Float32Array} im */
  function transform(re, im) {
    const n = re.length;
    for (let i = 1, j = 0; i < n; i++) {
      let bit = n >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i < j) [re[i], re[j], im[i], im[j]] = [re[j], re[i], im[j], im[i]];
    }
    for (let len = 2; len <= n; len <<= 1) {
      const angle = (-2 * Math.PI) / len;
      for (let i = 0; i < n; i += len) {
        for (let k = 0; k < len / 2; k++) {
          const c = Math.cos(angle * k);
          const s = Math.sin(angle * k);
          const [a, b] = [i + k, i + k + len / 2];
          const [x, y] = [re[b] * c - im[b] * s, re[b] * s + im[b] * c];
          [re[b], im[b], re[a], im[a]] = [re[a] - x, im[a] - y, re[a] + x, im[a] + y];
        }
      }
    }
  }

  class Ear {
    ring = new Float32Array(size);
    at = 0;
    rate = 48000;
    on = false;
    /** @type {{t: number, on: boolean}[]} when sound began and ceased, in ms of the track's own time */
    changes = [];
    /** How long it has been silent, in ms of sound. */
    silence = 0;
    frames = 0;
    ended = false;

    /** @param {MediaStreamTrack} track */
    constructor(track) {
      this.track = track;
      track.addEventListener('ended', () => (this.ended = true));
      void this.listen();
    }

    async listen() {
      const reader = new w.MediaStreamTrackProcessor({ track: this.track, maxBufferSize: 500 }).readable.getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        this.rate = value.sampleRate;
        const samples = new Float32Array(value.numberOfFrames);
        value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        this.take(samples, value.timestamp / 1000);
        value.close();
      }
      this.ended = true;
    }

    /** @param {Float32Array} samples @param {number} t */
    take(samples, t) {
      const step = Math.round(this.rate / 400); // 2.5 ms: a period of the deepest tone
      for (let from = 0; from + step <= samples.length; from += step) {
        let sum = 0;
        for (let i = from; i < from + step; i++) {
          sum += samples[i] * samples[i];
          this.ring[this.at++ % size] = samples[i];
        }
        const on = Math.sqrt(sum / step) > quiet;
        this.silence = on ? 0 : this.silence + 2.5;
        if (on !== this.on) {
          this.on = on;
          this.changes.push({ t: t + (from / this.rate) * 1000, on });
        }
      }
      this.frames++;
      if (this.frames % 5 === 0) for (const look of waiting) look();
    }

    /** The strongest frequencies heard in the last 0.17 s, as [Hz, part of the strongest]. */
    peaks() {
      const re = new Float32Array(size);
      const im = new Float32Array(size);
      for (let i = 0; i < size; i++) re[i] = this.ring[(this.at + i) % size] * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
      transform(re, im);
      const power = Array.from({ length: size / 2 }, (_, i) => Math.hypot(re[i], im[i]));
      const strongest = Math.max(...power);
      return power
        .map((p, i) => [(i * this.rate) / size, p / strongest, p])
        .filter(([, part], i) => part > 0.25 && power[i] >= (power[i - 1] ?? 0) && power[i] >= (power[i + 1] ?? 0))
        .sort((a, b) => b[2] - a[2]);
    }
  }

  const open = () => ears.filter((ear) => !ear.ended && ear.track.readyState === 'live');
  /** @param {() => boolean} holds @returns {Promise<void>} */
  const until = (holds) => new Promise((resolve) => {
    const look = () => {
      if (!holds()) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });
  /** @param {any} ear @param {number} hz */
  const sounds = (ear, hz) => ear.on && ear.peaks().some(([found]) => Math.abs(found - hz) < 12);

  /** @type {OscillatorNode | undefined} */ let voice;
  /** A stream of one sine. @param {number} hz */
  function oscillator(hz) {
    const context = new AudioContext();
    const gain = new GainNode(context, { gain: 0.4 });
    const out = context.createMediaStreamDestination();
    voice = new OscillatorNode(context, { frequency: hz });
    voice.connect(gain).connect(out);
    voice.start();
    return out.stream;
  }
  /** @type {MediaStream | undefined} */ let own;

  w.__sound = {
    /** Waits until a sine, or all of several at once, is heard. @param {number[]} wanted in Hz */
    hears: (wanted) => until(() => open().some((ear) => wanted.every((hz) => sounds(ear, hz)))),
    /** Waits until all of these frequencies are heard at once, and none of those. @param {number[]} wanted @param {number[]} absent */
    hearsWithout: (wanted, absent) => until(() => open().some((ear) => wanted.every((hz) => sounds(ear, hz)) && !absent.some((hz) => sounds(ear, hz)))),
    /** Waits until nothing has been heard for so long. @param {number} ms of sound */
    silent: (ms) => until(() => open().length > 0 && open().every((ear) => ear.silence >= ms)),
    /** Waits until something is heard that is none of these voices. @param {number[]} voices in Hz */
    hearsElse: (voices) => until(() => open().some((ear) => ear.on && ear.peaks().length > 0 && !voices.some((hz) => sounds(ear, hz)))),
    /** Waits until so much time has passed for the ears. @param {number} ms of sound or silence */
    passes: (ms) => {
      const began = new Map(ears.map((ear) => [ear, ear.at]));
      return until(() => open().some((ear) => ((ear.at - (began.get(ear) ?? 0)) / ear.rate) * 1000 >= ms));
    },
    /** What is heard now, for messages of failures. */
    now: () => open().map((ear) => (ear.on ? ear.peaks().slice(0, 3).map(([hz]) => Math.round(hz)) : [])),
    /** Forgets what was heard so far. */
    mark: () => ears.forEach((ear) => (ear.changes = ear.changes.slice(-1))),
    /** The holes in what was heard since the mark, in ms. */
    holes: () => ears.flatMap(({ changes }) => changes.slice(1).flatMap((c, i) => (c.on && !changes[i].on ? [c.t - changes[i].t] : []))),
    /** From now on this page speaks with another voice. @param {number} hz */
    speak: (hz) => {
      tone = hz;
      device = false;
      if (voice) voice.frequency.value = hz;
    },
  };

  if (!navigator.mediaDevices) return;
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    // A browser takes a sine for noise and removes it; a voice it would leave.
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const wanted = typeof constraints?.audio === 'object' ? { ...constraints.audio, ...plain } : plain;
    const real = await ask({ ...constraints, audio: wanted });
    if (device) return real;
    for (const track of real.getTracks()) track.stop();
    own ??= oscillator(tone);
    return own.clone();
  };

  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    /** @param {RTCConfiguration} [config] */
    constructor(config) {
      super(config);
      this.addEventListener('track', (e) => e.track.kind === 'audio' && ears.push(new Ear(e.track)));
      this.addEventListener('connectionstatechange', () => this.connectionState === 'connected' && (w.__connected = performance.now()));
      w.__peers = [...(w.__peers ?? []), this];
    }
  };
}

/**
 * A file for the browser's own microphone to play: one second of a sine, which
 * it repeats without a seam. It is removed when the process ends.
 * @param {number} hz
 */
export function microphone(hz) {
  if (!files) {
    const dir = mkdtempSync(path.join(tmpdir(), 'offhook-voice-'));
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
    files = dir;
  }
  const file = path.join(files, `${hz}.wav`);
  writeFileSync(file, wav(sine(hz, 1, 48_000), 48_000));
  return file;
}
/** Where they lie. @type {string | undefined} */
let files;

/**
 * Anything that tests can look into: a page or the frame of one.
 * @typedef {import('playwright-core').Page | import('playwright-core').Frame} Place
 */

/**
 * Waits for something with a limit that only a broken product reaches.
 * @template T
 * @param {Promise<T>} promise
 * @param {() => string | Promise<string>} lament what to say when it is reached
 * @param {number} [limit] in ms
 * @returns {Promise<T>}
 */
export async function patiently(promise, lament, limit = patience) {
  /** @type {NodeJS.Timeout | undefined} */ let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(async () => reject(new Error(await lament())), limit);
  });
  promise.catch(() => {}); // when it fails after the limit, that was told already
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}

/** What a place hears at this moment. @param {Place} place @returns {Promise<number[][]>} */
export const hearing = (place) => place.evaluate(() => Reflect.get(window, '__sound').now());

/**
 * Waits until a place hears a sine, or several at once.
 * @param {Place} place @param {...number} hz
 */
export function hears(place, ...hz) {
  const heard = place.evaluate((wanted) => Reflect.get(window, '__sound').hears(wanted), hz);
  return patiently(heard, async () => `never heard ${hz.join(' with ')} Hz, but at the end ${JSON.stringify(await hearing(place).catch(String))}`);
}

/**
 * Waits until a place hears these sines, and does not hear those any more.
 * @param {Place} place @param {number[]} wanted @param {number[]} absent in Hz
 */
export function hearsWithout(place, wanted, absent) {
  const heard = place.evaluate(([some, none]) => Reflect.get(window, '__sound').hearsWithout(some, none), [wanted, absent]);
  return patiently(heard, async () => `never heard ${wanted.join(' with ')} without ${absent.join(' and ')} Hz, but at the end ${JSON.stringify(await hearing(place).catch(String))}`);
}

/** Waits until a place has heard nothing for a while. @param {Place} place @param {number} [ms] of sound */
export function hearsNothing(place, ms = 500) {
  const silent = place.evaluate((wanted) => Reflect.get(window, '__sound').silent(wanted), ms);
  return patiently(silent, async () => `never was silent, but heard ${JSON.stringify(await hearing(place).catch(String))}`);
}

/** Waits until a place hears something that is no voice of these: music, or a prompt. @param {Place} place @param {...number} voices in Hz */
export function hearsElse(place, ...voices) {
  const heard = place.evaluate((known) => Reflect.get(window, '__sound').hearsElse(known), voices);
  return patiently(heard, async () => `never heard anything but ${voices.join(' and ')} Hz or silence`);
}

/** Waits until so much sound or silence has reached a place. @param {Place} place @param {number} ms */
export function passes(place, ms) {
  return patiently(place.evaluate((wanted) => Reflect.get(window, '__sound').passes(wanted), ms), () => `${ms} ms of sound never came`);
}

/** Forgets the holes so far. @param {Place} place */
export const mark = (place) => place.evaluate(() => Reflect.get(window, '__sound').mark());

/** The holes in what a place has heard since the mark, in ms. @param {Place} place @returns {Promise<number[]>} */
export const holes = (place) => place.evaluate(() => Reflect.get(window, '__sound').holes());

/** @typedef {{tone: number, hears: (...hz: number[]) => Promise<unknown>}} Ear */

/** Waits until two hear each other. @param {Ear} a @param {Ear} b */
export async function together(a, b) {
  await Promise.all([a.hears(b.tone), b.hears(a.tone)]);
}
