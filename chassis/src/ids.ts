/** A new UUIDv7: sortable by the time of its making. */
export function newId(): string {
  return Bun.randomUUIDv7();
}
