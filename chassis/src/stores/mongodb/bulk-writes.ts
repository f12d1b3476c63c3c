import type { AnyBulkWriteOperation } from 'mongodb';
import type { EntityChanges } from '../../engine/writer/loaded-world.ts';
import type { Collections } from '../../engine/writer/use-case.ts';
import type { DocumentCollection } from './document-collection.ts';
import { WRITE_CONFLICT_MARKER } from './write-conflict-marker.ts';

export type DocumentCollections = Readonly<Record<string, DocumentCollection<object>>>;

/** The `_id`s of all loaded documents, by MongoDB collection. */
export type LoadedIds = Map<string, Set<string>>;

interface Stored {
  readonly _id: string;
}

interface CollectionWrites {
  /** the MongoDB collection */
  readonly physical: string;
  readonly writes: AnyBulkWriteOperation<Stored>[];
}

/**
 * A transaction's writes, collection by collection in the order in which the store names them, so that of two conflicting
 * transactions one always succeeds. Removes come before changes and new documents, which may take over their unique
 * values. Documents that were only read are marked.
 */
export function bulkWrites<C extends Collections>(
  collections: DocumentCollections,
  changes: EntityChanges<C>,
  loaded: LoadedIds,
  mark: string,
): CollectionWrites[] {
  const documents = documentsOf(collections, changes);
  const names = new Set(Object.values(collections).map(({ collection }) => collection));
  return [...names].flatMap((physical) => {
    const { removed = [], changed = [], added = [] } = documents.get(physical) ?? {};
    const written = new Set([...removed, ...changed].map(({ _id }) => _id));
    const seen = [...(loaded.get(physical) ?? [])].filter((id) => !written.has(id)).toSorted();
    const writes: AnyBulkWriteOperation<Stored>[] = [];
    if (removed.length > 0) writes.push({ deleteMany: { filter: { _id: { $in: removed.map(({ _id }) => _id) } } } });
    for (const { _id, ...fields } of changed.toSorted(byId)) {
      writes.push({ replaceOne: { filter: { _id }, replacement: { ...fields, [WRITE_CONFLICT_MARKER]: mark } } });
    }
    if (seen.length > 0) writes.push({ updateMany: { filter: { _id: { $in: seen } }, update: { $set: { [WRITE_CONFLICT_MARKER]: mark } } } });
    for (const document of added) writes.push({ insertOne: { document } });
    return writes.length > 0 ? [{ physical, writes }] : [];
  });
}

interface Documents {
  readonly removed: Stored[];
  readonly changed: Stored[];
  readonly added: Stored[];
}

function documentsOf<C extends Collections>(
  collections: DocumentCollections,
  { removes, updates, inserts }: EntityChanges<C>,
): Map<string, Documents> {
  const documents = new Map<string, Documents>();
  for (const [name, { collection, toDocument }] of Object.entries(collections)) {
    // A view is written with the documents it shows.
    if (toDocument === null) continue;
    // Two may be stored in one MongoDB collection.
    const { removed = [], changed = [], added = [] } = documents.get(collection) ?? {};
    documents.set(collection, {
      removed: [...removed, ...(removes[name] ?? []).map(toDocument)],
      changed: [...changed, ...(updates[name] ?? []).map(({ after }) => toDocument(after))],
      added: [...added, ...(inserts[name] ?? []).map(toDocument)],
    });
  }
  return documents;
}

function byId({ _id: a }: Stored, { _id: b }: Stored): number {
  return a < b ? -1 : Number(a > b);
}
