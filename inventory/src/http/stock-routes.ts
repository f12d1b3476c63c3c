import { cursors, readPage, rowsWithin } from '@souk/chassis/web/paging';
import { hasRole, type Principal } from '@souk/chassis/web/sign-in/principal';
import { router } from '@souk/chassis/web/app/router';
import { ListQuery } from '@souk/contracts/paging';
import { StockLevel, StockPage } from '@souk/contracts/http/inventory';
import { Sku } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { InventoryReads } from '../storage/inventory-store.ts';
import { stockRepresentation } from './representations.ts';
import { type SkuCheck, skuUnknown } from './sku-check.ts';

/** Bytes of a SKU's stock level in one warehouse. */
const LEVEL_BYTES = 200;

const BySku = Type.Object({ sku: Sku });
const cursor = cursors('stock', Sku);

/** Routes that show everybody the stock of what is on sale, and staff all stock. */
export function stockRoutes(reads: InventoryReads, toldByProduct: SkuCheck) {
  /** True when the caller may know of a SKU. Product has the last word, because its event may still be on its way to us. */
  async function isShown(sku: string, request: Request, principal: Principal | null): Promise<boolean> {
    const known = await reads.catalogued(sku);
    if (known !== undefined && (known.onSale === true || isStaff(principal))) return true;
    const told = await toldByProduct(sku, request, isStaff(principal));
    return told !== null && (told.onSale === true || isStaff(principal));
  }

  return router()
    .get(
      '/stock',
      async ({ query, principal }) => {
        const from = cursor.read(query.cursor);
        const network = await reads.network();
        return readPage({
          limit: query.limit ?? 20,
          from,
          atOnce: rowsWithin(LEVEL_BYTES * Math.max(1, network.warehouses.length)),
          read: (after, limit) => (isStaff(principal) ? reads.levelsPage({ after, limit }) : reads.levelsOnSale({ after, limit })),
          placeOf: ({ sku }) => sku,
          toItem: (row) => stockRepresentation(row, network),
          toCursor: cursor.write,
        });
      },
      {
        maybeSignedIn: true,
        query: ListQuery,
        response: { 200: StockPage },
        detail: { summary: 'Stock of every SKU that has been received, by SKU; for all but staff of those that are on sale' },
      },
    )
    .get(
      '/stock/:sku',
      async ({ params: { sku }, principal, request }) => {
        const [isVisible, levels, network] = await Promise.all([isShown(sku, request, principal), reads.levels(sku), reads.network()]);
        if (!isVisible) throw skuUnknown(sku, 'GET /products of the catalogue lists those there are');
        return stockRepresentation(levels ?? { sku, warehouses: [] }, network);
      },
      {
        maybeSignedIn: true,
        params: BySku,
        refuses: ['unavailable'],
        response: { 200: StockLevel },
        detail: { summary: 'What there is of a SKU, and where; what is not on sale is there for staff alone' },
      },
    );
}

function isStaff(principal: Principal | null): boolean {
  return principal !== null && hasRole(principal, 'staff');
}
