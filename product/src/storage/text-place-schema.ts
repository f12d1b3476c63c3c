import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { PLACE_COLUMNS } from './category-place-schema.ts';
import type { ProductSchema } from './product-schema.ts';

const COLUMNS = PLACE_COLUMNS.join();

function run(text: string): Migration {
  return {
    async up(db: Kysely<ProductSchema>) {
      await sql.raw(text).execute(db);
    },
  };
}

/**
 * The sort columns of lists, under the numbers that the word index uses: thousands of products with a word are sorted without
 * reading any of them. Triggers keep the rows in step.
 */
export const textPlaceMigrations: Readonly<Record<string, Migration>> = {
  'product-038-text-places': run(`create table text_places (number integer primary key, id text not null, status text not null,
    title_key text not null, lowest_price integer not null, spread_to integer, created_at integer not null) strict`),
  'product-039-texts-of-before': run(`insert into text_places (number, id, ${COLUMNS})
    select number, id, ${COLUMNS} from product_texts cross join products on id = product_id`),
  'product-040-text-placed': run(`create trigger product_texts_placed after insert on product_texts begin
    insert into text_places (number, id, ${COLUMNS}) select new.number, id, ${COLUMNS} from products where id = new.product_id;
  end`),
  'product-041-text-place-moved': run(`create trigger products_text_place_moved after update on products
    when (${['old', 'new'].map((row) => PLACE_COLUMNS.map((column) => `${row}.${column}`).join()).join(') is not (')}) begin
    update text_places set ${PLACE_COLUMNS.map((column) => `${column} = new.${column}`).join()}
      where number = (select number from product_texts where product_id = new.id);
  end`),
};
