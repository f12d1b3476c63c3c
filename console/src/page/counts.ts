import { effect, signal } from '@preact/signals';
import type { OpsCounts } from '@souk/contracts/http/ops';
import type { OrderCounts, OrderSummary } from '@souk/contracts/http/order';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { askService } from './api.ts';
import type { Counted } from './counts-sentence.ts';
import { committed, frozen, gaps, session } from './live.ts';
import { reading } from './orders.ts';

/** Orders move often, what is given up seldom; milliseconds. */
const ORDERS_EVERY_MS = 2000;
const OPS_EVERY_MS = 5000;
/** Of more than a page, of which only the page is counted: it seldom becomes less. */
const SHIPPING_EVERY_MS = 15_000;
/** Events of Order after which another number of parcels waits. */
const MOVES_PARCELS: readonly string[] = ['order.completed', 'order.shipped', 'order.cancelled'];
/** A step of an order is seldom alone. Milliseconds. */
const SOON_MS = 250;
const COUNTED_AT_MOST = 100;

/** null: not read yet. */
export const counted = signal<Counted | null>(null);

const opsCounts = new Map<ServiceName, OpsCounts>();
let orderCounts: OrderCounts | null = null;
let toShip: Counted['toShip'] = null;
let areOrdersOld = true;
let isShippingOld = true;
let readOrdersAt = Number.NEGATIVE_INFINITY;

/** Reads the counts now and then, and those of orders soon after something was committed. */
export function followCounts(): void {
  committed.subscribe((entries) => {
    areOrdersOld = true;
    isShippingOld ||= entries.some(({ service, name }) => service === 'order' && MOVES_PARCELS.includes(name));
    // The first step after a calm is counted at once: a sentence that lags behind the list beside it is not believed.
    if (performance.now() - readOrdersAt >= ORDERS_EVERY_MS) {
      readOrdersAt = performance.now();
      setTimeout(() => void readMoved(), SOON_MS);
    }
  });
  gaps.subscribe(() => { [areOrdersOld, isShippingOld] = [true, true]; });
  readOnceListed();
  every(ORDERS_EVERY_MS, async () => {
    if (areOrdersOld) await readOrders();
    if (isShippingOld && toShip?.more !== true) await readShipping();
  });
  every(OPS_EVERY_MS, readOps);
  every(SHIPPING_EVERY_MS, async () => { if (isShippingOld) await readShipping(); });
}

async function readMoved(): Promise<void> {
  if (frozen.peek() || document.hidden) return;
  await Promise.all([readOrders(), isShippingOld ? readShipping() : null]);
}

/** Somebody who signs in waits for the orders: seven questions beside theirs would hold them up. */
function readOnceListed(): void {
  let wasRead = false;
  effect(() => {
    if (!session.value) wasRead = false;
    else if (!wasRead && reading.value !== 'first') {
      wasRead = true;
      setTimeout(() => void readAll());
    }
  });
}

/** Reads all counts now: somebody has just changed what they count. */
export async function readAll(): Promise<void> {
  await Promise.all([readOrders(), readOps(), readShipping()]);
}

function every(ms: number, read: () => Promise<void>): void {
  let isRunning = false;
  setInterval(() => {
    if (isRunning || document.hidden || frozen.peek() || !session.peek()) return;
    isRunning = true;
    void read().finally(() => { isRunning = false; });
  }, ms);
}

async function readOrders(): Promise<void> {
  areOrdersOld = false;
  readOrdersAt = performance.now();
  const answer = await askService<OrderCounts>('order', '/orders/counts');
  if (answer.ok) orderCounts = answer.value;
  show();
}

async function readOps(): Promise<void> {
  await Promise.all(SERVICES.map(async (service) => {
    const answer = await askService<OpsCounts>(service, '/ops/counts');
    if (answer.ok) opsCounts.set(service, answer.value);
  }));
  // An order becomes stuck without any event.
  areOrdersOld = true;
  show();
}

async function readShipping(): Promise<void> {
  isShippingOld = false;
  const query = { waitsFor: 'shipping', limit: COUNTED_AT_MOST };
  const answer = await askService<{ items: OrderSummary[]; nextCursor: string | null }>('order', '/orders', { query });
  if (answer.ok) toShip = { count: answer.value.items.length, more: answer.value.nextCursor !== null };
  show();
}

function show(): void {
  if (frozen.peek()) return;
  const all = [...opsCounts.values()];
  const sum = (of: (counts: OpsCounts) => number) => all.reduce((total, counts) => total + of(counts), 0);
  const [deadLetters, parkedKeys] = [sum((counts) => counts.deadLetters.dead), sum((counts) => counts.parkedKeys)];
  const next: Counted = { deadLetters, parkedKeys, orders: orderCounts, toShip };
  if (JSON.stringify(next) !== JSON.stringify(counted.peek())) counted.value = next;
}
