const SAFE = /^[A-Za-z0-9._-]{1,64}$/;

/** A caller's own id when it is safe to log and echo, otherwise a new one. */
export function requestIdFrom(header: string | null): string {
  return header !== null && SAFE.test(header) ? header : Bun.randomUUIDv7();
}
