const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;
const VERSION_0_LENGTH = 55;
const POOL_BYTES = 24 * 256;

/** Random bytes are drawn in bulk: a draw per request costs more than the rest of this file. */
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** W3C Trace Context: a valid `traceparent` is kept, otherwise a new trace begins here, not sampled. */
export function traceparentFrom(header: string | null): string {
  if (header !== null && isTraceparent(header)) return header;
  if (used === POOL_BYTES) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const start = used;
  used += 24;
  return `00-${pool.toString('hex', start, start + 16)}-${pool.toString('hex', start + 16, used)}-00`;
}

/** Later versions may be longer; version 00 has exactly four fields. */
function isTraceparent(text: string): boolean {
  if (
    text.length !== VERSION_0_LENGTH &&
    (text.length > 256 || text.startsWith('00') || text[VERSION_0_LENGTH] !== '-')
  ) {
    return false;
  }
  return TRACEPARENT.test(text);
}
