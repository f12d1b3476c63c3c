import type { DeadLetterDocument, ParkedKeyDocument } from '@souk/chassis/mongodb/chassis-documents';
import type { EventDocument } from '@souk/chassis/mongodb/event-documents';
import type { LaneDocument } from '@souk/chassis/mongodb/lanes';
import { openMongo } from '@souk/chassis/mongodb/mongo-database';
import type { ServiceName } from '@souk/contracts/services';
import type { CategoryTreeDocument } from '@souk/product/storage/category-documents';
import type { ProductDocument } from '@souk/product/storage/product-document';
import type { ClientSession, Db } from 'mongodb';
import type { CatalogueFacts, ServiceFact } from './snapshot.ts';

/** Of a service whose chassis keeps its messages in MongoDB. */
export function documentMessagingFacts(service: ServiceName, url: string): Promise<ServiceFact> {
  return reading(url, async (db, session) => {
    const lanes = await db.collection<LaneDocument>('lanes').find({}, { session }).toArray();
    const events = await db.collection<EventDocument>('events').find({}, { session }).toArray();
    const parked = await db.collection<ParkedKeyDocument>('parked_keys').find({}, { session }).toArray();
    const dead = await db.collection<DeadLetterDocument>('dead_letters').find({ status: 'dead' }, { session }).toArray();
    return {
      service,
      events: events.map(({ id, type, published, stream, version }) => ({ id, type, published, stream, version })),
      unsent: lanes.reduce((sum, { lastSeq, publishedSeq }) => sum + lastSeq - publishedSeq, 0),
      parked: parked.reduce((sum, { messages }) => sum + messages.length, 0),
      deadLetters: dead.map(({ cause }) => cause),
    };
  });
}

/** The categories of Product, and the products in them. */
export function catalogueDocuments(url: string): Promise<CatalogueFacts> {
  return reading(url, async (db, session) => {
    const trees = await db.collection<CategoryTreeDocument>('categoryTrees').find({}, { session }).toArray();
    const use = await db.collection<{ _id: string; products: number }>('categoryUse').find({}, { session }).toArray();
    const products = await db
      .collection<ProductDocument>('products')
      .find({}, { session, projection: { categoryIds: 1 } })
      .toArray();
    return {
      categories: trees.flatMap(({ categories }) => categories.map(({ id, parentId, position }) => ({ id, parentId, position }))),
      categoryUse: use.map(({ _id: categoryId, products: count }) => ({ categoryId, products: count })),
      products: products.map(({ _id: id, categoryIds }) => ({ id, categoryIds })),
    };
  });
}

/** All collections as of one moment. */
async function reading<T>(url: string, read: (db: Db, session: ClientSession) => Promise<T>): Promise<T> {
  const { client, db, close } = openMongo({ url, poolSize: 1 });
  try {
    return await client.withSession({ snapshot: true }, (session) => read(db, session));
  } finally {
    await close();
  }
}
