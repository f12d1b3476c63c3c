import type { DeadLetterDocument, EventDocument, ParkedKeyDocument } from '@souk/chassis/stores/mongodb/chassis-collections';
import type { LaneDocument } from '@souk/chassis/stores/mongodb/lanes';
import { openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import type { ServiceName } from '@souk/contracts/services';
import type { CategoryTreeDocument } from '@souk/product/storage/category-documents';
import type { ProductDocument } from '@souk/product/storage/product-document';
import type { Document, Filter } from 'mongodb';
import { allOf, each } from './batches.ts';
import { categoriesIn } from './catalogue-facts.ts';
import type { FactStore } from './fact-store.ts';

const DOCUMENTS_PER_BATCH = 1000;

/** Reads these fields of a collection's documents, a batch at a time. */
type Documents = <D extends Document>(
  collection: string,
  fields: readonly (keyof D & string)[],
  filter?: Filter<D>,
) => AsyncIterable<readonly D[]>;

/** Reads the messages of a service that keeps them in MongoDB. */
export function documentMessageFacts(service: ServiceName, url: string, facts: FactStore): Promise<void> {
  return reading(url, async (documents) => {
    const lanes = await allOf(documents<LaneDocument>('lanes', ['lastSeq', 'publishedSeq']));
    const events = documents<EventDocument>('events', ['id', 'type', 'published', 'stream', 'version']);
    await facts.addAll('events', each(events, ({ id, type, published, stream, version }) => ({ service, id, type, published, stream, version })));
    const parked = await allOf(documents<ParkedKeyDocument>('parked_keys', ['messages']));
    const unsent = lanes.reduce((sum, { lastSeq, publishedSeq }) => sum + lastSeq - publishedSeq, 0);
    await facts.addAll('backlogs', [[{ service, unsent, parked: parked.reduce((sum, { messages }) => sum + messages.length, 0) }]]);
    const dead = documents<DeadLetterDocument>('dead_letters', ['cause'], { status: 'dead' });
    await facts.addAll('deadLetters', each(dead, ({ cause }) => ({ service, cause })));
    const unsentLetters = documents<{ _id: string }>('dead_letters', ['_id'], { kind: 'unsent', status: { $ne: 'redriven' } });
    await facts.addAll('setAside', each(unsentLetters, ({ _id: id }) => ({ id })));
  });
}

/** Reads the categories of Product, and the products in them. */
export function catalogueDocuments(url: string, facts: FactStore): Promise<void> {
  return reading(url, async (documents) => {
    for await (const trees of documents<CategoryTreeDocument>('categoryTrees', ['categories'])) {
      await facts.addAll('categories', trees.map(categoriesIn));
    }
    const use = documents<{ _id: string; products: number }>('categoryUse', ['products']);
    await facts.addAll('categoryUse', each(use, ({ _id: categoryId, products }) => ({ categoryId, products })));
    const products = documents<ProductDocument>('products', ['categoryIds']);
    await facts.addAll('products', each(products, ({ _id: id, categoryIds }) => ({ id, categoryIds })));
  });
}

/** Reads all collections as of one moment. */
async function reading(url: string, read: (documents: Documents) => Promise<void>): Promise<void> {
  const { client, db, close } = openMongo({ url, poolSize: 1 });
  try {
    await client.withSession({ snapshot: true }, (session) =>
      read(async function* batches(collection, fields, filter = {}) {
        const projection = Object.fromEntries(fields.map((field) => [field, 1]));
        const cursor = db.collection(collection).find(filter as Filter<Document>, { session, projection, batchSize: DOCUMENTS_PER_BATCH });
        while (await cursor.hasNext()) yield cursor.readBufferedDocuments() as never;
      }),
    );
  } finally {
    await close();
  }
}
