import type { Deliveries, Fault, MakeFault, OpsCounts } from '@souk/contracts/http/ops';
import type { StuckOrders } from '@souk/contracts/http/order';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { type FakeWorld, paymentOf, uuid } from './fake-world.ts';

export interface FakeAsk {
  readonly service: ServiceName;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

type Letter = ReturnType<typeof letter>;
const STUCK_AFTER_S = 60;
const CAUSE = 'The body is not JSON: unexpected token <script>alert(1)</script>';

/** Answers of the operators' routes and of stock and payments: enough of each for a panel to be drawn. `undefined`: there is no such route. */
export function fakeOps(world: FakeWorld, isWell: boolean) {
  const letters = new Map<ServiceName, Letter[]>(SERVICES.map((service) => [service, []]));
  const parked = new Map<ServiceName, object[]>(SERVICES.map((service) => [service, []]));
  const faults: Fault[] = [];
  if (!isWell) {
    letters.set('order', [letter(0, 'payment.completed', CAUSE), letter(1, 'payment.completed', CAUSE)]);
    letters.set('inventory', [letter(2, 'order.created', 'The database did not answer in 2000 ms')]);
    parked.set('payment', [{ key: uuid(Date.now(), 77), messages: [{ topic: 'order.ready_for_payment', key: uuid(Date.now(), 77), cause: 'The gateway gives no answer', attempts: 3, firstFailedAt: ago(40), lastFailedAt: ago(4), position: 0, nextAttemptAt: ago(-12) }], more: false }]);
  }

  function stuck(): StuckOrders {
    const items = world.newestFirst()
      .filter(({ status, updatedAt }) => (status === 'placed' || status === 'awaiting_payment') && Date.parse(updatedAt) < Date.now() - STUCK_AFTER_S * 1000)
      .map(({ id, status, updatedAt }) => ({ orderId: id, status, waitsFor: status === 'placed' ? 'stock' as const : 'payment' as const, since: updatedAt, deadlineAt: status === 'placed' ? null : ago(-600) }));
    return { items: items.slice(0, 100), stuckAfterS: STUCK_AFTER_S };
  }

  return (ask: FakeAsk): Response | undefined => {
    const { service, method, path, query } = ask;
    const mine = letters.get(service) ?? [];
    const [, first, second, third, fourth] = path.split('/');
    if (service === 'order' && path === '/orders/stuck') return Response.json(stuck());
    if (first === 'ops') {
      switch (second) {
        case 'counts': {
          const count = (of: string) => mine.filter(({ status }) => status === of).length;
          const counts: OpsCounts = { parkedKeys: parked.get(service)?.length ?? 0, deadLetters: { dead: count('dead'), redriven: count('redriven'), discarded: count('discarded') }, unsent: 0 };
          return Response.json(counts);
        }
        case 'dead-letters': {
          if (third === undefined) return page(mine.filter(({ status }) => query.get('status') === null || query.get('status') === status));
          if (third === 'groups') return Response.json({ items: groups(mine), more: false });
          const found = mine.find(({ id }) => id === third);
          if (found === undefined) return notFound();
          if (fourth === undefined) return Response.json(found);
          if (fourth === 'try') return Response.json({ outcome: 'applied', cause: null });
          const after = { ...found, status: fourth === 'discard' ? 'discarded' : 'redriven', resolvedAt: ago(0), resolvedBy: uuid(0, 1), resolution: fourth === 'discard' ? 'discarded' : 'applied' };
          letters.set(service, mine.map((each) => (each.id === third ? after : each)));
          return Response.json(after);
        }
        case 'parked':
          if (method === 'POST') {
            parked.set(service, []);
            return new Response(null, { status: 204 });
          }
          return page(parked.get(service) ?? []);
        case 'history':
          if (method === 'POST') return Response.json({ sent: 1 });
          return Response.json({ items: world.histories.get(query.get('stream') ?? '') ?? [], more: false });
        case 'deliveries':
          return Response.json(deliveries(world, service, query.get('key') ?? ''));
        case 'faults':
          if (method === 'POST') {
            const asked = ask.body as MakeFault;
            const fault: Fault = { id: uuid(Date.now(), faults.length), kind: asked.kind, topic: 'topic' in asked ? asked.topic : null, delayMs: 'delayMs' in asked ? asked.delayMs : null, until: ago(-asked.seconds), madeBy: uuid(0, 1) };
            faults.push(fault);
            return Response.json(fault, { status: 201 });
          }
          if (method === 'DELETE') {
            faults.splice(0, faults.length, ...faults.filter(({ id }) => id !== third));
            return new Response(null, { status: 204 });
          }
          return Response.json({ possible: true, items: faults });
        default:
          return undefined;
      }
    }
    if (service === 'inventory') return stock(world, first, second);
    if (service === 'payment') return payments(world, first, second, third, query);
    return undefined;
  };
}

function letter(n: number, topic: string, cause: string) {
  const key = uuid(Date.now() - n * 1000, 600 + n);
  return {
    id: uuid(Date.now(), 500 + n), kind: 'unhandled', topic, key, cause, attempts: 5, firstFailedAt: ago(300 + n), lastFailedAt: ago(200 + n), value: JSON.stringify({ orderId: key }),
    headers: { ce_type: topic }, status: 'dead', resolvedAt: null as string | null, resolvedBy: null as string | null, resolution: null as string | null, group: `unhandled|${topic}|${cause.slice(0, 12)}`,
  };
}

function groups(letters: readonly Letter[]) {
  const byGroup = Map.groupBy(letters.filter(({ status }) => status === 'dead'), ({ group }) => group);
  return [...byGroup].flatMap(([group, of]) => {
    const [one] = of;
    return one === undefined ? [] : [{ group, kind: one.kind, topic: one.topic, cause: one.cause, count: of.length, oldestAt: ago(300), newestAt: ago(200) }];
  });
}

function deliveries(world: FakeWorld, service: ServiceName, key: string): Deliveries {
  const readBy: Partial<Record<ServiceName, string>> = { order: 'inventory payment', inventory: 'order', payment: 'order' };
  const from = (readBy[service] ?? '').split(' ');
  const items = world.told.filter((entry) => entry.key === key && entry.published && from.includes(entry.service));
  return {
    since: ago(3600),
    items: items.map(({ id, name, at }, index) => ({
      messageId: id, topic: name, deliveries: index === 0 ? 2 : 1,
      outcomes: [{ outcome: 'applied' as const, at, cause: null }, ...(index === 0 ? [{ outcome: 'ignored' as const, at, cause: 'the order knows it already' }] : [])],
    })),
  };
}

function stock(world: FakeWorld, first: string | undefined, second: string | undefined): Response | undefined {
  const warehouseId = uuid(0, 99);
  const levels = ['MUG-BLUE', 'TEA-EARL-GREY', 'LAMP-01'].map((sku, n) => ({ sku, available: 40 - n * 18, warehouses: [{ warehouseId, onHand: 50 - n * 18, reserved: 10, available: 40 - n * 18 }] }));
  if (first === 'stock') return second === undefined ? page(levels) : Response.json(levels.find(({ sku }) => sku === second) ?? levels[0]);
  if (first === 'warehouses') return page([{ id: warehouseId, name: 'Vienna', priority: 1, active: true }]);
  if (first === 'movements') {
    const receipt = { id: uuid(0, 400), sku: 'MUG-BLUE', warehouseId, kind: 'receipt', onHandDelta: 50, reservedDelta: 0, onHandAfter: 50, reservedAfter: 0, reason: 'opening', actor: uuid(0, 1), orderId: null, eventId: null, at: ago(9000) };
    return page([{ ...receipt, id: uuid(0, 401), kind: 'reserve', onHandDelta: 0, reservedDelta: 10, reservedAfter: 10, reason: null, actor: null, orderId: world.newestFirst()[0]?.id ?? null, at: ago(60) }, receipt]);
  }
  if (first === 'reservations') {
    const order = world.orders.get(second ?? '');
    if (order === undefined || order.status === 'placed') return notFound();
    const status = order.status === 'completed' ? 'committed' : order.status === 'rejected' ? 'refused' : order.status === 'cancelled' ? 'released' : 'reserved';
    return Response.json({ orderId: order.id, status, lines: order.items.map(({ sku, quantity }) => ({ sku, warehouseId, quantity })) });
  }
  return undefined;
}

function payments(world: FakeWorld, first: string | undefined, second: string | undefined, third: string | undefined, query: URLSearchParams): Response | undefined {
  const all = world.newestFirst().filter(({ paymentStatus }) => paymentStatus !== 'none').map((order) => {
    const { paymentStatus, total } = order;
    const status = paymentStatus === 'pending' ? 'pending' : paymentStatus === 'failed' ? 'failed' : 'captured';
    const refunded = { ...total, amount: paymentStatus === 'refunded' ? total.amount : 0 };
    return { id: paymentOf(order.id), orderId: order.id, userId: order.userId, live: false, amount: total, status, refunded, failureReason: status === 'failed' ? 'card_declined' : null, gatewayReference: status === 'captured' ? 'sim_1' : null, createdAt: order.placedAt, updatedAt: order.updatedAt };
  });
  const refunds = all.filter(({ refunded }) => refunded.amount > 0).map((payment) => ({ id: `${payment.id.slice(0, -4)}feed`, paymentId: payment.id, orderId: payment.orderId, amount: payment.refunded, reason: 'order cancelled', status: 'succeeded', createdAt: payment.updatedAt }));
  if (first === 'refunds') return page(refunds.slice(0, 20));
  if (first !== 'payments') return undefined;
  if (second === undefined) {
    const [orderId, status] = [query.get('orderId'), query.get('status')];
    return page(all.filter((payment) => (orderId === null || payment.orderId === orderId) && (status === null || payment.status === status)).slice(0, 20));
  }
  if (third === 'refunds') return page(refunds.filter(({ paymentId }) => paymentId === second));
  return Response.json(all.find(({ id }) => id === second) ?? all[0]);
}

/** UTC time so many seconds ago. */
function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

export function page(items: readonly unknown[], nextCursor: string | null = null): Response {
  return Response.json({ items, nextCursor });
}

export function problem(status: number, code: string, detail: string): Response {
  return Response.json({ type: `urn:souk:problem:${code}`, title: code, status, detail, requestId: 'fake' }, { status, headers: { 'content-type': 'application/problem+json' } });
}

export function notFound(): Response {
  return problem(404, 'not-found', 'There is nothing here.');
}
