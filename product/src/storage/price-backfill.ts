import type { EventDocument } from '@souk/chassis/stores/mongodb/chassis-collections';
import type { EventsTable } from '@souk/chassis/stores/sql/chassis-schema';
import type { Kysely } from 'kysely';
import type { AnyBulkWriteOperation, Db } from 'mongodb';
import { type PriceDocument, priceToDocument } from './price-documents.ts';
import { pricesTold } from './prices-told.ts';
import type { ProductDocument } from './product-document.ts';
import { priceRow } from './product-rows.ts';
import type { ProductSchema } from './product-schema.ts';

/** Products per batch. */
const AT_ONCE = 100;
/** Rows of nine columns in a statement: SQLite takes 32,766 values. */
const ROWS_AT_ONCE = 1000;

/** Fills the price history of products that are older than it, from their events. Existing entries stay as they are. */
export async function completeSqlPrices(db: Kysely<ProductSchema & { events: EventsTable }>): Promise<void> {
  const page = db.selectFrom('products').select('id').orderBy('id').limit(AT_ONCE);
  const events = db.selectFrom('events').select(['stream', 'data', 'context']).orderBy('stream').orderBy('version');
  for (let after = ''; ; ) {
    const ids = (await page.where('id', '>', after).execute()).map(({ id }) => id);
    if (ids.length === 0) return;
    const rows = pricesTold(await events.where('stream', 'in', ids).where('published', '=', 1).execute()).map(priceRow);
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      const some = rows.slice(at, at + ROWS_AT_ONCE);
      await db.insertInto('product_prices').values(some).onConflict((c) => c.doNothing()).execute();
    }
    after = ids.at(-1) ?? after;
  }
}

/** The same on MongoDB. */
export async function completeMongoPrices(db: Db): Promise<void> {
  const order = { sort: { stream: 1, version: 1 } } as const;
  for (let after = ''; ; ) {
    const page = db.collection<ProductDocument>('products').find({ _id: { $gt: after } }, { projection: { _id: 1 }, sort: { _id: 1 } });
    const ids = (await page.limit(AT_ONCE).toArray()).map(({ _id }) => _id);
    if (ids.length === 0) return;
    const events = await db.collection<EventDocument>('events').find({ stream: { $in: ids }, published: true }, order).toArray();
    const writes = pricesTold(events).map((change): AnyBulkWriteOperation<PriceDocument> => {
      const { _id, ...rest } = priceToDocument(change);
      return { updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true } };
    });
    if (writes.length > 0) await db.collection<PriceDocument>('priceChanges').bulkWrite(writes);
    after = ids.at(-1) ?? after;
  }
}
