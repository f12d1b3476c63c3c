import { expect, setDefaultTimeout, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { sqlServiceStore } from '@souk/chassis/sql/sql-service-store';
import { openSqlite } from '@souk/chassis/sql/sqlite-database';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { temporaryMongoStore } from '@souk/chassis/testing/temporary-mongo-store';
import { MongoClient } from 'mongodb';
import { mongoProductMigrations } from '../src/storage/mongo-product-migrations.ts';
import { openMongoProductStore } from '../src/storage/open-mongodb.ts';
import { openSqliteProductStore } from '../src/storage/open-sqlite.ts';
import type { ProductDocument } from '../src/storage/product-document.ts';
import { productToDocument } from '../src/storage/product-documents.ts';
import { productToRow } from '../src/storage/product-rows.ts';
import { productMigrations } from '../src/storage/product-schema.ts';
import { productTables } from '../src/storage/product-tables.ts';
import { MAKING_MS } from './product-databases.ts';
import { EVERYTHING, product } from './product-store-fixture.ts';

const slice = { sort: 'title', after: undefined, limit: 10 } as const;
const FOUND = { ...EVERYTHING, words: ['elder'] };

test('a SQLite file from before categories, images and the index for words keeps its products, and finds them', async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/product.db`;
  const before = openSqlite<unknown>({ path });
  const steps = Object.entries(productMigrations(before.flavour)).slice(0, 6);
  await sqlServiceStore(before, productTables(before.flavour), Object.fromEntries(steps)).migrate();
  await before.close();

  const whole = product({ title: 'Elderberry' });
  const { categoryIds: _categories, images: _images, ...old } = whole;
  const row = { ...productToRow(whole), document: JSON.stringify(old) };
  const raw = new Database(path);
  const columns = Object.keys(row);
  raw.run(`insert into products (${columns.join()}) values (${columns.map(() => '?').join()})`, Object.values(row));
  raw.close();

  const store = openSqliteProductStore({ path });
  await store.migrate();
  expect(await store.reads.list(FOUND, slice)).toEqual([whole]);
  await store.close();
});

describeOn(['MongoDB'], () => {
  setDefaultTimeout(MAKING_MS);

  test('a MongoDB database from before them as well, also when the step was cut off', async () => {
    const opened = await temporaryMongoStore(openMongoProductStore);
    const client = new MongoClient(opened.url);
    const products = client.db().collection<ProductDocument>('products');
    const [done, old] = [product({ title: 'Elder a' }), product({ title: 'Elder b' })];
    const { categoryIds: _categories, images: _images, searchGrams: _grams, ...document } = productToDocument(old);
    await products.insertOne(productToDocument(done));
    await products.insertOne(document as ProductDocument, { bypassDocumentValidation: true });
    expect(await opened.store.reads.list(FOUND, slice)).toEqual([done]);
    await mongoProductMigrations['product-006-products-found']?.(client.db());
    expect(await opened.store.reads.list(FOUND, slice)).toEqual([done, old]);
    await client.close();
    await opened.close();
  });
});
