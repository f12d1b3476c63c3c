import { type TObject, Type } from '@sinclair/typebox';
import { type Db, type IndexDescription, MongoServerError } from 'mongodb';
import { bsonSchema } from './bson-schema.ts';
import { WRITE_CONFLICT_MARKER } from './write-conflict-marker.ts';

const NAMESPACE_EXISTS = 48;

/**
 * A step of the schema, by name. It can be cut off anywhere and is then run again from its start, so every step finds
 * what is there already (`collectionStep`).
 */
export type MongoMigrations = Readonly<Record<string, (db: Db) => Promise<void>>>;

/**
 * A step that makes a collection, its validator and its indexes, whatever of it is there already. `document` says what
 * a document is; null leaves it open.
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

/** Transactions mark the documents they decided on. */
function marked(document: TObject): TObject {
  const { properties, ...options } = document;
  return Type.Object({ ...properties, [WRITE_CONFLICT_MARKER]: Type.Optional(Type.String()) }, options);
}
