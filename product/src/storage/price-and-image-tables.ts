import type { Flavour } from '@souk/chassis/sql/flavour';
import { rowCollection } from '@souk/chassis/sql/row-collection';
import { appendOnly, type SqlCollection } from '@souk/chassis/sql/sql-collection';
import type { PriceChange } from '../domain/price-change.ts';
import type { ImageBytes } from '../domain/product-image.ts';
import { priceRow } from './product-rows.ts';
import type { ProductImagesTable } from './product-schema.ts';

const PRICE_COLUMNS = [
  'product_id', 'version', 'sku', 'amount', 'currency', 'previous_amount', 'previous_currency', 'at', 'actor',
] as const;

export function priceChanges(flavour: Flavour): SqlCollection<PriceChange> {
  return appendOnly(
    ({ productId, version, sku }) => `${productId} ${version} ${sku}`,
    (changes) => {
      const rows = changes.map(priceRow).map((row) => PRICE_COLUMNS.map((column) => row[column]));
      return [flavour.insert('product_prices', PRICE_COLUMNS, rows)];
    },
  );
}

/** Written with the version of the product that has the image, in one transaction: neither is ever there without the other. */
export function imageBytes(flavour: Flavour): SqlCollection<ImageBytes> {
  return rowCollection<ImageBytes, ProductImagesTable>(flavour, {
    table: 'product_images',
    columns: ['id', 'product_id', 'bytes'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: ({ id, productId, bytes }) => ({ id, product_id: productId, bytes }),
    fromRow: ({ id, product_id: productId, bytes }) => ({ id, productId, bytes }),
  });
}
