import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { appendOnly, rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { PriceChange } from '../domain/price-change.ts';
import type { ImageBytes, ImagePart } from '../domain/product-image.ts';
import { priceRow } from './product-rows.ts';
import type { ProductImagePartsTable, ProductImagesTable } from './product-schema.ts';

const PRICE_COLUMNS = [
  'product_id', 'version', 'sku', 'amount', 'currency', 'previous_amount', 'previous_currency', 'at', 'actor',
] as const;

export function priceChanges(dialect: Dialect): SqlCollection<PriceChange> {
  return appendOnly(
    ({ productId, version, sku }) => `${productId} ${version} ${sku}`,
    (changes) => {
      const rows = changes.map(priceRow).map((row) => PRICE_COLUMNS.map((column) => row[column]));
      return [dialect.insert('product_prices', PRICE_COLUMNS, rows)];
    },
  );
}

/** Written in one transaction with the product version that has the image, so neither exists without the other. */
export function imageBytes(dialect: Dialect): SqlCollection<ImageBytes> {
  return rowCollection<ImageBytes, ProductImagesTable>(dialect, {
    table: 'product_images',
    columns: ['id', 'product_id', 'size', 'bytes'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: ({ id, productId, size, bytes }) => ({ id, product_id: productId, size, bytes }),
    fromRow: ({ id, product_id: productId, size, bytes }) => ({ id, productId, size, bytes }),
  });
}

export function imageParts(dialect: Dialect): SqlCollection<ImagePart> {
  return rowCollection<ImagePart, ProductImagePartsTable>(dialect, {
    table: 'product_image_parts',
    columns: ['id', 'bytes'],
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: (part) => ({ ...part }),
    fromRow: (row) => row,
  });
}
