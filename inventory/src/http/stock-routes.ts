import { newId } from '@souk/chassis/ids';
import { cursors, pageOf } from '@souk/chassis/http/cursor';
import { answerResponse, onceResponse, storedAnswer } from '@souk/chassis/http/idempotency';
import { problem } from '@souk/chassis/http/problem';
import { router } from '@souk/chassis/http/router';
import type { StoredAnswer } from '@souk/chassis/writer/kept-answer';
import { ListQuery } from '@souk/contracts/http/common';
import { Movement as PublishedMovement, ReceiveStock, StockLevel, StockPage } from '@souk/contracts/http/inventory';
import { Sku } from '@souk/contracts/ids';
import { Type } from '@sinclair/typebox';
import { ON_HAND_LIMIT } from '../domain/receive-goods.ts';
import type { InventoryReads } from '../storage/inventory-store.ts';
import { receiveStock, type Received } from '../usecases/receive-stock.ts';
import type { Commands } from './commands.ts';
import { publishedMovement, stockLevel } from './payloads.ts';
import type { SkuCheck } from './sku-check.ts';

const BySku = Type.Object({ sku: Sku });
const cursor = cursors('stock', Sku);

/** Everybody sees the stock, staff adds to it. */
export function stockRoutes(reads: InventoryReads, commands: Commands, toldByProduct: SkuCheck) {
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
          toItem: (row) => stockLevel(row, network),
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
        if (levels !== undefined) return stockLevel(levels, network);
        if (!(await reads.isCatalogued(sku)) && (await toldByProduct(sku, request)) === null)
          throw problem('not-found');
        return stockLevel({ sku, warehouses: [] }, network);
      },
      {
        maybeSignedIn: true,
        params: BySku,
        refuses: ['unavailable'],
        response: { 200: StockLevel },
        detail: { summary: 'What there is of a SKU, and where' },
      },
    )
    .post(
      '/stock/:sku/receipts',
      async ({ body, params: { sku }, principal, idempotency, request }) => {
        const { warehouseId, quantity, reason = null } = body;
        const told = (await reads.isCatalogued(sku)) ? null : await toldByProduct(sku, request);
        const receipt = {
          id: newId(),
          sku,
          warehouseId,
          quantity,
          reason,
          actor: principal.userId,
          toldByProduct: told,
        };
        if (idempotency === undefined) return answerResponse(received(await commands.execute(receiveStock, receipt)));
        return onceResponse(await commands.executeOnce(receiveStock, receipt, { ...idempotency, render: received }));
      },
      {
        role: 'staff',
        idempotent: 'optional',
        refuses: ['warehouse-unknown', 'conflict', 'unavailable'],
        params: BySku,
        body: ReceiveStock,
        response: { 201: PublishedMovement },
        detail: { summary: 'Goods arrived; answers the movement' },
      },
    );
}

function received(answer: Received): StoredAnswer {
  switch (answer.kind) {
    case 'received':
      return storedAnswer(201, publishedMovement(answer.movement));
    case 'warehouse-unknown':
      throw problem('warehouse-unknown', {
        errors: [{ pointer: '/warehouseId', detail: 'is not a warehouse of ours' }],
      });
    case 'sku-unknown':
      throw problem('not-found');
    case 'too-much':
      throw problem('conflict', { detail: `A warehouse holds at most ${ON_HAND_LIMIT} pieces of a SKU.` });
    default:
      return answer satisfies never;
  }
}
