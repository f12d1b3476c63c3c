import { cursors, idPages, readPage, rowsWithin } from '@souk/chassis/web/paging';
import { askedTogether } from '@souk/chassis/web/limits/asked-together';
import { hasRole, type Principal } from '@souk/chassis/web/sign-in/principal';
import { fieldsRefused, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { tellAbout } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { ListQuery } from '@souk/contracts/paging';
import {
  AllocationPreview,
  type Movement as PublishedMovement,
  MovementPage,
  MovementQuery,
  PreviewAllocation,
  Reservation as PublishedReservation,
  StockLevel,
  StockPage,
} from '@souk/contracts/http/inventory';
import { LONGEST_REASON, Sku, Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { allocate, type AllocationResult, explainAllocation } from '../domain/allocate.ts';
import { type CatalogueEntry, type LookUpSkus, ProductAwayError } from '../domain/catalogue.ts';
import { availableIn, type Movement, orderOf, type StockLevels } from '../domain/move-stock.ts';
import type { Reservation } from '../domain/reservation-saga.ts';
import type { Network } from '../domain/warehouse.ts';
import type { InventoryReads } from '../storage/inventory-store.ts';

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

function stockRepresentation({ sku, warehouses }: Pick<StockLevels, 'sku' | 'warehouses'>, network: Network): StockLevel {
  const shown = warehouses.map((level) => {
    const { warehouseId, onHand, reserved } = level;
    return { warehouseId, onHand, reserved, available: availableIn(level, network) };
  });
  return { sku, available: shown.reduce((sum, { available }) => sum + available, 0), warehouses: shown };
}

/** null: Product has no such SKU that the caller may see. Throws the 503 problem while Product cannot say. */
export type SkuCheck = (sku: string, request: Request, isForStaff: boolean) => Promise<CatalogueEntry | null>;

/** `cure`: what the caller can do. */
export function skuUnknown(sku: string, cure: string): Problem {
  return problem('not-found', { detail: `No product has the SKU ${sku}: ${cure}.` });
}

/**
 * Checks SKUs that are not in our copy: Product's event may still be on its way, so Product is asked. Callers other than
 * staff cause at most a few calls a second, whatever SKUs they make up: a new SKU arrives by its event anyway.
 */
export function skuCheck(lookUpSkus: LookUpSkus): SkuCheck {
  const onSale = askedTogether<CatalogueEntry>({
    fetch: async (skus) => new Map((await lookUpSkus(skus, null)).map((entry) => [entry.sku, entry])),
    busy: () => new ProductAwayError({ cause: new Error('too many SKUs are waiting to be looked up') }),
  });
  return async (sku, request, isForStaff) => {
    try {
      if (!isForStaff) return (await onSale(sku)) ?? null;
      const [entry = null] = await lookUpSkus([sku], request.headers.get('authorization'));
      return entry;
    } catch (cause) {
      if (!(cause instanceof ProductAwayError)) throw cause;
      throw problem('unavailable', {
        detail: `Whether there is a product with the SKU ${sku} cannot be found out right now: try again in 2 s.`,
        headers: { 'retry-after': '2' },
      });
    }
  };
}

/** Route for staff: preview of an allocation. */
export function allocationRoutes(reads: InventoryReads) {
  return router().post(
    '/allocations/preview',
    async ({ body: { items } }) => {
      refuseTwice(items);
      const [stock, network] = await Promise.all([reads.levelsOf(items.map(({ sku }) => sku)), reads.network()]);
      const levels = new Map(stock.map((one) => [one.sku, one]));
      const result = allocate(items, network, (sku) => levels.get(sku));
      return { ...previewOf(result), explanation: explainAllocation(result, network) };
    },
    {
      role: 'staff',
      body: PreviewAllocation,
      response: { 200: AllocationPreview },
      detail: { summary: 'Which warehouses would serve an order now, and why; nothing is held' },
    },
  );
}

function refuseTwice(items: PreviewAllocation['items']): void {
  const first = new Set<string>();
  const errors = items.flatMap(({ sku }, index) => {
    if (first.size < first.add(sku).size) return [];
    return { pointer: `/items/${index}/sku`, detail: `names ${sku}, which stands in another line already` };
  });
  if (errors.length > 0) throw fieldsRefused('validation', errors, 'say each SKU once, with all of its pieces');
}

function previewOf(result: AllocationResult): Omit<AllocationPreview, 'explanation'> {
  return result.kind === 'short'
    ? { feasible: false, allocations: [], shortages: [...result.shortages] }
    : { feasible: true, allocations: [...result.allocations], shortages: [] };
}

const movements = idPages('movements', rowsWithin(LONGEST_REASON));

/** Routes for staff: stock movements, and pieces held for orders. */
export function ledgerRoutes(reads: InventoryReads) {
  return router()
    .get('/movements', ({ query, request }) => {
      if (query.orderId !== undefined) tellAbout(request, { orderId: query.orderId });
      return movements(query, movementRepresentation, (slice) => reads.movements(query, slice));
    }, {
      role: 'staff',
      query: MovementQuery,
      response: { 200: MovementPage },
      detail: { summary: 'The ledger, newest first' },
    })
    .get(
      '/reservations/:orderId',
      async ({ params }) => {
        const reservation = await reads.reservation(params.orderId);
        if (reservation === undefined) throw problem('not-found', { detail: 'Nothing is or was held for such an order: check its id.' });
        return reservationRepresentation(reservation);
      },
      {
        role: 'staff',
        params: Type.Object({ orderId: Uuid }),
        response: { 200: PublishedReservation },
        detail: { summary: 'What is, or was, held for an order' },
      },
    );
}

function reservationRepresentation({ orderId, status, lines }: Reservation): PublishedReservation {
  return { orderId, status, lines: [...lines] };
}

export function movementRepresentation(movement: Movement): PublishedMovement {
  const { reference: _reference, number: _number, at, ...shown } = movement;
  return { ...shown, orderId: orderOf(movement), at: new Date(at).toISOString() };
}
