import type { EndedAccessReads } from '../../engine/ended-access.ts';
import { type EndedAccessDocument, endedAccessOf } from './chassis-documents.ts';
import type { MongoDatabase } from './mongo-database.ts';
import { reading } from './mongo-errors.ts';
import { SERVER_NOW } from './server-now.ts';

export function mongoEndedAccess({ db }: MongoDatabase): EndedAccessReads {
  const endings = db.collection<EndedAccessDocument>('ended_access');
  return {
    since: (at) => reading(async () => (await endings.find({ at: { $gte: at } }, { sort: { at: 1 } }).toArray()).map(endedAccessOf)),
    olderThan: (ms, limit) =>
      reading(async () => {
        const old = { $expr: { $lt: ['$at', { $subtract: [SERVER_NOW, ms] }] } };
        const found = await endings.find(old, { sort: { at: 1 }, limit, projection: { _id: 1 } }).toArray();
        return found.map(({ _id }) => _id);
      }),
  };
}
