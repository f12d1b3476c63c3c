import type { DeadLetterStatus, Deliveries, Fault, MakeFault, OpsCounts } from '@souk/contracts/http/ops';
import type { StuckOrders } from '@souk/contracts/http/order';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { ago, type FakeLetters } from './fake-letters.ts';
import { fakeStock, WAREHOUSES } from './fake-stock.ts';
import { type FakeWorld, paymentOf, uuid } from './fake-world.ts';

export interface FakeAsk {
  readonly service: ServiceName;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

const STUCK_AFTER_S = 60;
const OPERATOR = uuid(0, 1);

/** Answers of the operators' routes and of stock and payments: enough of each for a panel to be drawn. `undefined`: there is no such route. */
export function fakeOps(world: FakeWorld, letters: FakeLetters) {
  const stock = fakeStock(world);
  const faults = new Map<ServiceName, Fault[]>(SERVICES.map((service) => [service, []]));
  let made = 0;
  const faultsOf = (service: ServiceName) => (faults.get(service) ?? []).filter(({ until }) => Date.parse(until) > Date.now());

  function stuck(): StuckOrders {
    const items = world.newestFirst()
      .filter(({ status, updatedAt }) => (status === 'placed' || status === 'awaiting_payment') && Date.parse(updatedAt) < Date.now() - STUCK_AFTER_S * 1000)
      .map(({ id, status, updatedAt }) => ({ orderId: id, status, waitsFor: status === 'placed' ? 'stock' as const : 'payment' as const, since: updatedAt, deadlineAt: status === 'placed' ? null : ago(-600) }));
    return { items: items.slice(0, 100), stuckAfterS: STUCK_AFTER_S };
  }

  return (ask: FakeAsk): Response | undefined => {
    const { service, method, path, query } = ask;
    const mine = letters.letters.get(service) ?? [];
    const parked = letters.parked;
    const [, first, second, third, fourth] = path.split('/');
    if (faultsOf(service).some(({ kind }) => kind === 'stop')) return problem(503, 'unavailable', `${service} does not answer: fetch failed.`);
    if (service === 'order' && path === '/orders/stuck') return Response.json(stuck());
    if (first === 'ops') {
      switch (second) {
        case 'counts': {
          const count = (of: string) => mine.filter(({ status }) => status === of).length;
          const counts: OpsCounts = { parkedKeys: parked.get(service)?.length ?? 0, deadLetters: { dead: count('dead'), redriven: count('redriven'), discarded: count('discarded') }, unsent: 0 };
          return Response.json(counts);
        }
        case 'dead-letters': {
          if (third === undefined) return lettersPage(mine, query);
          if (third === 'groups') return Response.json(letters.groups(service, query.get('status') ?? 'dead'));
          const found = mine.find(({ id }) => id === third);
          if (found === undefined) return notFound();
          if (found.status !== 'dead') return problem(409, 'conflict', `The dead letter was ${found.status} before: there is nothing left to do.`);
          if (fourth === 'try') return Response.json(letters.outcomeOf(found));
          if (fourth === 'discard') return Response.json(letters.change(service, { ...found, status: 'discarded', resolvedAt: ago(0), resolvedBy: OPERATOR, resolution: (ask.body as { reason: string }).reason }));
          const after = letters.redrive(service, third, OPERATOR);
          return after === null ? problem(409, 'conflict', `The message still cannot be handled: ${letters.outcomeOf(found).cause ?? ''}. Mend that first, or discard it.`) : Response.json(after);
        }
        case 'parked':
          if (method === 'POST') {
            const left = (parked.get(service) ?? []).filter(({ key }) => key !== decodeURIComponent(third ?? ''));
            if (left.length === parked.get(service)?.length) return notFound();
            parked.set(service, left);
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
            const fault: Fault = { id: uuid(Date.now(), made++), kind: asked.kind, topic: 'topic' in asked ? asked.topic : null, delayMs: 'delayMs' in asked ? asked.delayMs : null, until: ago(-asked.seconds), madeBy: OPERATOR };
            faults.set(service, [...faultsOf(service), fault]);
            return Response.json(fault, { status: 201 });
          }
          if (method === 'DELETE') {
            faults.set(service, faultsOf(service).filter(({ id }) => id !== third));
            return new Response(null, { status: 204 });
          }
          return Response.json({ possible: true, items: faultsOf(service) });
        default:
          return undefined;
      }
    }
    if (service === 'inventory') return aboutStock(world, stock, first, second, query);
    if (service === 'payment') return payments(world, first, second, third, query);
    return undefined;
  };
}

function lettersPage(letters: readonly DeadLetterStatus[], query: URLSearchParams): Response {
  const filters = ['status', 'topic', 'kind', 'key'] as const;
  const meant = letters.filter((letter) => filters.every((name) => query.get(name) === null || query.get(name) === letter[name]));
  return slice(meant, query);
}

function slice(items: readonly unknown[], query: URLSearchParams): Response {
  const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit') ?? 20)];
  return page(items.slice(from, from + limit), from + limit < items.length ? String(from + limit) : null);
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

function aboutStock(world: FakeWorld, stock: ReturnType<typeof fakeStock>, first: string | undefined, second: string | undefined, query: URLSearchParams): Response | undefined {
  if (first === 'stock') {
    if (second === undefined) return slice(stock.all(), query);
    const level = stock.one(decodeURIComponent(second));
    return level === undefined ? problem(404, 'not-found', `No product has the SKU ${decodeURIComponent(second)}.`) : Response.json(level);
  }
  if (first === 'warehouses') return page(WAREHOUSES);
  if (first === 'movements') return slice(stock.ledger({ sku: query.get('sku'), orderId: query.get('orderId') }), query);
  if (first === 'reservations') {
    const order = world.orders.get(second ?? '');
    if (order === undefined || order.status === 'placed') return notFound();
    const status = order.status === 'completed' ? 'committed' : order.status === 'rejected' ? 'refused' : order.status === 'cancelled' ? 'released' : 'reserved';
    return Response.json({ orderId: order.id, status, lines: order.items.map(({ sku, quantity }) => ({ sku, warehouseId: WAREHOUSES[0]?.id, quantity })) });
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
  if (first === 'refunds') return slice(refunds.filter((refund) => query.get('status') === null || refund.status === query.get('status')), query);
  if (first !== 'payments') return undefined;
  if (second === undefined) {
    const [orderId, status] = [query.get('orderId'), query.get('status')];
    return slice(all.filter((payment) => (orderId === null || payment.orderId === orderId) && (status === null || payment.status === status)), query);
  }
  if (third === 'refunds') return page(refunds.filter(({ paymentId }) => paymentId === second));
  return Response.json(all.find(({ id }) => id === second) ?? all[0]);
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
