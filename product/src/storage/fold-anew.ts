import type { Kysely } from 'kysely';
import type { AnyBulkWriteOperation, Db } from 'mongodb';
import type { ProductDocument } from './product-document.ts';
import { productFromDocument, productToDocument } from './product-documents.ts';
import { productFromRow, productToRow } from './product-rows.ts';
import type { ProductSchema } from './product-schema.ts';

/** Products per batch: the thread that writes serves other databases, too. */
const AT_ONCE = 500;

/**
 * Recomputes the texts that products are searched and sorted by, as a schema step after each change of `domain/folded.ts`. It
 * writes only what differs, so it may be interrupted and start again.
 */
export async function foldSqlAnew(db: Kysely<ProductSchema>): Promise<void> {
  const page = db.selectFrom('products').select(['id', 'title_key', 'search_text', 'document']).orderBy('id').limit(AT_ONCE);
  for (let after = ''; ; ) {
    const rows = await page.where('id', '>', after).execute();
    for (const row of rows) {
      const { title_key, search_text } = productToRow(productFromRow(row));
      if (title_key === row.title_key && search_text === row.search_text) continue;
      await db.updateTable('products').set({ title_key, search_text }).where('id', '=', row.id).execute();
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** The same on MongoDB. A change of a product in the meantime recomputes it as well. */
export async function foldMongoAnew(db: Db): Promise<void> {
  const products = db.collection<ProductDocument>('products');
  for (let after = ''; ; ) {
    const documents = await products.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit: AT_ONCE }).toArray();
    const writes = documents.flatMap((document): AnyBulkWriteOperation<ProductDocument>[] => {
      const { searchText, searchGrams, positions } = productToDocument(productFromDocument(document));
      if (searchText === document.searchText && positions.title.key === document.positions.title.key) return [];
      const { _id, version } = document;
      return [{ updateOne: { filter: { _id, version }, update: { $set: { searchText, searchGrams, 'positions.title': positions.title } } } }];
    });
    if (writes.length > 0) await products.bulkWrite(writes);
    const { _id: last } = documents.at(-1) ?? {};
    if (last === undefined) return;
    after = last;
  }
}
