import { cursors, readPage } from '@souk/chassis/web/paging';
import { router } from '@souk/chassis/web/app/router';
import { PriceHistoryPage, PriceHistoryQuery } from '@souk/contracts/http/product';
import { Sku, Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { PriceChange } from '../domain/price-change.ts';
import type { ProductReads } from '../storage/product-store.ts';
import { noSuchProduct } from './visible.ts';

const places = cursors('price-history', Type.Object({ version: Type.Integer({ minimum: 1 }), sku: Sku }));

/** The route of a product's price history, newest first. */
export function priceHistoryRoute(reads: ProductReads) {
  return router().get('/products/:id/price-history', async ({ params: { id }, query: { sku, cursor, limit = 20 } }) => {
    const from = places.read(cursor);
    if ((await reads.byId(id)) === undefined) throw noSuchProduct();
    return readPage({
      limit,
      from,
      read: (after, rows) => reads.priceHistory({ productId: id, sku }, { after, limit: rows }),
      placeOf: ({ version, sku: of }) => ({ version, sku: of }),
      toItem: published,
      toCursor: places.write,
    });
  }, {
    role: 'staff',
    params: Type.Object({ id: Uuid }),
    query: PriceHistoryQuery,
    response: { 200: PriceHistoryPage },
    detail: { summary: 'What a product has cost, newest first' },
  });
}

function published({ sku, price, previous, at, actor }: PriceChange) {
  return { sku, price, previous, at: new Date(at).toISOString(), actor };
}
