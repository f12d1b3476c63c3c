import { createHmac } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';

const STEP_MS = 30_000;
/** The least time that a time step must have left when a test asks for a code, so that the code arrives within it. */
const MARGIN_MS = 3000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The code of the time step so many steps from now, by RFC 6238 and without the library that the shop uses, as anybody's
 * authenticator would show it. The shop takes those of -1, 0 and 1, in that order.
 */
export async function codeOf(secret: string, steps: number): Promise<string> {
  await until('a time step has begun', () => Date.now() % STEP_MS < STEP_MS - MARGIN_MS, 2 * MARGIN_MS);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps));
  const digest = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  const value = digest.readUInt32BE((digest.at(-1) ?? 0) & 0xf) & 0x7fffffff;
  return String(value % 1_000_000).padStart(6, '0');
}

function bytesOf(base32: string): Buffer {
  const bits = Array.from(base32, (digit) => BASE32.indexOf(digit).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
