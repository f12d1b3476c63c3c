import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ProductSchema } from './product-schema.ts';

/** Products per batch: the thread that writes serves other databases, too. */
const AT_ONCE = 500;

/** Runs one statement after the other, in the transaction of the schema step. */
async function run(db: Kysely<ProductSchema>, texts: readonly string[]): Promise<void> {
  for (const text of texts) await sql.raw(text).execute(db);
}

/** Fills in the texts of existing products. */
async function fillTexts(db: Kysely<ProductSchema>): Promise<void> {
  const page = db.selectFrom('products').select('id').orderBy('id').limit(AT_ONCE);
  for (let after = ''; ; ) {
    const last = (await page.where('id', '>', after).execute()).at(-1)?.id;
    if (last === undefined) return;
    await sql`insert into product_texts(product_id, search_text)
      select id, search_text from products where id > ${after} and id <= ${last}`.execute(db);
    after = last;
  }
}

const INDEX = [
  'create table product_texts (number integer primary key, product_id text not null unique, search_text text not null) strict',
  `create virtual table product_search using fts5(
     search_text, content='product_texts', content_rowid='number', tokenize='trigram case_sensitive 1')`,
  `create trigger product_texts_added after insert on product_texts begin
     insert into product_search(rowid, search_text) values (new.number, new.search_text);
   end`,
  `create trigger product_texts_changed after update on product_texts begin
     insert into product_search(product_search, rowid, search_text) values ('delete', old.number, old.search_text);
     insert into product_search(rowid, search_text) values (new.number, new.search_text);
   end`,
  `create trigger products_text_added after insert on products begin
     insert into product_texts(product_id, search_text) values (new.id, new.search_text);
   end`,
  `create trigger products_text_changed after update on products when old.search_text <> new.search_text begin
     update product_texts set search_text = new.search_text where product_id = new.id;
   end`,
];

/**
 * The word index: pieces of three characters (FTS5's trigrams), so that it finds a word in the middle of others. It refers
 * to row numbers that must never change; those of `products` may (VACUUM renumbers tables without an integer key), so the
 * texts have a table of their own. Triggers keep both in step with the products.
 */
export const searchMigrations: Readonly<Record<string, Migration>> = {
  'product-012-product-texts': {
    async up(db) {
      await run(db, INDEX);
      await fillTexts(db);
    },
  },
};
