import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { productFromRow, type ProductSchema, type ProductsTable, productToRow } from './product-rows.ts';

/** Columns that decide if a product is in a list, and that lists are sorted by. */
const PLACE_COLUMNS = ['status', 'title_key', 'lowest_price', 'spread_to', 'created_at'];
const PLACE = PLACE_COLUMNS.join();
const PLACE_OF_CATEGORY = `select category_id, id, ${PLACE} from product_categories join products on id = product_id`;
const PLACE_CHANGED = `(${['old', 'new'].map((row) => PLACE_COLUMNS.map((column) => `${row}.${column}`).join()).join(') is not (')})`;
const PLACE_AS_NEW = PLACE_COLUMNS.map((column) => `${column} = new.${column}`).join();

/**
 * The schema steps of searches and lists. Every part of a filter, and every sort order of a list, has an index of its own.
 *
 * The word index has pieces of three characters (FTS5's trigrams), so that it finds a word in the middle of others. It refers
 * to row numbers that must never change; those of `products` may (VACUUM renumbers tables without an integer key), so the
 * texts have a table of their own. `category_places` lets a category be walked in every sort order of a list. `text_places` has
 * the sort columns of lists under the numbers that the word index uses: thousands of products with a word are sorted without
 * reading any of them. Triggers keep all of these in step with the products.
 */
export function listMigrations({ column: { integer } }: Dialect): Readonly<Record<string, Migration>> {
  return {
    'product-012-product-texts': {
      async up(db) {
        for (const text of WORD_INDEX) await sql.raw(text).execute(db);
        await fillTexts(db);
      },
    },
    'product-014-folded-anew': { up: foldAnew },
    'product-015-active-by-title': byStatus('title_key'),
    'product-016-active-by-price': byStatus('lowest_price'),
    'product-017-active-by-time': byStatus('created_at'),
    'product-018-not-by-title': without('products_title_key'),
    'product-019-not-by-price': without('products_lowest_price'),
    'product-020-not-by-time': without('products_created_at'),
    'product-021-skus-by-price': {
      up: (db) => db.schema.createIndex('product_skus_amount').on('product_skus').columns(['amount', 'product_id']).execute(),
    },
    'product-022-categories-by-product': {
      up: (db) => db.schema.createIndex('product_categories_product').on('product_categories').columns(['product_id', 'category_id']).execute(),
    },
    'product-023-spread': { up: (db) => db.schema.alterTable('products').addColumn('spread_to', integer).execute() },
    'product-024-spread-of-before': { up: fillSpread },
    'product-025-spread-by-price': run('create index products_spread on products (status, lowest_price, id, spread_to) where spread_to is not null'),
    'product-026-prices-by-sku': {
      up: (db) => db.schema.createIndex('product_prices_sku').on('product_prices').columns(['product_id', 'sku', 'version']).execute(),
    },
    'product-029-category-places': run(`create table category_places (category_id text not null, id text not null, status text not null,
      title_key text not null, lowest_price integer not null, spread_to integer, created_at integer not null,
      primary key (category_id, id)) strict, without rowid`),
    'product-030-categories-of-before': run(`insert into category_places (category_id, id, ${PLACE}) ${PLACE_OF_CATEGORY}`),
    'product-031-category-joined': run(`create trigger product_categories_added after insert on product_categories begin
      insert into category_places (category_id, id, ${PLACE}) ${PLACE_OF_CATEGORY} where category_id = new.category_id and product_id = new.product_id;
    end`),
    'product-032-category-left': run(`create trigger product_categories_removed after delete on product_categories begin
      delete from category_places where category_id = old.category_id and id = old.product_id;
    end`),
    'product-033-category-place-moved': run(`create trigger products_place_changed after update on products when ${PLACE_CHANGED} begin
      update category_places set ${PLACE_AS_NEW}
        where id = new.id and category_id in (select category_id from product_categories where product_id = new.id);
    end`),
    'product-034-categories-by-title': inCategories('title_key'),
    'product-035-categories-by-price': inCategories('lowest_price'),
    'product-036-categories-by-time': inCategories('created_at'),
    'product-037-categories-by-spread': run(
      'create index category_places_spread on category_places (category_id, status, lowest_price, id, spread_to) where spread_to is not null',
    ),
    'product-038-text-places': run(`create table text_places (number integer primary key, id text not null, status text not null,
      title_key text not null, lowest_price integer not null, spread_to integer, created_at integer not null) strict`),
    'product-039-texts-of-before': run(`insert into text_places (number, id, ${PLACE})
      select number, id, ${PLACE} from product_texts cross join products on id = product_id`),
    'product-040-text-placed': run(`create trigger product_texts_placed after insert on product_texts begin
      insert into text_places (number, id, ${PLACE}) select new.number, id, ${PLACE} from products where id = new.product_id;
    end`),
    'product-041-text-place-moved': run(`create trigger products_text_place_moved after update on products when ${PLACE_CHANGED} begin
      update text_places set ${PLACE_AS_NEW} where number = (select number from product_texts where product_id = new.id);
    end`),
    'product-042-by-title-with-prices': withPrices('title_key', 'title'),
    'product-043-by-time-with-prices': withPrices('created_at', 'time'),
    'product-044-not-by-title-alone': without('products_status_title_key'),
    'product-045-not-by-time-alone': without('products_status_created_at'),
  };
}

const WORD_INDEX = [
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

function run(text: string): Migration {
  return {
    async up(db) {
      await sql.raw(text).execute(db);
    },
  };
}

/** Status comes first: archived products pile up over the years, and lists of active products never touch them. */
function byStatus(column: 'title_key' | 'lowest_price' | 'created_at'): Migration {
  return {
    up: (db) => db.schema.createIndex(`products_status_${column}`).on('products').columns(['status', column, 'id']).execute(),
  };
}

/** Index entries with prices: a list in another order skips products that cost too much or too little without reading them. */
function withPrices(column: 'title_key' | 'created_at', name: string): Migration {
  return {
    up: (db) => db.schema.createIndex(`products_status_${name}`).on('products').columns(['status', column, 'id', 'lowest_price', 'spread_to']).execute(),
  };
}

function inCategories(column: string): Migration {
  return run(`create index category_places_${column} on category_places (category_id, status, ${column}, id)`);
}

function without(index: string): Migration {
  return { up: (db) => db.schema.dropIndex(index).execute() };
}

/** Products per batch: the thread that writes serves other databases, too. */
const AT_ONCE = 500;

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

/**
 * Recomputes the texts that products are searched and sorted by, as a schema step after each change of `folded`. It writes only
 * what differs, so it may be interrupted and start again.
 */
async function foldAnew(db: Kysely<ProductSchema>): Promise<void> {
  await updateProducts(db, (row) => {
    const { title_key, search_text } = productToRow(productFromRow(row));
    return title_key === row.title_key && search_text === row.search_text ? undefined : { title_key, search_text };
  });
}

/** Fills `spread_to` in rows that are older than the column. */
async function fillSpread(db: Kysely<ProductSchema>): Promise<void> {
  await updateProducts(db, (row) => {
    const { spread_to } = productToRow(productFromRow(row));
    return spread_to === null ? undefined : { spread_to };
  });
}

type StoredText = Pick<ProductsTable, 'title_key' | 'search_text' | 'document'>;

async function updateProducts(db: Kysely<ProductSchema>, changeOf: (row: StoredText) => Partial<ProductsTable> | undefined): Promise<void> {
  const page = db.selectFrom('products').select(['id', 'title_key', 'search_text', 'document']).orderBy('id').limit(AT_ONCE);
  for (let after = ''; ; ) {
    const rows = await page.where('id', '>', after).execute();
    for (const row of rows) {
      const change = changeOf(row);
      if (change !== undefined) await db.updateTable('products').set(change).where('id', '=', row.id).execute();
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
