import { randomUUID } from 'node:crypto';
import type { PlaceOrder } from '@souk/contracts/http/order';
import { RefusedError, type ShopClient } from '../../src/shop/shop-client.ts';

/** Something a customer wants; tried again, the same each time, until the shop has answered. */
type Wish = (shop: ShopClient) => Promise<void>;

export interface PersistentCustomers {
  /** Idempotency-Key -> the order that was promised for it. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Orders they wanted. */
  asked(): number;
  /** Requests that were left without an answer. */
  silences(): number;
  /** Wishes, old ones first, one after the other until it is over. */
  shop(client: ShopClient, isOver: () => boolean): Promise<void>;
  /** Repeats what was never answered until nothing is left of it. */
  finish(client: ShopClient): Promise<void>;
}

interface Habits {
  readonly token: string;
  nextOrder(): PlaceOrder;
  /** Whether they think better of an order that was just accepted. */
  regret(): boolean;
}

/** Customers who do not take silence for an answer. */
export function persistentCustomers({ token, nextOrder, regret }: Habits): PersistentCustomers {
  const accepted = new Map<string, string>();
  let unanswered: Wish[] = [];
  let asked = 0;
  let silences = 0;

  function order(): Wish {
    const key = randomUUID();
    const body = nextOrder();
    asked += 1;
    return async (client) => {
      const { id } = await client.placeOrder(token, body, key);
      const promised = accepted.get(key) ?? id;
      if (promised !== id) throw new Error(`${key} was answered with order ${promised} and with order ${id}`);
      accepted.set(key, id);
      if (regret()) unanswered.push(cancellation(id));
    };
  }

  const cancellation =
    (id: string): Wish =>
    async (client) => {
      try {
        await client.cancel(token, id);
      } catch (error) {
        // Too late for it: an answer as good as any.
        if (!(error instanceof RefusedError && error.problem.type === 'urn:souk:problem:not-cancellable')) throw error;
      }
    };

  async function attempt(wish: Wish, client: ShopClient): Promise<void> {
    try {
      await wish(client);
    } catch (error) {
      if (!isSilence(error)) throw error;
      silences += 1;
      unanswered.push(wish);
    }
  }

  return {
    accepted,
    asked: () => asked,
    silences: () => silences,
    async shop(client, isOver) {
      while (!isOver()) await attempt(unanswered.shift() ?? order(), client);
    },
    async finish(client) {
      for (let rounds = 0; unanswered.length > 0; rounds += 1) {
        if (rounds === 20) throw new Error(`${unanswered.length} requests are never answered`);
        const again = unanswered;
        unanswered = [];
        await Promise.all(again.map((wish) => attempt(wish, client)));
      }
    },
  };
}

/** No answer, or "not now": the caller knows as little as before. */
function isSilence(error: unknown): boolean {
  if (!(error instanceof RefusedError)) return isNetworkError(error);
  const { status, type } = error.problem;
  return status === 503 || status === 429 || type === 'urn:souk:problem:request-in-progress';
}

function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    error.name === 'TimeoutError' ||
    ['ConnectionRefused', 'ConnectionClosed', 'ConnectionReset', 'ECONNRESET', 'ECONNREFUSED'].includes(code)
  );
}
