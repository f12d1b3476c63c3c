import { forgetDocuments } from '@souk/chassis/stores/mongodb/forget-documents';
import { type MongoDatabase, SERVER_NOW } from '@souk/chassis/stores/mongodb/mongo-database';
import type { Document } from 'mongodb';
import type { UserStore } from './user-store.ts';

/** Deletes without a decision: no decision needs a session that is over. */
export function forgetMongoSessions(database: MongoDatabase): UserStore['forgetSessions'] {
  return (overForMs, limit) =>
    forgetDocuments(database, 'sessions', { filter: overSessionsFilter(overForMs), sort: { liveUntil: 1 }, limit });
}

/** Deletes without a decision, like sessions: attempts that are over count for nothing. */
export function forgetMongoAttempts(database: MongoDatabase): UserStore['forgetAttempts'] {
  const filter = { $expr: { $lt: ['$forgottenAt', SERVER_NOW] } };
  return (limit) => forgetDocuments(database, 'sign_in_attempts', { filter, sort: { forgottenAt: 1 }, limit });
}

/** Deletes without a decision, like sessions: a link that is over opens nothing. */
export function forgetMongoLinks(database: MongoDatabase): UserStore['forgetLinks'] {
  const filter = { $expr: { $lt: ['$forgottenAt', SERVER_NOW] } };
  return (limit) => forgetDocuments(database, 'account_links', { filter, sort: { forgottenAt: 1 }, limit });
}

export function overSessionsFilter(overForMs: number): Document {
  return { $expr: { $lt: ['$liveUntil', { $subtract: [SERVER_NOW, overForMs] }] } };
}
