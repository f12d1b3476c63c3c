import type { IdSlice } from '@souk/chassis/web/paging/id-slice';
import type { MongoDatabase } from '@souk/chassis/stores/mongodb/mongo-database';
import { reading } from '@souk/chassis/stores/mongodb/mongo-errors';
import { SERVER_NOW } from '@souk/chassis/stores/mongodb/server-now';
import type { Document, Filter } from 'mongodb';
import { KEY_RING, SEALING_KEY } from '../domain/stored-keys.ts';
import { ADMINS } from '../domain/roles.ts';
import { accountLinksOf, addressBookOf, adminListOf, credentialOf, keyRingOf, mailOf, sealingKeyOf, sessionOf, userOf } from './user-document-collections.ts';
import type { AccountLinksDocument, AddressBookDocument, AdminListDocument, CredentialDocument, DepartureDocument, KeyRingDocument, MailDocument, SealingKeyDocument, SessionDocument, UserDocument } from './user-documents.ts';
import type { UserReads } from './user-store.ts';

const LIVE = { $expr: { $gt: ['$liveUntil', SERVER_NOW] } };

export const DUE = { $expr: { $lte: ['$dueAt', SERVER_NOW] } };

export function mongoUserReads({ db }: MongoDatabase): UserReads {
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
export function liveSessionPipeline(id: string): Document[] {
  const credential = { from: 'credentials', localField: 'userId', foreignField: '_id', as: 'credential' };
  return [
    { $match: { _id: id, ...LIVE } },
    { $lookup: credential },
    { $match: { $expr: { $in: ['$epoch', '$credential.sessionEpoch'] } } },
    { $project: { _id: 1 } },
  ];
}

export function liveSessionsFilter(userId: string, epoch: number, slice: IdSlice): Filter<SessionDocument> {
  return slicedBy<SessionDocument>({ userId, epoch, ...LIVE }, slice);
}

/** The newest come first, so the next page continues with smaller ids. */
function slicedBy<D extends { _id: string }>(filter: Document, { before }: IdSlice): Filter<D> {
  return (before === undefined ? filter : { ...filter, _id: { $lt: before } }) as Filter<D>;
}
