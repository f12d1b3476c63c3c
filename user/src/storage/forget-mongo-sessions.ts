import type { MongoDatabase } from '@souk/chassis/mongodb/mongo-database';
import { reading } from '@souk/chassis/mongodb/mongo-errors';
import { SERVER_NOW } from '@souk/chassis/mongodb/server-now';
import type { Document } from 'mongodb';
import type { SessionDocument } from './user-documents.ts';
import type { UserStore } from './user-store.ts';

/** Beside the writer: no decision makes anything of a session that is over, so nobody can miss it. */
export function forgetMongoSessions({ db }: MongoDatabase): UserStore['forgetSessions'] {
  const sessions = db.collection<SessionDocument>('sessions');
  return (overForMs, limit) =>
    reading(async () => {
      const over = sessions.find(overSessionsFilter(overForMs), { sort: { liveUntil: 1 }, limit, projection: { _id: 1 } });
      const ids = (await over.toArray()).map(({ _id }) => _id);
      if (ids.length === 0) return 0;
      return (await sessions.deleteMany({ _id: { $in: ids } })).deletedCount;
    });
}

export function overSessionsFilter(overForMs: number): Document {
  return { $expr: { $lt: ['$liveUntil', { $subtract: [SERVER_NOW, overForMs] }] } };
}
