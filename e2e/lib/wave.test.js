import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lasts, share, sine, unwav, wav } from './wave.js';

describe('a wave', () => {
  it('is the same after it was written and read', () => {
    const { samples, rate } = unwav(wav(sine(900, 1, 8000), 8000));
    assert.deepEqual([samples.length, rate], [8000, 8000]);
    assert.ok(share(samples, rate, 900) > 0.99);
    assert.ok(share(samples, rate, 930) < 0.01);
  });

  it('tells for how long it has a frequency', () => {
    const both = Float32Array.from([...sine(500, 2, 8000), ...new Float32Array(8000), ...sine(900, 1, 8000)]);
    assert.deepEqual([500, 900, 700].map((hz) => lasts({ samples: both, rate: 8000 }, hz)), [2, 1, 0]);
  });

  it('is read from µ-law as it is from PCM', () => {
    const file = Buffer.from(wav(new Float32Array(4), 8000)).subarray(0, 48);
    file.writeUInt16LE(7, 20);
    file.writeUInt16LE(8, 34);
    file.writeUInt32LE(4, 40);
    file.set([0x00, 0x80, 0xff, 0x7f], 44);
    assert.deepEqual([...unwav(file).samples], [-32124 / 32768, 32124 / 32768, 0, 0]);
  });

  it('is refused when it is none', () => {
    assert.throws(() => unwav(Buffer.from('OggS and so on, which is another kind')), /no WAV/);
  });
});
