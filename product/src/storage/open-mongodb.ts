import { type MongoOptions, openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import { mongoServiceStore } from '@souk/chassis/stores/mongodb/mongo-service-store';
import { mongoProductMigrations } from './mongo-product-migrations.ts';
import { mongoProductReads } from './mongo-product-reads.ts';
import { productDocuments } from './product-documents.ts';
import type { ProductCollections, ProductStore } from './product-store.ts';

/** The catalogue in a database of a MongoDB replica set. Call `migrate()` before anything else. */
export function openMongoProductStore(options: MongoOptions): ProductStore {
  const database = openMongo(options);
  const store = mongoServiceStore<ProductCollections>(database, productDocuments, mongoProductMigrations);
  return { ...store, reads: mongoProductReads(database.db) };
}
