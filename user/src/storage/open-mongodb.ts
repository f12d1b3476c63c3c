import { collectionStep, type MongoMigrations } from '@souk/chassis/stores/mongodb/migrations';
import { forgetDocuments } from '@souk/chassis/stores/mongodb/forget-documents';
import { type MongoDatabase, type MongoOptions, openMongo, SERVER_NOW } from '@souk/chassis/stores/mongodb/mongo-database';
import { reading } from '@souk/chassis/stores/mongodb/mongo-errors';
import { mongoServiceStore } from '@souk/chassis/stores/mongodb/mongo-service-store';
import type { IdSlice } from '@souk/chassis/web/paging';
import type { Document, Filter } from 'mongodb';
import { KEY_RING, SEALING_KEY } from '../domain/stored-keys.ts';
import { ADMINS } from '../domain/user.ts';
import {
  accountLinksOf,
  addressBookOf,
  adminListOf,
  credentialOf,
  keyRingOf,
  mailOf,
  sealingKeyOf,
  sessionOf,
  userDocumentCollections,
  userOf,
} from './user-document-collections.ts';
import {
  AccountLinksDocument,
  AddressBookDocument,
  AdminListDocument,
  AttemptsDocument,
  CredentialDocument,
  DepartureDocument,
  KeyRingDocument,
  MailDocument,
  SealingKeyDocument,
  SessionDocument,
  UserDocument,
} from './user-documents.ts';
import type { UserCollections, UserReads, UserStore } from './user-store.ts';

/** Users, credentials, sessions and keys in a database of a MongoDB replica set. Call `migrate()` before anything else. */
export function openMongoUserStore(options: MongoOptions): UserStore {
  const database = openMongo(options);
  const store = mongoServiceStore<UserCollections>(database, userDocumentCollections, mongoUserMigrations);
  return {
    ...store,
    reads: mongoUserReads(database),
    forgetSessions: forgetMongoSessions(database),
    forgetAttempts: forgetMongoAttempts(database),
    forgetLinks: forgetMongoLinks(database),
  };
}

const LIVE = { $expr: { $gt: ['$liveUntil', SERVER_NOW] } };

const DUE = { $expr: { $lte: ['$dueAt', SERVER_NOW] } };

function mongoUserReads({ db }: MongoDatabase): UserReads {
  const users = db.collection<UserDocument>('users');
  const credentials = db.collection<CredentialDocument>('credentials');
  const sessions = db.collection<SessionDocument>('sessions');
  const addressBooks = db.collection<AddressBookDocument>('address_books');
  const accountLinks = db.collection<AccountLinksDocument>('account_links');
  const mails = db.collection<MailDocument>('mails');
  const departures = db.collection<DepartureDocument>('departures');
  const keyRings = db.collection<KeyRingDocument>('key_rings');
  const sealingKeys = db.collection<SealingKeyDocument>('sealing_keys');
  const adminLists = db.collection<AdminListDocument>('admin_lists');

  return {
    user: (id) =>
      reading(async () => {
        const found = await users.findOne({ _id: id });
        return found === null ? undefined : userOf(found);
      }),
    users: (slice, { email, role } = {}) =>
      reading(async () => {
        const filter = { ...(email !== undefined && { email }), ...(role !== undefined && { roles: role }) };
        const query = users.find(slicedBy<UserDocument>(filter, slice), { sort: { _id: -1 }, limit: slice.limit });
        return (await query.toArray()).map(userOf);
      }),
    credentialOf: (email) =>
      reading(async () => {
        const user = await users.findOne({ email }, { projection: { _id: 1 } });
        const found = user && (await credentials.findOne(user));
        return found === null ? undefined : credentialOf(found);
      }),
    credential: (userId) =>
      reading(async () => {
        const found = await credentials.findOne({ _id: userId });
        return found === null ? undefined : credentialOf(found);
      }),
    addressBook: (userId) =>
      reading(async () => {
        const found = await addressBooks.findOne({ _id: userId });
        return found === null ? undefined : addressBookOf(found);
      }),
    accountLinks: (userId) =>
      reading(async () => {
        const found = await accountLinks.findOne({ _id: userId });
        return found === null ? undefined : accountLinksOf(found);
      }),
    dueMails: (limit) => reading(async () => (await mails.find(DUE, { sort: { dueAt: 1 }, limit }).toArray()).map(mailOf)),
    waitingMails: () => reading(() => mails.estimatedDocumentCount()),
    departed: (limit) =>
      reading(async () => {
        const found = await departures.find({}, { sort: { _id: 1 }, limit, projection: { _id: 1 } }).toArray();
        return found.map(({ _id }) => _id);
      }),
    isSessionLive: (id) => reading(async () => (await sessions.aggregate(liveSessionPipeline(id)).toArray()).length > 0),
    liveSessions: (userId, slice) =>
      reading(async () => {
        const credential = await credentials.findOne({ _id: userId }, { projection: { sessionEpoch: 1 } });
        if (credential === null) return [];
        const filter = liveSessionsFilter(userId, credential.sessionEpoch, slice);
        return (await sessions.find(filter, { sort: { _id: -1 }, limit: slice.limit }).toArray()).map(sessionOf);
      }),
    keyRing: () =>
      reading(async () => {
        const found = await keyRings.findOne({ _id: KEY_RING });
        return found === null ? undefined : keyRingOf(found);
      }),
    sealingKey: () =>
      reading(async () => {
        const found = await sealingKeys.findOne({ _id: SEALING_KEY });
        return found === null ? undefined : sealingKeyOf(found);
      }),
    hasAdmin: () =>
      reading(async () => {
        const found = await adminLists.findOne({ _id: ADMINS });
        return found !== null && adminListOf(found).userIds.length > 0;
      }),
  };
}

/** Runs with every request of every user, so it is one round trip. */
function liveSessionPipeline(id: string): Document[] {
  const credential = { from: 'credentials', localField: 'userId', foreignField: '_id', as: 'credential' };
  return [
    { $match: { _id: id, ...LIVE } },
    { $lookup: credential },
    { $match: { $expr: { $in: ['$epoch', '$credential.sessionEpoch'] } } },
    { $project: { _id: 1 } },
  ];
}

function liveSessionsFilter(userId: string, epoch: number, slice: IdSlice): Filter<SessionDocument> {
  return slicedBy<SessionDocument>({ userId, epoch, ...LIVE }, slice);
}

/** The newest come first, so the next page continues with smaller ids. */
function slicedBy<D extends { _id: string }>(filter: Document, { before }: IdSlice): Filter<D> {
  return (before === undefined ? filter : { ...filter, _id: { $lt: before } }) as Filter<D>;
}

/** Deletes without a decision: no decision needs a session that is over. */
function forgetMongoSessions(database: MongoDatabase): UserStore['forgetSessions'] {
  return (overForMs, limit) =>
    forgetDocuments(database, 'sessions', { filter: overSessionsFilter(overForMs), sort: { liveUntil: 1 }, limit });
}

/** Deletes without a decision, like sessions: attempts that are over count for nothing. */
function forgetMongoAttempts(database: MongoDatabase): UserStore['forgetAttempts'] {
  const filter = { $expr: { $lt: ['$forgottenAt', SERVER_NOW] } };
  return (limit) => forgetDocuments(database, 'sign_in_attempts', { filter, sort: { forgottenAt: 1 }, limit });
}

/** Deletes without a decision, like sessions: a link that is over opens nothing. */
function forgetMongoLinks(database: MongoDatabase): UserStore['forgetLinks'] {
  const filter = { $expr: { $lt: ['$forgottenAt', SERVER_NOW] } };
  return (limit) => forgetDocuments(database, 'account_links', { filter, sort: { forgottenAt: 1 }, limit });
}

function overSessionsFilter(overForMs: number): Document {
  return { $expr: { $lt: ['$liveUntil', { $subtract: [SERVER_NOW, overForMs] }] } };
}

const mongoUserMigrations: MongoMigrations = {
  'user-001-users': collectionStep('users', UserDocument, [{ key: { email: 1 }, unique: true }]),
  'user-002-credentials': collectionStep('credentials', CredentialDocument),
  'user-003-sessions': collectionStep('sessions', SessionDocument, [
    // `liveUntil` at the end lets a list skip ended sessions without reading them.
    { key: { userId: 1, epoch: 1, _id: 1, liveUntil: 1 } },
    { key: { liveUntil: 1 } },
  ]),
  'user-004-admin-lists': collectionStep('admin_lists', AdminListDocument),
  'user-005-key-rings': collectionStep('key_rings', KeyRingDocument),
  'user-006-address-books': collectionStep('address_books', AddressBookDocument),
  'user-007-sign-in-attempts': collectionStep('sign_in_attempts', AttemptsDocument, [{ key: { forgottenAt: 1 } }]),
  'user-008-users-by-role': collectionStep('users', UserDocument, [{ key: { roles: 1, _id: -1 } }]),
  'user-009-key-rotation': collectionStep('key_rings', KeyRingDocument),
  'user-010-access-generations': collectionStep('credentials', CredentialDocument),
  'user-011-addresses-without-postal-code': collectionStep('address_books', AddressBookDocument),
  'user-012-superseded-tokens': collectionStep('sessions', SessionDocument),
  'user-013-known-devices': collectionStep('credentials', CredentialDocument),
  'user-014-sessions-of-devices': collectionStep('sessions', SessionDocument),
  'user-015-account-links': collectionStep('account_links', AccountLinksDocument, [{ key: { forgottenAt: 1 } }]),
  'user-016-mails': collectionStep('mails', MailDocument, [{ key: { dueAt: 1 } }]),
  'user-020-sealing-keys': collectionStep('sealing_keys', SealingKeyDocument),
  'user-021-second-factors': collectionStep('credentials', CredentialDocument),
  'user-022-sessions-with-second-factor': collectionStep('sessions', SessionDocument),
  'user-023-address-additions': collectionStep('address_books', AddressBookDocument),
  'user-024-departures': collectionStep('departures', DepartureDocument),
  'user-025-status': collectionStep('users', UserDocument),
  'user-026-confirmed-addresses': collectionStep('account_links', AccountLinksDocument),
  'user-027-mails-of-addresses': collectionStep('mails', MailDocument),
  'user-028-passwords-to-change': collectionStep('credentials', CredentialDocument),
};
