import type { Connections, Told } from './connections.ts';
import { idIn, postText, type Work } from './order-request.ts';
import type { Outcomes, Unknown } from './outcomes.ts';
import { retryAfterOf } from './retry-after.ts';

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
        const told = await sent(lines, postText({ path, host, token: made.token, key: order.key, body: made.body }));
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

function sent(lines: Connections, request: string): Promise<Told> {
  return new Promise((resolve) => lines.send(request, resolve));
}
