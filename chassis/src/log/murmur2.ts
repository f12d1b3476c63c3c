const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;

/** Hash of a key's bytes by which Kafka clients choose a partition. Signed, 32 bits. */
export function murmur2(key: string): number {
  const bytes = Buffer.from(key);
  const whole = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let four = Math.imul(bytes.readInt32LE(at), MIX);
    four = Math.imul(four ^ (four >>> 24), MIX);
    hash = Math.imul(hash, MIX) ^ four;
  }
  const rest = bytes.length - whole;
  if (rest > 2) hash ^= (bytes[whole + 2] ?? 0) << 16;
  if (rest > 1) hash ^= (bytes[whole + 1] ?? 0) << 8;
  if (rest > 0) hash = Math.imul(hash ^ (bytes[whole] ?? 0), MIX);
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}
