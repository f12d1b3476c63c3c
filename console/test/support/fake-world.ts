import type { CommittedEvent, HistoryPage } from '@souk/contracts/http/ops';
import type { Order, OrderSummary, TimelineEntry } from '@souk/contracts/http/order';
import type { OrderReason, OrderStatus } from '@souk/contracts/saga';
import type { ServiceName } from '@souk/contracts/services';

export type Told = CommittedEvent & { readonly service: ServiceName };
type HistoryItem = HistoryPage['items'][number];
export type Course = 'completes' | 'short' | 'declined' | 'hangs' | 'refunded';

/** Names that a shop must show as text, whatever is in them. */
const SKUS = ['MUG-BLUE', 'TEA-EARL-GREY', 'LAMP-01', 'RUG_200x300', 'CHAIR.oak'];
const TITLES = ['Blue mug', 'Earl Grey <b>tea</b>', 'Lamp "Souk" & shade', 'Rug, 2 x 3 m', 'Oak chair'];
const WAREHOUSE = '01890000-0000-7000-8000-00000000aaaa';

/** A shop made of plain objects: orders that move, and everything that was committed, in order. */
export function fakeWorld() {
  /** The world's time; `null`: the real one. Set while a history is made up. */
  const clock = { at: null as number | null };
  const now = () => clock.at ?? Date.now();
  const orders = new Map<string, Order>();
  const told: Told[] = [];
  const histories = new Map<string, HistoryItem[]>();
  const timelines = new Map<string, TimelineEntry[]>();
  const listeners = new Set<(entry: Told) => void>();
  let made = 0;

  function commit(service: ServiceName, order: Order, name: string, change: Partial<Told> & { readonly at?: string } = {}): Told {
    const stream = service === 'inventory' ? `reservation:${order.id}` : service === 'payment' ? paymentOf(order.id) : order.id;
    const history = histories.get(stream) ?? [];
    const last = timelines.get(order.id)?.findLast((entry) => entry.eventId !== null);
    const entry: Told = {
      service,
      lane: 'a',
      seq: told.length + 1,
      id: uuid(now(), told.length),
      name,
      published: true,
      key: order.id,
      stream,
      version: history.length + 1,
      at: new Date(now()).toISOString(),
      causationId: last?.eventId ?? null,
      correlationId: order.id,
      from: null,
      to: null,
      reason: null,
      ...change,
    };
    told.push(entry);
    const value = JSON.stringify({ orderId: order.id, total: order.total });
    const headers = { ce_id: entry.id, ce_type: name, ce_source: `/souk/${service}`, ce_causationid: entry.causationId ?? '' };
    histories.set(stream, [...history, { ...entry, sent: entry.published, message: entry.published ? { topic: name, key: order.id, headers, value } : null }]);
    const timeline = timelines.get(order.id) ?? [];
    timelines.set(order.id, [...timeline, {
      seq: timeline.length + 1, at: entry.at, service, kind: entry.published ? 'event' : 'note', name,
      from: entry.from as OrderStatus | null, to: entry.to as OrderStatus | null, reason: entry.reason, eventId: entry.published ? entry.id : null, causationId: entry.causationId,
    }]);
    for (const listener of listeners) listener(entry);
    return entry;
  }

  /** Moves an order of Order, and tells it. */
  function move(id: string, name: string, change: Partial<Order>): void {
    const before = need(id);
    const after: Order = { ...before, ...change, version: before.version + 1, updatedAt: new Date(now()).toISOString() };
    orders.set(id, after);
    const moved = after.status === before.status ? {} : { from: before.status, to: after.status, reason: after.reason };
    commit('order', after, name, moved);
  }

  function need(id: string): Order {
    const order = orders.get(id);
    if (order === undefined) throw new Error(`There is no order ${id}`);
    return order;
  }

  function place(at = now()): string {
    const id = uuid(at, made++);
    const line = made % SKUS.length;
    const [sku, title] = [SKUS[line] ?? 'MUG-BLUE', TITLES[line] ?? 'Blue mug'];
    const total = { amount: 990 + ((made * 737) % 25_000), currency: 'EUR' };
    const placedAt = new Date(at).toISOString();
    const order: Order = {
      id, userId: uuid(at, 9_000 + (made % 7)), status: 'placed', reason: null, paymentStatus: 'none',
      items: [{ sku, productId: uuid(0, line), title, quantity: 1 + (made % 3), unitPrice: total, lineTotal: total }],
      total, shippingAddress: { name: 'Anna', line1: 'Main Street 1', city: 'Vienna', postalCode: '1010', country: 'AT' },
      shipments: [], version: 1, placedAt, updatedAt: placedAt,
    };
    orders.set(id, order);
    commit('order', order, 'order.created', { to: 'placed', at: placedAt });
    return id;
  }

  /** The remaining steps of an order, to be taken one after the other. */
  function course(id: string, kind: Course): (() => void)[] {
    const inventory = (name: string, to: string) => () => void commit('inventory', need(id), name, { from: name === 'inventory.released' ? 'reserved' : null, to });
    const payment = (name: string, to: string) => () => void commit('payment', need(id), name, { from: 'pending', to });
    const step = (name: string, change: Partial<Order>) => () => move(id, name, change);
    const reserved = [inventory('inventory.reserved', 'reserved'), step('order.ready_for_payment', { status: 'awaiting_payment', paymentStatus: 'pending' })];
    const parcel = () => {
      const { items } = need(id);
      return { id: uuid(now(), 5_000 + made), warehouseId: WAREHOUSE, status: 'pending' as const, items: items.map(({ sku, quantity }) => ({ sku, quantity })), carrier: null, trackingNumber: null };
    };
    const paid = [payment('payment.completed', 'captured'), () => move(id, 'order.completed', { status: 'completed', paymentStatus: 'paid', shipments: [parcel()] })];
    const cancelled = (reason: OrderReason, paymentStatus: Order['paymentStatus']) => [
      step('order.cancelled', { status: 'cancelled', reason, paymentStatus }), inventory('inventory.released', 'released'), step('inventory.released', {}),
    ];
    switch (kind) {
      case 'completes':
        return [...reserved, ...paid];
      case 'short':
        return [inventory('inventory.failed', 'refused'), () => move(id, 'order.rejected', { status: 'rejected', reason: 'out_of_stock', shortages: [{ sku: need(id).items[0]?.sku ?? '', requested: 3, available: 1 }] })];
      case 'declined':
        return [...reserved, payment('payment.failed', 'failed'), ...cancelled('payment_declined', 'failed')];
      case 'refunded':
        return [...reserved, ...paid, ...cancelled('cancelled_by_staff', 'paid'), payment('payment.refunded', 'captured'), step('payment.refunded', { paymentStatus: 'refunded' })];
      case 'hangs':
        return reserved;
      default:
        return kind satisfies never;
    }
  }

  const newestFirst = () => [...orders.values()].toSorted((a, b) => (a.placedAt === b.placedAt ? (a.id < b.id ? 1 : -1) : a.placedAt < b.placedAt ? 1 : -1));
  return { clock, orders, told, histories, timelines, listeners, place, course, need, newestFirst, move };
}

export type FakeWorld = ReturnType<typeof fakeWorld>;

export const paymentOf = (orderId: string) => `${orderId.slice(0, -4)}beef`;

/** Looks like a UUIDv7 of that time. */
export function uuid(at: number, n: number): string {
  const time = at.toString(16).padStart(12, '0');
  const tail = (n * 2_654_435_761 % 2 ** 32).toString(16).padStart(8, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${n.toString(16).padStart(12, '0')}`;
}

export function summaryOf(order: Order): OrderSummary {
  const { id, userId, status, reason, paymentStatus, items, total, shipments, version, placedAt, updatedAt } = order;
  const count = (of: string) => shipments.filter((shipment) => shipment.status === of).length;
  return {
    id, userId, status, reason, paymentStatus, lineCount: items.length,
    firstLines: items.slice(0, 3).map(({ sku, productId, title, quantity, unitPrice, lineTotal }) => ({ sku, productId, title, quantity, unitPrice, lineTotal })),
    total, shipmentCounts: { pending: count('pending'), shipped: count('shipped'), delivered: count('delivered') }, version, placedAt, updatedAt,
  };
}
