import { until } from '@souk/chassis/testing/until';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { PEOPLE_RULES } from '../../src/verify/people-rules.ts';
import { openFactStore } from '../../src/verify/fact-store.ts';
import { readDatabases } from '../../src/verify/read-facts.ts';
import type { ShopRecords } from '../../src/verify/shop-records.ts';
import { messagesOf } from './messages-of.ts';
import { readSnapshot, type Snapshot, snapshotOf, violationsIn } from './snapshot.ts';

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
    const before = await databasesOf(records);
    if (!isQuiet(stillMoving(before))) return undefined;
    const logged = (await messagesOf(records, TOPIC_NAMES)).flatMap(({ headers }) => (headers.ce_id ? [{ id: headers.ce_id }] : []));
    // The databases are read one after the other, and something may have moved from one to the next: look twice.
    const facts = { ...(await databasesOf(records)), logged };
    return isQuiet({ ...stillMoving(facts), ...unsent(facts) }) ? facts : undefined;
  }

  try {
    return await until('the shop comes to rest', look, limitMs);
  } catch (cause) {
    throw new Error(`the shop is not at rest: ${JSON.stringify(left)}`, { cause });
  }
}

/** What a stopped shop breaks, in words. */
export async function broken(records: ShopRecords): Promise<readonly string[]> {
  return violationsIn(await readSnapshot(records)).map(({ promise, what }) => `${promise}: ${what}`);
}

async function databasesOf(records: ShopRecords): Promise<Snapshot> {
  using facts = openFactStore();
  await readDatabases(records, facts);
  return snapshotOf(facts);
}

function stillMoving(snapshot: Snapshot): Counts {
  const { orders, payments, refunds, backlogs, unhandled } = snapshot;
  return {
    notErased: violationsIn(snapshot, PEOPLE_RULES).length,
    openOrders: orders.filter(({ status }) => status === 'placed' || status === 'awaiting_payment').length,
    openPayments: payments.filter(({ status }) => status === 'pending').length,
    openRefunds: refunds.filter(({ status }) => status === 'pending').length,
    unhandledMessages: unhandled.reduce((sum, { messages }) => sum + messages, 0),
    parkedMessages: backlogs.reduce((sum, { parked }) => sum + parked, 0),
  };
}

/** What was committed after the log was read counts as well: then something still moves. */
function unsent({ events, logged }: Snapshot): Counts {
  const there = new Set(logged.map(({ id }) => id));
  return { unsentEvents: events.filter(({ id, published }) => published && !there.has(id)).length };
}
