import type { Document } from 'mongodb';

/** Mapping of one kind of entity to MongoDB: one document each, found by the text in one field. */
export interface DocumentCollection<Entity> {
  /** The MongoDB collection. */
  readonly collection: string;
  /** The field that holds the key: `_id`, or one with a unique index. */
  readonly keyField: string;
  key(entity: Entity): string;
  /** The values that `keyField` may have for an entity with this key at a time of the server's clock, if it is not the key alone. */
  keysAt?(key: string, now: number): readonly string[];
  /** With `_id`. null: a view of other documents, which is written with them and writes nothing itself. */
  readonly toDocument: ((entity: Entity) => Document & { readonly _id: string }) | null;
  /** The entities in one loaded document; a view can find several in it, wanted or not. */
  fromDocument(document: Document): readonly Entity[];
}

/**
 * The field in which a transaction marks every document it decided on, changed or not, with a unique name. Two
 * transactions that decide on the same document therefore never both commit: a snapshot alone would let each of them
 * change something else based on what it read here (write skew). MongoDB has no `select for update`.
 */
export const WRITE_CONFLICT_MARKER = 'settledBy';

/** Reads a document without the mark. */
export const UNMARKED = { [WRITE_CONFLICT_MARKER]: 0 } as const;
