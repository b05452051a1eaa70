// Sound as numbers: WAV files, and how alike two sounds are.

/** One sine. @param {number} hz @param {number} seconds @param {number} rate */
export function sine(hz, seconds, rate) {
  return Float32Array.from({ length: seconds * rate }, (_, i) => 0.4 * Math.sin((2 * Math.PI * hz * i) / rate));
}

/** A WAV file of 16 bit mono. @param {Float32Array} samples @param {number} rate */
export function wav(samples, rate) {
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples.length * 2, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // mono
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((s, i) => file.writeInt16LE(Math.round(Math.max(-1, Math.min(1, s)) * 32767), 44 + i * 2));
  return file;
}

/**
 * Reads a WAV file of PCM or µ-law; of several channels the first.
 * @param {Buffer} file
 * @returns {{samples: Float32Array, rate: number}}
 */
export function unwav(file) {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') throw new Error('this is no WAV file');
  let format = { tag: 0, channels: 1, rate: 0, bits: 0 };
  for (let at = 12; at + 8 <= file.length; ) {
    const [name, size] = [file.toString('latin1', at, at + 4), file.readUInt32LE(at + 4)];
    const from = at + 8;
    if (name === 'fmt ') format = { tag: file.readUInt16LE(from), channels: file.readUInt16LE(from + 2), rate: file.readUInt32LE(from + 4), bits: file.readUInt16LE(from + 14) };
    if (name === 'data') return { rate: format.rate, samples: decode(file.subarray(from, from + size), format) };
    at = from + size + (size % 2);
  }
  throw new Error('the WAV file holds no sound');
}

/** @param {Buffer} data @param {{tag: number, channels: number, bits: number}} format */
function decode(data, { tag, channels, bits }) {
  const width = (bits / 8) * channels;
  const samples = new Float32Array(Math.floor(data.length / width));
  for (let i = 0; i < samples.length; i++) samples[i] = tag === 7 ? muLaw(data[i * width]) : data.readInt16LE(i * width) / 32768;
  return samples;
}

/** One byte of ITU-T G.711 µ-law. @param {number} byte */
function muLaw(byte) {
  const b = ~byte & 0xff;
  const size = (((b & 0x0f) << 3) + 0x84) << ((b & 0x70) >> 4);
  return (b & 0x80 ? 0x84 - size : size - 0x84) / 32768;
}

/**
 * How much of a sound is one frequency: 1 for its pure sine, 0 for anything else.
 * @param {Float32Array} samples @param {number} rate @param {number} hz
 */
export function share(samples, rate, hz) {
  let [re, im, all] = [0, 0, 0];
  samples.forEach((s, i) => {
    const angle = (2 * Math.PI * hz * i) / rate;
    re += s * Math.cos(angle);
    im += s * Math.sin(angle);
    all += s * s;
  });
  return all === 0 ? 0 : (2 * (re * re + im * im)) / (samples.length * all);
}

/**
 * When a frequency is what is mostly heard: the beginnings of the pieces of
 * 50 ms that it is heard in, in seconds.
 * @param {{samples: Float32Array, rate: number}} sound @param {number} hz
 */
export function heard({ samples, rate }, hz) {
  const step = Math.round(rate / 20);
  const pieces = [];
  for (let from = 0; from + step <= samples.length; from += step) {
    const piece = samples.subarray(from, from + step);
    const loud = Math.sqrt(piece.reduce((sum, s) => sum + s * s, 0) / step) > 0.02;
    if (loud && share(piece, rate, hz) > 0.7) pieces.push(from / rate);
  }
  return pieces;
}

/**
 * For how long it is, in seconds.
 * @param {{samples: Float32Array, rate: number}} sound @param {number} hz
 */
export const lasts = (sound, hz) => heard(sound, hz).length / 20;
