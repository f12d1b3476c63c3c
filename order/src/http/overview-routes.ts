import { router } from '@souk/chassis/web/app/router';
import { OrderCounts, StuckOrders } from '@souk/contracts/http/order';
import type { OrderTally } from '../jobs/count-orders.ts';
import type { OrderReads, StuckOrder } from '../storage/order-store.ts';

/**
 * An order that has waited for another service for so long is stuck. An order is only accepted if its turn comes within `ADMISSION_TARGET_MS` (2 s), and
 * a gateway takes a few seconds, so ten are more than any line explains; and of the thirty until the first deadline twenty are left to do something.
 */
const STUCK_AFTER_S = 10;
/** Open orders counted as stuck. */
const COUNTED = 1000;
/** Stuck orders told of. */
const TOLD = 100;
/** A crowd of pages that asks within this time is given one answer. */
const SHARED_MS = 1000;

interface OverviewDeps {
  readonly tally: Pick<OrderTally, 'counts'>;
  readonly reads: Pick<OrderReads, 'openFor' | 'notGivenBackFor'>;
}

/** Routes for staff that say how things stand over all orders. */
export function overviewRoutes({ tally, reads }: OverviewDeps) {
  const counts = shared(() => tally.counts());
  const open = shared(() => reads.openFor(STUCK_AFTER_S * 1000));
  const notGivenBack = shared(() => reads.notGivenBackFor(STUCK_AFTER_S * 1000));
  return router()
    .get(
      '/orders/counts',
      async () => {
        const [byStatus, stuck] = await Promise.all([counts(), open()]);
        return { ...byStatus, stuck: Math.min(stuck.length, COUNTED), stuckAfterS: STUCK_AFTER_S };
      },
      {
        role: 'staff',
        response: { 200: OrderCounts },
        detail: { summary: 'How many orders there are in each status, and how many are stuck', description: COUNTS },
      },
    )
    .get(
      '/orders/stuck',
      async () => {
        const found = (await Promise.all([open(), notGivenBack()])).flat();
        const longest = found.toSorted((a, b) => a.since - b.since).slice(0, TOLD);
        return { items: longest.map(stuckDocument), stuckAfterS: STUCK_AFTER_S };
      },
      {
        role: 'staff',
        response: { 200: StuckOrders },
        detail: { summary: 'Orders that have waited too long for another service, longest waiting first', description: STUCK },
      },
    );
}

const COUNTS = `An answer is up to a second old; where many orders end, or one of a while ago is still open, the numbers of ended ones are up to a minute old. A completed
order that is cancelled minutes after all older orders have ended stays in \`completed\`. \`stuck\`: open orders that have waited for \`stuckAfterS\` seconds or longer, up to 1,000.`;

const STUCK = `Open orders, and cancelled ones whose stock or money has not come back: of these, 100 of the newest 1,000. \`since\`: when Inventory or Payment was asked for
what is missing. \`deadlineAt\`: the earliest time at which an open order is given up; nobody gives up a cancelled one. An order that waits for both stock
and money is listed twice.`;

function stuckDocument({ id, status, waitsFor, since, deadlineAt }: StuckOrder): StuckOrders['items'][number] {
  return { orderId: id, status, waitsFor, since: utc(since), deadlineAt: deadlineAt === null ? null : utc(deadlineAt) };
}

function utc(at: number): string {
  return new Date(at).toISOString();
}

/** One read for all who ask while it runs and within `SHARED_MS` of its begin. A read that failed is made again for the next one who asks. */
function shared<T>(read: () => Promise<T>): () => Promise<T> {
  let latest: Promise<T> | undefined;
  let freshUntil = 0;
  async function asked(): Promise<T> {
    freshUntil = Infinity;
    const begunAt = performance.now();
    try {
      const answer = await read();
      freshUntil = begunAt + SHARED_MS;
      return answer;
    } catch (error) {
      freshUntil = 0;
      throw error;
    }
  }
  return () => {
    if (latest === undefined || performance.now() >= freshUntil) latest = asked();
    return latest;
  };
}
