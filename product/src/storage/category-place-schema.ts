import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ProductSchema } from './product-schema.ts';

/** Columns that decide if a product is in a list, and that lists are sorted by. */
export const PLACE_COLUMNS = ['status', 'title_key', 'lowest_price', 'spread_to', 'created_at'];
const PLACE = `select category_id, id, ${PLACE_COLUMNS.join()} from product_categories join products on id = product_id`;

function run(text: string): Migration {
  return {
    async up(db: Kysely<ProductSchema>) {
      await sql.raw(text).execute(db);
    },
  };
}

function sortedBy(column: string): Migration {
  return run(`create index category_places_${column} on category_places (category_id, status, ${column}, id)`);
}

/** Lets a category be walked in every sort order of a list. Triggers keep its rows in step with products and their categories. */
export const categoryPlaceMigrations: Readonly<Record<string, Migration>> = {
  'product-029-category-places': run(`create table category_places (category_id text not null, id text not null, status text not null,
    title_key text not null, lowest_price integer not null, spread_to integer, created_at integer not null,
    primary key (category_id, id)) strict, without rowid`),
  'product-030-categories-of-before': run(`insert into category_places (category_id, id, ${PLACE_COLUMNS.join()}) ${PLACE}`),
  'product-031-category-joined': run(`create trigger product_categories_added after insert on product_categories begin
    insert into category_places (category_id, id, ${PLACE_COLUMNS.join()}) ${PLACE} where category_id = new.category_id and product_id = new.product_id;
  end`),
  'product-032-category-left': run(`create trigger product_categories_removed after delete on product_categories begin
    delete from category_places where category_id = old.category_id and id = old.product_id;
  end`),
  'product-033-category-place-moved': run(`create trigger products_place_changed after update on products
    when (${['old', 'new'].map((row) => PLACE_COLUMNS.map((column) => `${row}.${column}`).join()).join(') is not (')}) begin
    update category_places set ${PLACE_COLUMNS.map((column) => `${column} = new.${column}`).join()}
      where id = new.id and category_id in (select category_id from product_categories where product_id = new.id);
  end`),
  'product-034-categories-by-title': sortedBy('title_key'),
  'product-035-categories-by-price': sortedBy('lowest_price'),
  'product-036-categories-by-time': sortedBy('created_at'),
  'product-037-categories-by-spread': run(
    'create index category_places_spread on category_places (category_id, status, lowest_price, id, spread_to) where spread_to is not null',
  ),
};
