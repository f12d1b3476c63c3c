import { retryAfterOf } from './answer-reader.ts';
import type { Connections, Told } from './connections.ts';
import { latencies, type Latencies, type Percentiles } from './latencies.ts';
import { idIn, type OrderKind, postText, type Work } from './order-request.ts';

/** One order that was accepted. */
export interface Accepted {
  /** Due time, epoch milliseconds. */
  readonly dueAt: number;
  readonly kind: OrderKind;
}

/** An order whose sender does not know whether it was carried out. */
interface Unknown {
  readonly key: string;
  readonly n: number;
  readonly dueAt: number;
  readonly kind: OrderKind;
  readonly why: string;
}

export interface Refusals {
  readonly count: number;
  readonly ms: Percentiles;
  /** The least and the most seconds of Retry-After; undefined if there was none. */
  readonly retryAfterS: { readonly least: number; readonly most: number } | undefined;
}

/** One second of a run; orders count in the second in which they were due. */
export interface SecondOfLoad {
  sent: number;
  accepted: number;
  refused: number;
  unknown: number;
  /** Milliseconds until each accepted order was answered. */
  readonly answerMs: number[];
}

/** Each order of a run has exactly one outcome: accepted, refused by a status or a reason, or unknown. */
export interface Outcomes {
  sent(dueAt: number): void;
  accepted(id: string, order: Accepted, answerMs: number): void;
  refused(why: string, dueAt: number): void;
  /** Counts an answer that refuses; its order may be retried, and then gets its outcome from the retry. */
  refusal(why: string, answerMs: number, retryAfterS: number | undefined): void;
  unknown(order: Unknown): void;
  /** Replaces an unknown outcome by the known one. */
  settled(order: Unknown, as: { readonly id: string } | { readonly refused: string }): void;
  read(): Outcome;
}

export interface Outcome {
  readonly sent: number;
  readonly accepted: ReadonlyMap<string, Accepted>;
  /** From an accepted order's due time to its answer. */
  readonly answers: Percentiles;
  /** Refused orders by their final status, or by `no connection`, `no sign-in`, `not carried out`. */
  readonly refused: ReadonlyMap<string, number>;
  /** Answers that refuse, by status: if callers retry, there are more of them than refused orders. */
  readonly refusals: ReadonlyMap<string, Refusals>;
  /** From an order's due time to the answer that refuses it, over all statuses. */
  readonly refusalMs: Percentiles;
  readonly unknown: readonly Unknown[];
  /** Orders without an answer, by cause; their outcome was asked for afterwards. */
  readonly unanswered: ReadonlyMap<string, number>;
  readonly seconds: readonly SecondOfLoad[];
}

interface Refused {
  count: number;
  readonly ms: Latencies;
  least: number;
  most: number;
}

export function outcomes(startAt: number): Outcomes {
  const accepted = new Map<string, Accepted>();
  const refused = new Map<string, number>();
  const refusals = new Map<string, Refused>();
  const unknown = new Set<Unknown>();
  const unanswered = new Map<string, number>();
  const answers = latencies();
  const refusalMs = latencies();
  const seconds: SecondOfLoad[] = [];
  let sent = 0;

  function secondOf(dueAt: number): SecondOfLoad {
    const at = Math.max(0, Math.floor((dueAt - startAt) / 1000));
    while (seconds.length <= at) seconds.push({ sent: 0, accepted: 0, refused: 0, unknown: 0, answerMs: [] });
    return seconds[at] ?? { sent: 0, accepted: 0, refused: 0, unknown: 0, answerMs: [] };
  }

  function refuse(why: string, dueAt: number): void {
    refused.set(why, (refused.get(why) ?? 0) + 1);
    secondOf(dueAt).refused += 1;
  }

  return {
    sent(dueAt) {
      sent += 1;
      secondOf(dueAt).sent += 1;
    },
    accepted(id, order, answerMs) {
      accepted.set(id, order);
      answers.record(answerMs);
      const second = secondOf(order.dueAt);
      second.accepted += 1;
      second.answerMs.push(answerMs);
    },
    refused: refuse,
    refusal(why, answerMs, retryAfterS) {
      const one = refusals.get(why) ?? { count: 0, ms: latencies(), least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };
      refusals.set(why, one);
      one.count += 1;
      one.ms.record(answerMs);
      refusalMs.record(answerMs);
      if (retryAfterS === undefined) return;
      one.least = Math.min(one.least, retryAfterS);
      one.most = Math.max(one.most, retryAfterS);
    },
    unknown(order) {
      unknown.add(order);
      unanswered.set(order.why, (unanswered.get(order.why) ?? 0) + 1);
      secondOf(order.dueAt).unknown += 1;
    },
    settled(order, as) {
      unknown.delete(order);
      secondOf(order.dueAt).unknown -= 1;
      if ('refused' in as) return refuse(as.refused, order.dueAt);
      // Its answer never came, so it is in no percentile of answers; the log tells when it was completed.
      accepted.set(as.id, { dueAt: order.dueAt, kind: order.kind });
      secondOf(order.dueAt).accepted += 1;
    },
    read: () => ({
      sent,
      accepted,
      answers: answers.percentiles(),
      refused,
      refusals: new Map([...refusals].map(([why, one]) => [why, refusalsOf(one)])),
      refusalMs: refusalMs.percentiles(),
      unknown: [...unknown],
      unanswered,
      seconds,
    }),
  };
}

function refusalsOf({ count, ms, least, most }: Refused): Refusals {
  return { count, ms: ms.percentiles(), retryAfterS: least > most ? undefined : { least, most } };
}

interface Settling {
  readonly lines: Connections;
  readonly work: Work;
  readonly orders: readonly Unknown[];
  readonly counted: Pick<Outcomes, 'settled'>;
  readonly signal?: AbortSignal;
}

const AT_ONCE = 50;
const LIMIT_MS = 120_000;
const PAUSE_MS = 500;

/**
 * Sends each order of unknown outcome again under its idempotency key: a replayed answer shows that it was carried out the first
 * time. Otherwise this places it, which cannot be avoided: it counts as `not carried out`, and its id is returned, because it is
 * promised now. Orders still undecided after two minutes stay unknown.
 */
export async function settleUnknown({ lines, work, orders, counted, signal }: Settling): Promise<readonly string[]> {
  const { host, pathname: path } = new URL(work.orderUrls[0] ?? '');
  const limit = performance.now() + LIMIT_MS;
  const placed: string[] = [];
  const waiting = [...orders];

  const isOver = () => performance.now() > limit || signal?.aborted === true;

  async function settle(order: Unknown): Promise<void> {
    while (!isOver()) {
      const made = await Promise.resolve(work.order(order.n)).catch(() => undefined);
      if (made !== undefined) {
        const told = await answerTo(lines, postText({ path, host, token: made.token, key: order.key, body: made.body }));
        if (told.kind === 'answered' && isFinal(told.answer.status)) return decide(order, told);
        await Bun.sleep(told.kind === 'answered' ? Math.max(PAUSE_MS, (retryAfterOf(told.answer) ?? 0) * 1000) : PAUSE_MS);
      } else {
        await Bun.sleep(PAUSE_MS);
      }
    }
  }

  function decide(order: Unknown, { answer }: Told & { kind: 'answered' }): void {
    const id = answer.status === 202 ? idIn(answer.body) : undefined;
    if (id === undefined) return counted.settled(order, { refused: String(answer.status) });
    if (answer.header('idempotency-replayed') === 'true') return counted.settled(order, { id });
    placed.push(id);
    counted.settled(order, { refused: 'not carried out' });
  }

  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, waiting.length) }, async () => {
      for (let order = waiting.pop(); order !== undefined; order = waiting.pop()) await settle(order);
    }),
  );
  return placed;
}

/** True unless the answer asks to retry, refuses the token, or says that another request is handling the order. */
function isFinal(status: number): boolean {
  return status !== 503 && status !== 429 && status !== 409 && status !== 401;
}

function answerTo(lines: Connections, request: string): Promise<Told> {
  return new Promise((resolve) => lines.send(request, resolve));
}
