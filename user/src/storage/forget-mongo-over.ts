import type { MongoDatabase } from '@souk/chassis/mongodb/mongo-database';
import { reading } from '@souk/chassis/mongodb/mongo-errors';
import { SERVER_NOW } from '@souk/chassis/mongodb/server-now';
import type { Document } from 'mongodb';
import type { AttemptsDocument, SessionDocument } from './user-documents.ts';
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

/** As sessions: what is over counts for nothing. */
export function forgetMongoAttempts({ db }: MongoDatabase): UserStore['forgetAttempts'] {
  const attempts = db.collection<AttemptsDocument>('sign_in_attempts');
  const isOver = { $expr: { $lt: ['$forgottenAt', SERVER_NOW] } };
  return (limit) =>
    reading(async () => {
      const over = attempts.find(isOver, { sort: { forgottenAt: 1 }, limit, projection: { _id: 1 } });
      const ids = (await over.toArray()).map(({ _id }) => _id);
      if (ids.length > 0) await attempts.deleteMany({ _id: { $in: ids }, ...isOver });
      return ids.length;
    });
}

export function overSessionsFilter(overForMs: number): Document {
  return { $expr: { $lt: ['$liveUntil', { $subtract: [SERVER_NOW, overForMs] }] } };
}
