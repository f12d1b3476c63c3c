/** A new UUIDv7: sortable by time of creation. */
export function newId(): string {
  return Bun.randomUUIDv7();
}
