import { shopClient } from '../../../shop/shop-client.ts';
import type { BenchShop } from '../shop/bench-shop.ts';
import { keptSession } from './tokens.ts';

/** A customer with a card that works and one that is declined. */
export interface Buyer {
  /** A token that stays valid for a while. */
  token(): string;
  readonly methodId: string;
  readonly declinedMethodId: string;
}

interface BuyersOptions {
  /** Number of accounts that are registered and sign in with a password, which costs the shop a tenth of a second each. */
  readonly registered: number;
  /** Number of customers who only have a token, signed with the key that this shop was given. */
  readonly signed: number;
  /** True if they also need a card that is declined. */
  readonly declined: boolean;
}

/** Enough for comparisons with earlier results, which had no other buyers. */
export const REGISTERED = 10;
const PASSWORD = 'bench-password';
const AT_ONCE = 16;
/** Well before a token expires; a request may wait in a queue of the shop for a minute or two. */
const RENEW_AFTER_MS = 300_000;
const LOOK_AGAIN_MS = 250;

export async function makeBuyers(shop: Pick<BenchShop, 'urls' | 'signingKey'>, { registered, signed, declined }: BuyersOptions): Promise<readonly Buyer[]> {
  const client = shopClient(shop.urls);
  const method = async (token: string, card: string) => (await client.addPaymentMethod(token, card)).id;
  const withCards = async (token: () => string): Promise<Buyer> => ({
    token,
    methodId: await method(token(), 'tok_ok'),
    declinedMethodId: declined ? await method(token(), 'tok_declined') : '',
  });
  const own = await inParallel(AT_ONCE, registered, async (i) => withCards(await registeredToken(client, `bench-${i}@souk.example`)));
  const others = await inParallel(AT_ONCE, signed, () => withCards(signedToken(shop)));
  return [...own, ...others];
}

/** Signs in again while the old token is used; never waits, because an order is sent when it is due. */
async function registeredToken(client: ReturnType<typeof shopClient>, email: string): Promise<Buyer['token']> {
  await client.register(email, PASSWORD, 'Bench');
  const session = keptSession(() => client.signIn(email, PASSWORD));
  let token = await session();
  let lookedAt = performance.now();
  const renew = async (): Promise<void> => {
    token = await session();
  };
  return () => {
    if (performance.now() - lookedAt > LOOK_AGAIN_MS) {
      lookedAt = performance.now();
      // If it fails, the old token is used until it expires, and refusals are counted.
      renew().catch(() => undefined);
    }
    return token;
  };
}

function signedToken({ signingKey }: Pick<BenchShop, 'signingKey'>): Buyer['token'] {
  const [userId, sessionId] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()];
  let token = '';
  let renewAt = 0;
  return () => {
    if (performance.now() >= renewAt) {
      token = signingKey.tokenFor(userId, sessionId);
      renewAt = performance.now() + RENEW_AFTER_MS;
    }
    return token;
  };
}

/** Runs `count` pieces of work, `atOnce` of them at a time, and returns their results in order. */
export async function inParallel<T>(atOnce: number, count: number, run: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      for (let i = next++; i < count; i = next++) results[i] = await run(i);
    }),
  );
  return results;
}
