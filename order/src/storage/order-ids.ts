/** Allowed difference of clocks: ids carry the time of the process that made them, `placed_at` that of the database. */
export const CLOCKS_DIFFER_MS = 300_000;

/** Lower bound of the UUIDv7s made in this millisecond (of the epoch) or later. */
export function lowestId(at: number): string {
  const time = Math.min(Math.max(at, 0), 2 ** 48 - 1).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
