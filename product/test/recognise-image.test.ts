import { expect, test } from 'bun:test';
import { gif, jpeg, png, webp } from '@souk/chassis/testing/sample-images';
import { recogniseImage } from '../src/domain/recognise-image.ts';
import { byteRange } from '../src/http/image-routes.ts';

const SAMPLES = [
  ['image/png', png(640, 480)],
  ['image/jpeg', jpeg(640, 480)],
  ['image/gif', gif(640, 480)],
  ['image/webp', webp('VP8 ', 640, 480)],
  ['image/webp', webp('VP8L', 640, 480)],
  ['image/webp', webp('VP8X', 640, 480)],
] as const;

test.each(SAMPLES)('%s is recognised by its content, with its pixels', (contentType, bytes) => {
  expect(recogniseImage(bytes)).toEqual({ contentType, width: 640, height: 480 });
});

test.each(SAMPLES)('%s that is cut off anywhere is not recognised', (_, bytes) => {
  for (let length = 0; length < bytes.byteLength; length += 1) {
    expect(recogniseImage(bytes.subarray(0, length))).toBeUndefined();
  }
});

test('what only begins like an image is none', () => {
  const script = Buffer.from('<script>alert(1)</script>'.repeat(20));
  for (const [, bytes] of SAMPLES.slice(0, 3)) {
    expect(recogniseImage(Buffer.concat([bytes.subarray(0, 13), script]))).toBeUndefined();
  }
  for (const text of ['', '<svg xmlns="http://www.w3.org/2000/svg"/>', '%PDF-1.7', 'BM', 'RIFF    WAVEfmt ']) {
    expect(recogniseImage(Buffer.from(text))).toBeUndefined();
  }
});

test('images without width or height are not recognised', () => {
  expect([png(0, 5), jpeg(5, 0), gif(0, 0)].map(recogniseImage)).toEqual([undefined, undefined, undefined]);
});

test('a GIF is as large as its largest frame', () => {
  expect(recogniseImage(gif(1, 1, { width: 60_000, height: 50_000 }))).toMatchObject({ width: 60_000, height: 50_000 });
});

test('random bytes and broken images never make it throw', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`seed ${seed}\n`);
  let state = seed;
  const next = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8;
  for (let run = 0; run < 5000; run += 1) {
    const bytes = Buffer.from(SAMPLES[run % SAMPLES.length]?.[1] ?? []);
    for (let change = 0; change < 3; change += 1) bytes[next() % bytes.byteLength] = next();
    const { width = 1, height = 1 } = recogniseImage(bytes) ?? {};
    expect(width > 0 && height > 0).toBe(true);
  }
});

test.each([
  [null, undefined],
  ['bytes=0-9', { from: 0, to: 9 }],
  ['bytes=90-', { from: 90, to: 99 }],
  ['bytes=90-500', { from: 90, to: 99 }],
  ['bytes=-10', { from: 90, to: 99 }],
  ['bytes=-500', { from: 0, to: 99 }],
  ['bytes=100-', 'none'],
  ['bytes=-0', 'none'],
  ['bytes=9-0', undefined],
  ['bytes=0-1,5-6', undefined],
  ['lines=0-1', undefined],
  ['bytes=-', undefined],
] as const)('the range %p of 100 bytes', (header, expected) => {
  expect(byteRange(header, 100)).toEqual(expected);
});
