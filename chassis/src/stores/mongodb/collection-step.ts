import { type TObject, Type } from '@sinclair/typebox';
import { type Db, type IndexDescription, MongoServerError } from 'mongodb';
import { bsonSchema } from './bson-schema.ts';
import { WRITE_CONFLICT_MARKER } from './write-conflict-marker.ts';

const NAMESPACE_EXISTS = 48;

/**
 * Steps of the schema, by name. A step can be cut off anywhere and is then run again from its start, so every step copes with
 * what exists already (`collectionStep`).
 */
export type MongoMigrations = Readonly<Record<string, (db: Db) => Promise<void>>>;

/**
 * A step that creates a collection, its validator and its indexes, whichever of them exist already. `document` is the schema
 * of a document; null allows any.
 */
export function collectionStep(
  collection: string,
  document: TObject | null,
  indexes: readonly IndexDescription[] = [],
): (db: Db) => Promise<void> {
  return async (db) => {
    const validation = document && { validator: { $jsonSchema: bsonSchema(marked(document)) }, validationAction: 'error' };
    try {
      await db.createCollection(collection, validation ?? {});
    } catch (error) {
      if (!(error instanceof MongoServerError && error.code === NAMESPACE_EXISTS)) throw error;
      if (validation !== null) await db.command({ collMod: collection, ...validation });
    }
    if (indexes.length > 0) await db.collection(collection).createIndexes([...indexes]);
  };
}

/** Allows the field in which transactions mark the documents they decided on. */
function marked(document: TObject): TObject {
  const { properties, ...options } = document;
  return Type.Object({ ...properties, [WRITE_CONFLICT_MARKER]: Type.Optional(Type.String()) }, options);
}
