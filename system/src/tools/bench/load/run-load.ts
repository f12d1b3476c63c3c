import { retryAfterOf } from './answer-reader.ts';
import { connections, type Connections, inTurn, type Told } from './connections.ts';
import { idIn, type OrderRequest, postText, type Work } from './order-request.ts';
import { type Outcome, outcomes, type Outcomes, settleUnknown } from './outcomes.ts';
import { type Arrivals, arrivalTimes, seeded } from './random.ts';

export interface LoadOptions extends Work {
  /** Orders per second, whatever the shop does. */
  readonly rate: number;
  readonly seconds: number;
  readonly arrivals?: Arrivals;
  readonly seed?: number;
  /** Callers refused with a Retry-After retry after that time, at most four times and as long as the run lasts. */
  readonly retry?: boolean;
  readonly bound?: number;
  readonly answerLimitMs?: number;
  /** Called when the last order is due, before waiting for its answer. */
  readonly whenSent?: () => Promise<void>;
  /** Orders without an answer are asked for when this resolves, so that asking adds no load to what is measured; at once without it. */
  readonly settleWhen?: Promise<void>;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
}

export interface LoadResult extends Outcome {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Duration of sending: the window of the run. */
  readonly elapsedMs: number;
  /** User and system time of this process while it sent. */
  readonly generatorCpuMs: number;
  /** Requests sent: orders, and callers' requests after them. */
  readonly requests: number;
  /** The most connections open at one time. */
  readonly connections: number;
  /** Orders that waited for a connection because the bound was reached. */
  readonly heldBack: number;
  readonly followUps: FollowUpCounts;
  /** Orders that were placed only by asking for their outcome: promised, but in no figure. */
  readonly placedLate: readonly string[];
}

const TICK_MS = 2;
const TRIES = 5;
/** Time that requests under way still get after a signal. */
const CUT_SHORT_MS = 5000;

interface Placing {
  readonly n: number;
  readonly key: string;
  readonly dueAt: number;
  readonly order: OrderRequest;
  tries: number;
}

/**
 * Open loop: every order goes out at its due time, whether or not the ones before it were answered; latency counts from that
 * time, so a shop that stalls cannot hide it. Nothing that was sent is cut off: an order without an answer is sent again under
 * its key in the end, so that it is known as accepted or refused.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { orderUrls, rate, seconds, arrivals = 'even', seed = 1, signal } = options;
  const open = (url: string) => connections({
    url,
    ...(options.bound !== undefined && { bound: options.bound }),
    ...(options.answerLimitMs !== undefined && { answerLimitMs: options.answerLimitMs }),
  });
  const lines = inTurn(orderUrls.map(open));
  const startedAt = now();
  const counted = outcomes(startedAt);
  const run = crypto.randomUUID();
  const place = placing(options, lines, counted, run);
  const cpu = process.cpuUsage();
  const nextDue = arrivalTimes(arrivals, rate, seeded(seed));
  const windowMs = seconds * 1000;
  const isStopped = () => signal?.aborted === true;
  try {
    let dueAt = nextDue();
    // The tolerance keeps the number of even arrivals exact despite rounding in sums of fractions.
    for (let n = 0; dueAt < windowMs - 1e-6 && !isStopped(); ) {
      for (const at = now() - startedAt; dueAt <= at && dueAt < windowMs - 1e-6; n += 1, dueAt = nextDue()) place.order(n, startedAt + dueAt);
      await Bun.sleep(TICK_MS);
    }
    if (!isStopped()) await Bun.sleep(Math.max(0, startedAt + windowMs - now()));
    const elapsedMs = now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    place.noMoreRetries();
    await options.whenSent?.();
    await place.allTold(isStopped);
    if (!isStopped()) await options.settleWhen;
    const placedLate = await settleUnknown({ lines, work: options, orders: counted.read().unknown, counted, ...(signal && { signal }) });
    return {
      ...counted.read(),
      startedAt,
      elapsedMs,
      generatorCpuMs: (user + system) / 1000,
      requests: place.requests(),
      connections: lines.most,
      heldBack: lines.heldBack,
      followUps: place.followUps(),
      placedLate,
    };
  } finally {
    lines.close();
  }
}

function placing({ orderUrls, order: orderOf, retry = false }: LoadOptions, lines: Connections, counted: Outcomes, run: string) {
  const { host, pathname: path } = new URL(orderUrls[0] ?? '');
  const afterwards = followUps({ lines, host, path });
  let open = 0;
  let requests = 0;
  let mayRetry = retry;

  function send(one: Placing): void {
    requests += 1;
    const { order, key } = one;
    const token = order.freshToken?.() ?? order.token;
    lines.send(postText({ path, host, token, key, body: order.body }), (told) => tell(one, told));
  }

  const isWaiting = () => open > 0 || afterwards.open() > 0;

  function end(): void {
    open -= 1;
  }

  function tell(one: Placing, told: Told): void {
    const { n, key, dueAt, order } = one;
    const kind = order.kind ?? 'good';
    if (told.kind === 'unsent') {
      counted.refused('no connection', dueAt);
      return end();
    }
    if (told.kind === 'unanswered') {
      counted.unknown({ n, key, dueAt, kind, why: told.why });
      return end();
    }
    const { answer } = told;
    const ms = now() - dueAt;
    const id = answer.status === 202 ? idIn(answer.body) : undefined;
    if (id !== undefined) {
      counted.accepted(id, { dueAt, kind }, ms);
      afterwards.accepted(id, key, order);
      return end();
    }
    const retryAfterS = retryAfterOf(answer);
    counted.refusal(String(answer.status), ms, retryAfterS);
    if (mayRetry && retryAfterS !== undefined && (one.tries += 1) < TRIES) {
      setTimeout(() => (mayRetry ? send(one) : refuse(one, String(answer.status))), retryAfterS * 1000);
      return;
    }
    refuse(one, String(answer.status));
  }

  function refuse({ dueAt }: Placing, why: string): void {
    counted.refused(why, dueAt);
    end();
  }

  function begin(n: number, dueAt: number, order: OrderRequest): void {
    send({ n, key: `${run}-${n}`, dueAt, order, tries: 0 });
  }

  return {
    order(n: number, dueAt: number): void {
      open += 1;
      counted.sent(dueAt);
      const order = orderOf(n);
      if (!(order instanceof Promise)) return begin(n, dueAt, order);
      order.then(
        (made) => begin(n, dueAt, made),
        () => {
          counted.refused('no sign-in', dueAt);
          end();
        },
      );
    },
    noMoreRetries() {
      mayRetry = false;
    },
    /** Waits for all outcomes. Each request has a time limit of its own, and pending retries end as refused. */
    async allTold(isStopped: () => boolean): Promise<void> {
      for (let cutAt: number | undefined; isWaiting(); ) {
        if (isStopped()) cutAt ??= performance.now() + CUT_SHORT_MS;
        if (cutAt !== undefined && performance.now() > cutAt) return;
        await Bun.sleep(TICK_MS);
      }
    },
    requests: () => requests + afterwards.counts().requests,
    followUps: afterwards.counts,
  };
}

/** Epoch milliseconds with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Callers' requests after their orders were accepted, counted by answer. */
interface FollowUpCounts {
  readonly requests: number;
  /** Cancellations by their status. */
  readonly cancellations: ReadonlyMap<string, number>;
  /** Orders that were sent again under their idempotency key: `same order` is correct, `another order` is a broken promise. */
  readonly repeats: ReadonlyMap<string, number>;
}

const CANCEL_WITHIN_MS = 1000;

interface FollowUpDeps {
  readonly lines: Connections;
  readonly host: string;
  readonly path: string;
}

/** Customers who cancel within a second, and clients that send the same order twice. */
function followUps({ lines, host, path }: FollowUpDeps) {
  const cancellations = new Map<string, number>();
  const repeats = new Map<string, number>();
  let requests = 0;
  let open = 0;

  function ask(request: string, told: (told: Told) => void): void {
    requests += 1;
    lines.send(request, (result) => {
      open -= 1;
      told(result);
    });
  }

  function cancel(id: string, order: OrderRequest): void {
    const token = order.freshToken?.() ?? order.token;
    ask(postText({ path: `${path}/${id}/cancellation`, host, token }), (told) => count(cancellations, statusOf(told)));
  }

  function repeat(id: string, key: string, { token, body }: OrderRequest): void {
    ask(postText({ path, host, token, key, body }), (told) => {
      if (told.kind !== 'answered' || told.answer.status !== 202) return count(repeats, statusOf(told));
      count(repeats, idIn(told.answer.body) === id ? 'same order' : 'another order');
    });
  }

  return {
    accepted(id: string, key: string, order: OrderRequest): void {
      if (order.kind === 'cancelled') {
        open += 1;
        setTimeout(() => cancel(id, order), waitOf(key));
      }
      if (order.kind === 'repeated') {
        open += 1;
        repeat(id, key, order);
      }
    },
    open: () => open,
    counts: (): FollowUpCounts => ({ requests, cancellations, repeats }),
  };
}

/** Milliseconds before a cancellation: different for each order, and the same for the same key. */
function waitOf(key: string): number {
  return (Bun.hash.crc32(key) / 2 ** 32) * CANCEL_WITHIN_MS;
}

function statusOf(told: Told): string {
  return told.kind === 'answered' ? String(told.answer.status) : told.why;
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
