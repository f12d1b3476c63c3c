import { cursors, pageOf } from '@souk/chassis/http/cursor';
import { router } from '@souk/chassis/http/router';
import { ListQuery } from '@souk/contracts/http/common';
import { StockLevel, StockPage } from '@souk/contracts/http/inventory';
import { Sku } from '@souk/contracts/ids';
import { Type } from '@sinclair/typebox';
import type { InventoryReads } from '../storage/inventory-store.ts';
import { publishedStock } from './published.ts';
import { type SkuCheck, skuUnknown } from './sku-check.ts';

const BySku = Type.Object({ sku: Sku });
const cursor = cursors('stock', Sku);

/** Everybody sees the stock. */
export function stockRoutes(reads: InventoryReads, toldByProduct: SkuCheck) {
  return router()
    .get(
      '/stock',
      async ({ query }) => {
        const { limit = 20 } = query;
        const [rows, network] = await Promise.all([
          reads.levelsPage(cursor.read(query.cursor), limit + 1),
          reads.network(),
        ]);
        return pageOf(rows, limit, {
          toItem: (row) => publishedStock(row, network),
          toCursor: ({ sku }) => cursor.write(sku),
        });
      },
      {
        maybeSignedIn: true,
        query: ListQuery,
        response: { 200: StockPage },
        detail: { summary: 'Stock of every SKU that has been received, by SKU' },
      },
    )
    .get(
      '/stock/:sku',
      async ({ params: { sku }, request }) => {
        const [levels, network] = await Promise.all([reads.levels(sku), reads.network()]);
        if (levels !== undefined) return publishedStock(levels, network);
        if (!(await reads.isCatalogued(sku)) && (await toldByProduct(sku, request)) === null)
          throw skuUnknown(sku, 'GET /products of the catalogue lists those there are');
        return publishedStock({ sku, warehouses: [] }, network);
      },
      {
        maybeSignedIn: true,
        params: BySku,
        refuses: ['unavailable'],
        response: { 200: StockLevel },
        detail: { summary: 'What there is of a SKU, and where' },
      },
    );
}
