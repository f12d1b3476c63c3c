import { until } from '@souk/chassis/testing/until';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { ERASURE_RULES } from '../../src/verify/erasure-rules.ts';
import { readDatabases, readSnapshot } from '../../src/verify/read-snapshot.ts';
import { violationsOf } from '../../src/verify/rule.ts';
import { RULES } from '../../src/verify/rules.ts';
import type { ShopRecords } from '../../src/verify/shop-records.ts';
import type { Snapshot } from '../../src/verify/snapshot.ts';

type Facts = Omit<Snapshot, 'logged'>;
type Counts = Readonly<Record<string, number>>;

/** Above the 30 s after which a charge that a gateway never heard of is believed lost. */
const LIMIT_MS = 90_000;

/** Waits until nothing moves in a running shop any more: every order has ended and nobody owes anybody anything. */
export async function shopRests(records: ShopRecords, limitMs = LIMIT_MS): Promise<Snapshot> {
  let left: Counts = {};
  const isQuiet = (counts: Counts) => {
    left = counts;
    return Object.values(counts).every((count) => count === 0);
  };

  async function look(): Promise<Snapshot | undefined> {
    const before = await readDatabases(records);
    if (!isQuiet(stillMoving(before))) return undefined;
    const messages = await records.logged(TOPIC_NAMES);
    const logged = new Set(messages.flatMap(({ headers }) => headers.ce_id ?? []));
    // The databases are read one after the other, and something may have moved from one to the next: look twice.
    const facts = await readDatabases(records);
    return isQuiet({ ...stillMoving(facts), ...unsent(facts, logged) }) ? { ...facts, logged } : undefined;
  }

  try {
    return await until('the shop comes to rest', look, limitMs);
  } catch (cause) {
    throw new Error(`the shop is not at rest: ${JSON.stringify(left)}`, { cause });
  }
}

/** What a stopped shop breaks, in words. */
export async function broken(records: ShopRecords): Promise<readonly string[]> {
  return violationsOf(RULES, await readSnapshot(records)).map(({ promise, what }) => `${promise}: ${what}`);
}

function stillMoving(facts: Facts): Counts {
  const { orders, payments, refunds, services, unhandled } = facts;
  return {
    notErased: violationsOf(ERASURE_RULES, { ...facts, logged: new Set() }).length,
    openOrders: orders.filter(({ status }) => status === 'placed' || status === 'awaiting_payment').length,
    openPayments: payments.filter(({ status }) => status === 'pending').length,
    openRefunds: refunds.filter(({ status }) => status === 'pending').length,
    unhandledMessages: unhandled,
    parkedMessages: services.reduce((sum, { parked }) => sum + parked, 0),
  };
}

/** What was committed after the log was read counts as well: then something still moves. */
function unsent({ services }: Facts, logged: ReadonlySet<string>): Counts {
  const events = services.flatMap((service) => service.events);
  return { unsentEvents: events.filter(({ id, published }) => published && !logged.has(id)).length };
}
