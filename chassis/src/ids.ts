/** A new UUIDv7: sortable by time of creation. */
export function newId(): string {
  return Bun.randomUUIDv7();
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** A text with the ids in it in small letters, as we write them: in capitals they are the same. */
export function withSmallIds(text: string): string {
  return text.replaceAll(UUID, (id) => id.toLowerCase());
}
