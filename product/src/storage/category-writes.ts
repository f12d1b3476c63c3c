import type { Dialect, Write } from '@souk/chassis/stores/sql/sql-database';
import type { Product } from '../domain/product.ts';
import { categoryRows } from './product-rows.ts';
import type { ProductCategoriesTable } from './product-schema.ts';

interface ProductChange {
  readonly before: Product;
  readonly after: Product;
}

const COLUMNS = ['category_id', 'product_id'] as const;

/** Maintains the rows by which products are found in their categories; only rows that differ are written. */
export function categoryWrites(dialect: Dialect) {
  const insertRows = (rows: readonly ProductCategoriesTable[]): Write[] =>
    rows.length === 0 ? [] : [dialect.insert('product_categories', COLUMNS, rows.map(valuesOf))];
  const removeRows = (rows: readonly ProductCategoriesTable[]): Write[] =>
    rows.length === 0 ? [] : [dialect.remove('product_categories', COLUMNS, rows.map(valuesOf))];
  return {
    insert: (products: readonly Product[]) => insertRows(products.flatMap(categoryRows)),
    change: (changes: readonly ProductChange[]) => [
      ...removeRows(changes.flatMap(({ before, after }) => rowsOnlyOf(before, after))),
      ...insertRows(changes.flatMap(({ before, after }) => rowsOnlyOf(after, before))),
    ],
  };
}

function rowsOnlyOf(one: Product, { categoryIds }: Product): ProductCategoriesTable[] {
  return categoryRows(one).filter((row) => !categoryIds.includes(row.category_id));
}

function valuesOf(row: ProductCategoriesTable): string[] {
  return COLUMNS.map((column) => row[column]);
}
