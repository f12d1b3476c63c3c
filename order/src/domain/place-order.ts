import type { ShippingAddress } from '@souk/contracts/address';
import { add, equals, type Money, times } from '@souk/contracts/money';
import type { OrderItem } from '@souk/contracts/saga';
import type { CatalogueEntry } from './catalogue.ts';
import { type LimitRefusal, UNTIL_IT_ENDS } from './customer-limits.ts';
import type { Surroundings, Order, OrderLine } from './order.ts';

export interface OrderRequest {
  readonly userId: string;
  readonly items: readonly OrderItem[];
  readonly shippingAddress: ShippingAddress;
  readonly paymentMethodId: string;
  /** The total that the customer was shown; without it every total is accepted. */
  readonly expectedTotal?: Money;
}

/** `lines`: places among the request's items, counted from 0. */
export type PlacementRefusal =
  | { readonly code: 'sku-repeated'; readonly lines: readonly number[] }
  | { readonly code: 'sku-unknown'; readonly lines: readonly number[] }
  | { readonly code: 'sku-inactive'; readonly lines: readonly number[] }
  | { readonly code: 'mixed-currencies'; readonly lines: readonly number[] }
  | { readonly code: 'total-changed'; readonly total: Money }
  | LimitRefusal;

export type Placement =
  { readonly kind: 'placed'; readonly order: Order } | { readonly kind: 'refused'; readonly refusal: PlacementRefusal };

type EntryOf = (sku: string) => CatalogueEntry | undefined;

/** Makes an order with today's titles and prices, or says why it is refused. */
export function placeOrder(request: OrderRequest, entryOf: EntryOf, surroundings: Surroundings): Placement {
  const refusal = refusedLines(request.items, entryOf);
  if (refusal !== undefined) return { kind: 'refused', refusal };
  const lines = request.items.map((item) => frozenLine(item, entryOf));
  const total = totalOf(lines);
  if (request.expectedTotal !== undefined && !equals(request.expectedTotal, total)) {
    return { kind: 'refused', refusal: { code: 'total-changed', total } };
  }
  return { kind: 'placed', order: newOrder(request, lines, total, surroundings) };
}

/** The order as the answer to its placement showed it. The data it was placed with never changes, except for an address that is erased. */
export function asPlaced(order: Order): Order {
  return { ...order, status: 'placed', reason: null, paymentStatus: 'none', shipments: [], shortages: [], version: 1, updatedAt: order.placedAt };
}

export function lineTotal({ unitPrice, quantity }: Pick<OrderLine, 'unitPrice' | 'quantity'>): Money {
  return times(unitPrice, quantity);
}

function refusedLines(items: readonly OrderItem[], entryOf: EntryOf): PlacementRefusal | undefined {
  const linesWhere = (holds: (item: OrderItem, line: number) => boolean) =>
    items.flatMap((item, line) => (holds(item, line) ? [line] : []));
  const currency = entryOf(items[0]?.sku ?? '')?.price.currency;
  const checks = [
    ['sku-repeated', (item: OrderItem, line: number) => items.findIndex(({ sku }) => sku === item.sku) < line],
    ['sku-unknown', (item: OrderItem) => entryOf(item.sku) === undefined],
    ['sku-inactive', (item: OrderItem) => entryOf(item.sku)?.active === false],
    ['mixed-currencies', (item: OrderItem) => entryOf(item.sku)?.price.currency !== currency],
  ] as const;
  for (const [code, holds] of checks) {
    const lines = linesWhere(holds);
    if (lines.length > 0) return { code, lines };
  }
  return undefined;
}

function frozenLine({ sku, quantity }: OrderItem, entryOf: EntryOf): OrderLine {
  const entry = entryOf(sku);
  if (entry === undefined) throw new Error(`${sku} has no price`);
  const { productId, title, options, price: unitPrice } = entry;
  return { sku, productId, title, options, quantity, unitPrice };
}

function totalOf(lines: readonly OrderLine[]): Money {
  const [first, ...others] = lines.map(lineTotal);
  if (first === undefined) throw new Error('an order has at least one line');
  return others.reduce(add, first);
}

function newOrder(
  { userId, shippingAddress, paymentMethodId }: OrderRequest,
  items: readonly OrderLine[],
  total: Money,
  { now, newId, deadlines }: Surroundings,
): Order {
  return {
    id: newId(),
    userId,
    status: 'placed',
    reason: null,
    paymentStatus: 'none',
    refunded: 0,
    items,
    total,
    shippingAddress,
    paymentMethodId,
    allocations: null,
    shortages: [],
    shipments: [],
    deadlineAt: now + deadlines.placed,
    countsUntil: UNTIL_IT_ENDS,
    leftAt: null,
    erasedAt: null,
    version: 1,
    placedAt: now,
    updatedAt: now,
  };
}
