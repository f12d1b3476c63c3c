export interface Partition {
  /** Unique over all topics of this log. */
  readonly id: number;
  readonly topic: string;
  /** Counted from 0 within the topic. */
  readonly number: number;
}

/**
 * The member that handles a partition: the members that read its topic, in joining order, take turns by partition id, so that
 * the few partitions of many topics spread over all members. Null when no member reads the topic.
 */
export function ownerOf<Member extends { readonly topics: ReadonlySet<string> }>(
  partition: Partition,
  members: Iterable<Member>,
): Member | null {
  const eligible = [...members].filter((member) => member.topics.has(partition.topic));
  return eligible[partition.id % eligible.length] ?? null;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * The embedded log's partition of a key: FNV-1a over the UTF-16 units, then a mix of the upper bits, because FNV's low bits alone
 * spread badly over small counts. Stored data depends on it: a different function needs a new log.
 */
export function partitionOf(key: string, partitions: number): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), FNV_PRIME);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) % partitions;
}

const MURMUR_SEED = 0x9747b28c;
const MURMUR_MIX = 0x5bd1e995;

/** Hash of a key's bytes by which Kafka clients choose a partition. Signed, 32 bits. */
export function murmur2(key: string): number {
  const bytes = Buffer.from(key);
  const whole = bytes.length & ~3;
  let hash = MURMUR_SEED ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let four = Math.imul(bytes.readInt32LE(at), MURMUR_MIX);
    four = Math.imul(four ^ (four >>> 24), MURMUR_MIX);
    hash = Math.imul(hash, MURMUR_MIX) ^ four;
  }
  const rest = bytes.length - whole;
  if (rest > 2) hash ^= (bytes[whole + 2] ?? 0) << 16;
  if (rest > 1) hash ^= (bytes[whole + 1] ?? 0) << 8;
  if (rest > 0) hash = Math.imul(hash ^ (bytes[whole] ?? 0), MURMUR_MIX);
  hash = Math.imul(hash ^ (hash >>> 13), MURMUR_MIX);
  return hash ^ (hash >>> 15);
}
