import type { EventData } from '@souk/contracts/topics';
import { UNTIL_IT_ENDS } from '../src/domain/customer-limits.ts';
import type { Order, OrderLine, Surroundings } from '../src/domain/order.ts';
import type { SagaMessage } from '../src/domain/order-saga.ts';

export const ORDER_ID = '0198c0de-7a11-7c3e-8f00-000000000001';
export const USER_ID = '0198c0de-7a11-7c3e-8f00-000000000002';
export const METHOD_ID = '0198c0de-7a11-7c3e-8f00-000000000003';
export const PRODUCT_ID = '0198c0de-7a11-7c3e-8f00-000000000004';
export const NORTH = '0198c0de-7a11-7c3e-8f00-00000000000a';
export const SOUTH = '0198c0de-7a11-7c3e-8f00-00000000000b';
export const PAYMENT_ID = '0198c0de-7a11-7c3e-8f00-00000000000c';
export const REFUND_ID = '0198c0de-7a11-7c3e-8f00-00000000000d';

export const ADDRESS = { name: 'Zoë Müller', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' };

export const NOW = Date.UTC(2026, 10, 22, 12);
/** Limits that only tests about limits reach. */
export const LIMITS = { orders: 1_000_000, pieces: 1_000_000_000 };
export const DEADLINES = { placed: 30_000, awaiting_payment: 900_000 };

export function eur(amount: number) {
  return { amount, currency: 'EUR' };
}

export function surroundings(changes: Partial<Surroundings> = {}): Surroundings {
  let made = 0;
  const newId = () => {
    made += 1;
    return `0198c0de-7a11-7c3e-9f00-${String(made).padStart(12, '0')}`;
  };
  return { now: NOW, newId, deadlines: DEADLINES, ...changes };
}

const MUGS: OrderLine = { sku: 'MUG', productId: PRODUCT_ID, title: 'Blue mug', options: { size: 'large' }, quantity: 3, unitPrice: eur(1000) };
const TEA: OrderLine = { sku: 'TEA', productId: PRODUCT_ID, title: 'Green tea', options: {}, quantity: 1, unitPrice: eur(499) };

export const ALLOCATIONS = [
  { sku: 'MUG', warehouseId: NORTH, quantity: 2 },
  { sku: 'MUG', warehouseId: SOUTH, quantity: 1 },
  { sku: 'TEA', warehouseId: NORTH, quantity: 1 },
];
export const SHORTAGES = [{ sku: 'MUG', requested: 3, available: 1 }];

/** Three mugs and a tea for 34.99, just placed. */
export function anOrder(changes: Partial<Order> = {}): Order {
  return {
    id: ORDER_ID,
    userId: USER_ID,
    status: 'placed',
    reason: null,
    paymentStatus: 'none',
    refunded: 0,
    items: [MUGS, TEA],
    total: eur(3499),
    shippingAddress: ADDRESS,
    paymentMethodId: METHOD_ID,
    allocations: null,
    shortages: [],
    shipments: [],
    deadlineAt: NOW + DEADLINES.placed,
    countsUntil: UNTIL_IT_ENDS,
    leftAt: null,
    erasedAt: null,
    version: 1,
    placedAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

/** An order as it is in each state, come there on the usual way. */
export const ORDER_IN = {
  placed: anOrder(),
  awaiting_payment: anOrder({
    status: 'awaiting_payment',
    paymentStatus: 'pending',
    allocations: ALLOCATIONS,
    version: 2,
  }),
  completed: anOrder({
    status: 'completed',
    paymentStatus: 'paid',
    allocations: ALLOCATIONS,
    shipments: [
      {
        id: REFUND_ID,
        warehouseId: NORTH,
        status: 'pending',
        items: [{ sku: 'MUG', quantity: 2 }],
        carrier: null,
        trackingNumber: null,
      },
    ],
    deadlineAt: null,
    countsUntil: null,
    version: 3,
  }),
  rejected: anOrder({ status: 'rejected', reason: 'out_of_stock', shortages: SHORTAGES, deadlineAt: null, countsUntil: null, version: 2 }),
  cancelled: anOrder({ status: 'cancelled', reason: 'cancelled_by_customer', deadlineAt: null, countsUntil: null, version: 2 }),
} as const;

/** What the other services say of the order above when all is in order. */
export const SAYS: { readonly [M in SagaMessage as M['type']]: M } = {
  'inventory.reserved': { type: 'inventory.reserved', data: { orderId: ORDER_ID, allocations: ALLOCATIONS } },
  'inventory.failed': { type: 'inventory.failed', data: { orderId: ORDER_ID, shortages: SHORTAGES } },
  'inventory.released': {
    type: 'inventory.released',
    data: { orderId: ORDER_ID, allocations: ALLOCATIONS, restocked: false },
  },
  'payment.completed': {
    type: 'payment.completed',
    data: { orderId: ORDER_ID, paymentId: PAYMENT_ID, amount: eur(3499), capturedAt: new Date(NOW).toISOString() },
  },
  'payment.failed': {
    type: 'payment.failed',
    data: { orderId: ORDER_ID, paymentId: PAYMENT_ID, reason: 'card_declined' },
  },
  'payment.refunded': { type: 'payment.refunded', data: refund(3499, 3499) },
};

export function refund(amount: number, refundedTotal: number): EventData<'payment.refunded'> {
  return {
    orderId: ORDER_ID,
    paymentId: PAYMENT_ID,
    refundId: REFUND_ID,
    amount: eur(amount),
    refundedTotal: eur(refundedTotal),
  };
}
