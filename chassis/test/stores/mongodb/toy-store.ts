import { Type } from '@sinclair/typebox';
import { collectionStep, type MongoMigrations } from '../../../src/stores/mongodb/migrations.ts';
import type { DocumentCollection } from '../../../src/stores/mongodb/document-collection.ts';
import { type MongoDatabase, openMongo } from '../../../src/stores/mongodb/mongo-database.ts';
import { mongoServiceStore } from '../../../src/stores/mongodb/mongo-service-store.ts';
import { dropMongoDatabase, temporaryMongoUrl } from '../../../src/testing/temporary-mongo-store.ts';
import type { OpenToyStore, ToyCollections, ToyStore } from '../../engine/writer/toy-store.ts';

type Account = ToyCollections['accounts'];
type Entry = ToyCollections['entries'];

const AccountDocument = Type.Object(
  { _id: Type.String(), total: Type.Integer({ minimum: 0 }), version: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false },
);

const migrations: MongoMigrations = {
  'toy-001-accounts': collectionStep('accounts', AccountDocument),
  'toy-002-entries': collectionStep('entries', null),
};

const accounts: DocumentCollection<Account> = {
  collection: 'accounts',
  keyField: '_id',
  key: ({ id }) => id,
  toDocument: ({ id, ...account }) => ({ _id: id, ...account }),
  fromDocument: ({ _id: id, total, version }) => [{ id, total, version }],
};

const entries: DocumentCollection<Entry> = {
  collection: 'entries',
  keyField: '_id',
  key: ({ id }) => id,
  toDocument: ({ id, ...entry }) => ({ _id: id, ...entry }),
  fromDocument: ({ _id: id, account, amount }) => [{ id, account, amount }],
};

export function mongoToyStore(database: MongoDatabase): ToyStore {
  const all = <Entity>({ collection, fromDocument }: DocumentCollection<Entity>) =>
    async () =>
      (await database.db.collection(collection).find({}, { sort: { _id: 1 } }).toArray()).flatMap(fromDocument);
  return {
    ...mongoServiceStore<ToyCollections>(database, { accounts, entries }, migrations),
    accounts: all(accounts),
    entries: all(entries),
    async keepAnswersAs(answerForm, lane) {
      await database.db.collection<{ _id: string }>('lanes').updateMany(lane === undefined ? {} : { _id: lane }, { $set: { answerForm } });
    },
    async keptRows() {
      const rows = async (collection: string) => (await database.db.collection(collection).find().toArray()).map((row) => JSON.stringify(row));
      return { keys: await rows('answer_keys'), answers: await rows('kept_answers') };
    },
  };
}

export interface OpenMongoToyStore extends OpenToyStore {
  readonly url: string;
}

export async function openMongoToyStore(): Promise<OpenMongoToyStore> {
  const url = temporaryMongoUrl();
  const store = mongoToyStore(openMongo({ url }));
  const opened = [store];
  await store.migrate();
  return {
    store,
    url,
    again() {
      const other = mongoToyStore(openMongo({ url }));
      opened.push(other);
      return other;
    },
    async dispose() {
      for (const each of opened) await each.close();
      await dropMongoDatabase(url);
    },
  };
}
