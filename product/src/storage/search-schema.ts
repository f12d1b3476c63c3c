import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** One statement after the other, in the transaction of the step. */
function statements(...texts: readonly string[]): Migration {
  return {
    async up(db) {
      for (const text of texts) await sql.raw(text).execute(db);
    },
  };
}

/**
 * The index for words: pieces of three characters (FTS5's trigrams), so that it finds a word in the middle of others.
 * It refers to numbers that must never change; those of `products` may (VACUUM renumbers what has no integer key), so the
 * texts have a table of their own. Triggers keep both in step with the products.
 */
export const searchMigrations: Readonly<Record<string, Migration>> = {
  'product-012-product-texts': statements(
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
    'insert into product_texts(product_id, search_text) select id, search_text from products',
  ),
};
