import type { Document, Filter } from 'mongodb';
import { inTurn } from '../../engine/jobs.ts';
import type { MongoDatabase } from './mongo-database.ts';
import { repeatable } from './mongo-errors.ts';

interface Found {
  /** Must be served by an index. */
  readonly filter: Document;
  readonly sort?: Readonly<Record<string, 1>>;
  readonly limit: number;
}

/**
 * Removes the documents that are found, by their ids, and only if they still match the filter. Returns the number of documents
 * found. Throws `StorageError`.
 */
export function forgetDocuments({ db }: MongoDatabase, collection: string, { filter, sort, limit }: Found): Promise<number> {
  const documents = db.collection<{ _id: string }>(collection);
  const round = async () => {
    const query = documents.find(filter as Filter<{ _id: string }>, { limit, projection: { _id: 1 }, ...(sort && { sort }) });
    const ids = (await query.toArray()).map(({ _id }) => _id);
    if (ids.length > 0) await documents.deleteMany({ ...filter, _id: { $in: ids } });
    return ids.length;
  };
  return inTurn(db, () => repeatable(round));
}
