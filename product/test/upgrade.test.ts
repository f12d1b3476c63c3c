import { expect, setDefaultTimeout, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { type EventDocument, eventToDocument } from '@souk/chassis/stores/mongodb/chassis-collections';
import { EVENT_COLUMNS, eventToValues } from '@souk/chassis/stores/sql/chassis-collections';
import { sqlServiceStore } from '@souk/chassis/stores/sql/sql-service-store';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { temporaryMongoStore } from '@souk/chassis/testing/temporary-mongo-store';
import type { StoredEvent } from '@souk/chassis/engine/writer/writer-store';
import { MongoClient } from 'mongodb';
import type { Product } from '../src/domain/product.ts';
import { type ProductFact, created, priceChanged } from '../src/domain/change-product.ts';
import { mongoProductMigrations } from '../src/storage/mongodb/mongo-product-migrations.ts';
import { openMongoProductStore } from '../src/storage/open-mongodb.ts';
import { openSqliteProductStore } from '../src/storage/open-sqlite.ts';
import { type ProductDocument, productToDocument } from '../src/storage/mongodb/product-documents.ts';
import { productToRow } from '../src/storage/sql/product-rows.ts';
import { productTables } from '../src/storage/sql/product-tables.ts';
import { productMigrations } from '../src/storage/sql/sql-product-migrations.ts';
import { MAKING_MS } from './product-databases.ts';
import { EVERYTHING, product } from './product-store-fixture.ts';
import { eur } from './running-catalogue.ts';

const slice = { sort: 'title', after: undefined, limit: 10 } as const;
const FOUND = { ...EVERYTHING, words: ['elder'] };
const everyPrice = { after: undefined, limit: 10 };
const somebody = Bun.randomUUIDv7();

const PICTURE = Buffer.from(Array.from({ length: 400_000 }, (_, at) => at % 251));

/** The stored events of a product whose price was raised, and its prices, newest first. */
function dearer(made: Product) {
  const [variant] = made.variants;
  if (variant === undefined) throw new Error('a product without variants');
  const { sku, price: cheap } = variant;
  const dear = { ...cheap, amount: cheap.amount + 1 };
  const after = { ...made, version: 2, updatedAt: made.updatedAt + 1, variants: [{ ...variant, price: dear }] };
  const event = ({ type, data }: ProductFact, seq: number): StoredEvent => ({
    lane: 'old',
    seq,
    id: Bun.randomUUIDv7(),
    type,
    published: true,
    key: made.id,
    stream: made.id,
    version: seq,
    at: seq,
    correlationId: made.id,
    causationId: null,
    traceparent: null,
    data: JSON.stringify(data),
    context: { actor: somebody },
  });
  const of = { productId: made.id, sku, actor: somebody };
  return {
    events: [event(created(made), 1), event(priceChanged(after, sku, cheap, dear), 2)],
    prices: [
      { ...of, version: 2, price: dear, previous: cheap, at: after.updatedAt },
      { ...of, version: 1, price: cheap, previous: null, at: made.updatedAt },
    ],
  };
}

test('a SQLite file from before categories, images and the word index keeps its products, and finds them', async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/product.db`;
  const before = openSqlite<unknown>({ path });
  const steps = Object.entries(productMigrations(before.dialect)).slice(0, 6);
  await sqlServiceStore(before, productTables(before.dialect), Object.fromEntries(steps)).migrate();
  await before.close();

  const whole = product({ title: 'Elderberry' });
  const { categoryIds: _categories, images: _images, ...old } = whole;
  const { spread_to: _later, ...known } = productToRow(whole);
  const row = { ...known, document: JSON.stringify(old) };
  const raw = new Database(path);
  const columns = Object.keys(row);
  raw.run(`insert into products (${columns.join()}) values (${columns.map(() => '?').join()})`, Object.values(row));
  const { events, prices } = dearer(whole);
  const places = EVENT_COLUMNS.map(() => '?').join();
  for (const event of events) raw.run(`insert into events (${EVENT_COLUMNS.join()}) values (${places})`, eventToValues(event) as string[]);
  raw.close();

  const store = openSqliteProductStore({ path });
  await store.migrate();
  expect((await store.reads.list(FOUND, slice)).rows).toMatchObject([{ product: whole }]);
  expect(await store.reads.priceHistory({ productId: whole.id, sku: undefined }, everyPrice)).toEqual(prices);
  await store.close();
});

/** The texts of `flower` as they were folded before marks were told from accents. */
const OLD = { key: 'फल', text: 'फल\n' };

test('a SQLite file with words folded by an earlier version finds them as they are folded now', async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/product.db`;
  const flower = product({ title: 'फूल' });
  const before = openSqlite<unknown>({ path });
  const steps = Object.fromEntries(Object.entries(productMigrations(before.dialect)).filter(([step]) => step < 'product-014'));
  await sqlServiceStore(before, productTables(before.dialect), steps).migrate();
  await before.close();
  const raw = new Database(path);
  const { spread_to: _later, ...known } = productToRow(flower);
  const row = { ...known, title_key: OLD.key, search_text: OLD.text };
  const columns = Object.keys(row);
  raw.run(`insert into products (${columns.join()}) values (${columns.map(() => '?').join()})`, Object.values(row));
  raw.close();

  const store = openSqliteProductStore({ path });
  const finding = async (word: string) => (await store.reads.list({ ...EVERYTHING, words: [word] }, slice)).rows.length;
  await store.migrate();
  expect([await finding('फल'), await finding('फूल')]).toEqual([0, 1]);
  expect((await store.reads.list(EVERYTHING, { ...slice, after: { key: 'फल', id: flower.id } })).rows).toHaveLength(1);
  await store.close();
});

test('an image in a SQLite file from before there were parts is read from its row', async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/product.db`;
  const store = openSqliteProductStore({ path });
  await store.migrate();
  const raw = new Database(path);
  raw.run('insert into product_images (id, product_id, bytes) values (?, ?, ?)', ['old', 'any', PICTURE]);
  raw.close();
  expect(await store.reads.imageSize('old')).toBe(PICTURE.byteLength);
  expect(Buffer.from(await store.reads.imageSlice('old', 300_000, 300_004))).toEqual(PICTURE.subarray(300_000, 300_004));
  expect(await store.reads.imageSize('none')).toBeUndefined();
  await store.close();
});

describeOn(['MongoDB'], () => {
  setDefaultTimeout(MAKING_MS);

  test('an image in a MongoDB database from before there were parts is read from its document', async () => {
    const opened = await temporaryMongoStore(openMongoProductStore);
    const client = new MongoClient(opened.url);
    await client.db().collection<{ _id: string; bytes: Uint8Array }>('imageBytes').insertOne({ _id: 'old', bytes: PICTURE });
    expect(await opened.store.reads.imageSize('old')).toBe(PICTURE.byteLength);
    expect(Buffer.from(await opened.store.reads.imageSlice('old', 300_000, 300_004))).toEqual(PICTURE.subarray(300_000, 300_004));
    await client.close();
    await opened.close();
  });

  test('a MongoDB database from before the word index and the price history is completed, even if an earlier step was interrupted', async () => {
    const opened = await temporaryMongoStore(openMongoProductStore);
    const client = new MongoClient(opened.url);
    const products = client.db().collection<ProductDocument>('products');
    const [done, old] = [product({ title: 'Elder a' }), product({ title: 'Elder b' })];
    const { categoryIds: _categories, images: _images, searchGrams: _grams, ...document } = productToDocument(old);
    await products.insertOne(productToDocument(done));
    await products.insertOne(document as ProductDocument, { bypassDocumentValidation: true });
    expect((await opened.store.reads.list(FOUND, slice)).rows).toMatchObject([{ product: done }]);
    await mongoProductMigrations['product-006-products-found']?.(client.db());
    expect((await opened.store.reads.list(FOUND, slice)).rows).toMatchObject([{ product: done }, { product: old }]);

    const { events, prices } = dearer(old);
    await client.db().collection<EventDocument>('events').insertMany(events.map(eventToDocument));
    const complete = mongoProductMigrations['product-007-prices-of-before'];
    await complete?.(client.db());
    await complete?.(client.db());
    expect(await opened.store.reads.priceHistory({ productId: old.id, sku: undefined }, everyPrice)).toEqual(prices);
    await client.close();
    await opened.close();
  });

  test('a MongoDB database with words folded by an earlier version finds them as they are folded now', async () => {
    const opened = await temporaryMongoStore(openMongoProductStore);
    const client = new MongoClient(opened.url);
    const flower = product({ title: 'फूल' });
    const document = productToDocument(flower);
    const positions = { ...document.positions, title: { key: OLD.key, id: flower.id } };
    const stale = { ...document, searchText: OLD.text, searchGrams: '', positions };
    await client.db().collection<ProductDocument>('products').insertOne(stale);
    const finding = async (word: string) => (await opened.store.reads.list({ ...EVERYTHING, words: [word] }, slice)).rows.length;
    expect([await finding('फल'), await finding('फूल')]).toEqual([1, 0]);
    await mongoProductMigrations['product-008-folded-anew']?.(client.db());
    expect([await finding('फल'), await finding('फूल')]).toEqual([0, 1]);
    expect(await client.db().collection<ProductDocument>('products').findOne({ _id: flower.id })).toEqual(document);
    await client.close();
    await opened.close();
  });

  test('lists by price on MongoDB have the products that a container of the earlier version writes beside this one', async () => {
    const opened = await temporaryMongoStore(openMongoProductStore);
    const client = new MongoClient(opened.url);
    const products = client.db().collection<ProductDocument>('products');
    const priced = (...amounts: number[]) =>
      product({ variants: amounts.map((amount) => ({ sku: `UPGRADE-${Bun.randomUUIDv7()}`, options: {}, price: eur(amount) })) });
    const [old, ours, cheap, changed] = [priced(200, 900), priced(100, 900), priced(100, 100), priced(300, 950)];
    await products.insertMany([ours, cheap, changed].map(productToDocument));
    const asBefore = ({ pricesDiffer: _later, ...document }: ProductDocument) => document;
    await products.insertOne(asBefore(productToDocument(old)));
    await products.replaceOne({ _id: changed.id }, asBefore(productToDocument(changed)));
    const listed = async () => {
      const { rows } = await opened.store.reads.list({ ...EVERYTHING, onlyActive: true, minPrice: 800 }, { ...slice, sort: 'price' });
      return rows.map(({ product: { id } }) => id);
    };
    expect(await listed()).toEqual([ours.id, old.id, changed.id]);
    const unknown = () => products.countDocuments({ pricesDiffer: { $exists: false } });
    expect(await unknown()).toBe(2);
    await mongoProductMigrations['product-012-prices-differ']?.(client.db());
    expect([await unknown(), await listed()]).toEqual([0, [ours.id, old.id, changed.id]]);
    await client.close();
    await opened.close();
  });
});
