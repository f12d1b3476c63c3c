import { readEmbeddedShop } from '../../src/verify/read-embedded-shop.ts';
import { violationsOf } from '../../src/verify/rule.ts';
import { RULES } from '../../src/verify/rules.ts';
import type { Snapshot } from '../../src/verify/snapshot.ts';
import { until } from '@souk/chassis/testing/until';

/** Above the 30 s after which a charge that a gateway never heard of is believed lost. */
const LIMIT_MS = 90_000;

/** Waits until nothing moves in a running shop any more: every order has ended and nobody owes anybody anything. */
export async function shopRests(folder: string, limitMs = LIMIT_MS): Promise<Snapshot> {
  let left: Readonly<Record<string, number>> = {};
  try {
    return await until(
      'the shop comes to rest',
      () => {
        const snapshot = readEmbeddedShop(folder);
        left = stillMoving(snapshot);
        return Object.values(left).every((count) => count === 0) ? snapshot : undefined;
      },
      limitMs,
    );
  } catch (cause) {
    throw new Error(`the shop is not at rest: ${JSON.stringify(left)}`, { cause });
  }
}

/** What a stopped shop breaks, in words. */
export function broken(folder: string): readonly string[] {
  return violationsOf(RULES, readEmbeddedShop(folder)).map(({ promise, what }) => `${promise}: ${what}`);
}

function stillMoving({ orders, payments, refunds, services, logged, unhandled }: Snapshot) {
  const events = services.flatMap((service) => service.events);
  return {
    openOrders: orders.filter(({ status }) => status === 'placed' || status === 'awaiting_payment').length,
    openPayments: payments.filter(({ status }) => status === 'pending').length,
    openRefunds: refunds.filter(({ status }) => status === 'pending').length,
    unsentEvents: events.filter(({ id, published }) => published && !logged.has(id)).length,
    unhandledMessages: unhandled,
    parkedMessages: services.reduce((sum, { parked }) => sum + parked, 0),
  };
}
