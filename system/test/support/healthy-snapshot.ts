import type {
  Backlog,
  EventFact,
  MovementFact,
  OrderFact,
  PaymentFact,
  RefundFact,
  ReservationFact,
  ShipmentFact,
} from '../../src/verify/facts.ts';
import type { Snapshot } from './snapshot.ts';

const SKU = 'LAMP';
const WAREHOUSE = 'w-1';

const anOrder = (facts: Partial<OrderFact> = {}): OrderFact => ({
  id: 'o-paid',
  userId: 'u-1',
  status: 'completed',
  reason: null,
  paymentStatus: 'paid',
  refunded: 0,
  total: 2000,
  currency: 'EUR',
  deadlineAt: null,
  isKept: false,
  isErased: false,
  version: 3,
  ...facts,
});

export const aPayment = (facts: Partial<PaymentFact> = {}): PaymentFact => ({
  id: 'p-paid',
  orderId: 'o-paid',
  status: 'captured',
  amount: 2000,
  refunded: 0,
  refunding: 0,
  ...facts,
});

export const aRefund = (facts: Partial<RefundFact> = {}): RefundFact => ({
  id: 'r-back',
  paymentId: 'p-back',
  amount: 1000,
  status: 'succeeded',
  ...facts,
});

export const aReservation = (facts: Partial<ReservationFact> = {}): ReservationFact => ({
  orderId: 'o-paid',
  status: 'committed',
  lines: [{ sku: SKU, warehouseId: WAREHOUSE, quantity: 2 }],
  ...facts,
});

export const aShipment = (facts: Partial<ShipmentFact> = {}): ShipmentFact => ({
  orderId: 'o-paid',
  id: 's-paid',
  warehouseId: WAREHOUSE,
  status: 'shipped',
  carrier: 'DHL',
  trackingNumber: '00340',
  items: [{ sku: SKU, quantity: 2 }],
  ...facts,
});

export const aMovement = (facts: Partial<MovementFact> = {}): MovementFact => ({
  sku: SKU,
  warehouseId: WAREHOUSE,
  number: 1,
  onHandDelta: 0,
  reservedDelta: 0,
  onHandAfter: 10,
  reservedAfter: 0,
  ...facts,
});

export const anEvent = (facts: Partial<EventFact> = {}): EventFact => ({
  service: 'order',
  id: `${facts.stream ?? 'o-paid'}/${facts.version ?? 1}`,
  type: 'order.created',
  published: true,
  stream: 'o-paid',
  version: 1,
  ...facts,
});

export const aBacklog = (facts: Partial<Backlog> = {}): Backlog => ({ service: 'order', unsent: 0, parked: 0, ...facts });

function historyOf(stream: string, length: number): EventFact[] {
  return Array.from({ length }, (_, i) => anEvent({ stream, version: i + 1 }));
}

export const paid = anOrder();
export const back = anOrder({
  id: 'o-back',
  status: 'cancelled',
  reason: 'cancelled_by_customer',
  paymentStatus: 'refunded',
  refunded: 1000,
  total: 1000,
  version: 4,
});
export const short = anOrder({
  id: 'o-short',
  status: 'rejected',
  reason: 'out_of_stock',
  paymentStatus: 'none',
  total: 99_000,
  version: 2,
});

/** A shop at rest: an order that was paid, one that was cancelled after that, one that was short of stock. */
export function healthySnapshot(facts: Partial<Snapshot> = {}): Snapshot {
  const events = [...historyOf('o-paid', 3), ...historyOf('o-back', 4), ...historyOf('o-short', 2)];
  return {
    accepted: [{ id: 'o-paid' }],
    orders: [paid, back, short],
    orderLines: [
      { orderId: 'o-paid', sku: SKU, quantity: 2, unitPrice: 1000 },
      { orderId: 'o-back', sku: SKU, quantity: 1, unitPrice: 1000 },
      { orderId: 'o-short', sku: SKU, quantity: 99, unitPrice: 1000 },
    ],
    shipments: [aShipment()],
    parcelNews: [{ type: 'order.shipped', shipmentId: 's-paid', carrier: 'DHL', trackingNumber: '00340' }],
    personalTold: [],
    personalLogged: [],
    categories: [
      { id: 'c-top', parentId: null, position: 0 },
      { id: 'c-one', parentId: 'c-top', position: 0 },
      { id: 'c-two', parentId: 'c-top', position: 1 },
    ],
    categoryUse: [
      { categoryId: 'c-one', products: 1 },
      { categoryId: 'c-two', products: 0 },
    ],
    products: [{ id: 'a-lamp', categoryIds: ['c-one'] }],
    levels: [{ sku: SKU, warehouseId: WAREHOUSE, onHand: 8, reserved: 0, movements: 6, lowTurns: 3 }],
    lows: [{ sku: SKU, available: 7, threshold: 8 }],
    reservations: [
      aReservation(),
      aReservation({
        orderId: 'o-back',
        status: 'restocked',
        lines: [{ sku: SKU, warehouseId: WAREHOUSE, quantity: 1 }],
      }),
      aReservation({ orderId: 'o-short', status: 'refused', lines: [] }),
    ],
    movements: [
      aMovement({ number: 1, onHandDelta: 10, onHandAfter: 10 }),
      aMovement({ number: 2, reservedDelta: 2, reservedAfter: 2 }),
      aMovement({ number: 3, reservedDelta: 1, reservedAfter: 3 }),
      aMovement({ number: 4, onHandDelta: -2, reservedDelta: -2, onHandAfter: 8, reservedAfter: 1 }),
      aMovement({ number: 5, onHandDelta: -1, reservedDelta: -1, onHandAfter: 7 }),
      aMovement({ number: 6, onHandDelta: 1, onHandAfter: 8 }),
    ],
    payments: [aPayment(), aPayment({ id: 'p-back', orderId: 'o-back', amount: 1000, refunded: 1000 })],
    refunds: [aRefund()],
    paymentMethods: [{ id: 'm-1', userId: 'u-1' }],
    webhooks: [
      { id: 'simulator:evt_1', key: 'payment:p-paid', said: 'succeeded', outcome: 'ignored' },
      { id: 'simulator:evt_2', key: 'refund:r-back', said: 'succeeded', outcome: 'changed' },
      { id: 'simulator:evt_3', key: 'payment:nobody', said: 'declined', outcome: 'unknown' },
    ],
    givenBack: [{ key: 'refund:r-back', amount: 1000 }],
    charges: [
      { key: 'payment:p-paid', amount: 2000, taken: true, refunded: 0 },
      { key: 'payment:p-back', amount: 1000, taken: true, refunded: 1000 },
    ],
    events,
    backlogs: [aBacklog()],
    deadLetters: [],
    setAside: [],
    logged: events.map(({ id }) => ({ id })),
    unhandled: [{ messages: 0 }],
    ...facts,
  };
}

export const healthy = healthySnapshot();
