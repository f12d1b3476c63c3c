import { shopClient } from '../../../shop/shop-client.ts';
import type { BenchShop } from '../shop/bench-shop.ts';
import { keptSession } from './tokens.ts';
import { makePlainCatalogue, plainOrder } from './plain-orders.ts';

export interface Load {
  readonly orderUrl: string;
  /** The access token for the nth order; customers order in turn. */
  tokenOf(n: number): Promise<string>;
  /** The body of the nth order. */
  bodyOf(n: number): string;
}

/** Creates a few products with more than enough stock, and customers with a card that works, for callers that send orders in their own way. */
export async function prepareLoad({ urls, accounts }: Pick<BenchShop, 'urls' | 'accounts'>, customers = 10): Promise<Load> {
  const shop = shopClient(urls);
  await makePlainCatalogue({ urls, accounts });
  const buyers = await Promise.all(
    Array.from({ length: customers }, async (_, i) => {
      const email = `bench-${i}@souk.example`;
      await shop.register(email, 'bench-password', 'Bench');
      const session = keptSession(() => shop.signIn(email, 'bench-password'));
      return { session, methodId: (await shop.addPaymentMethod(await session(), 'tok_ok')).id };
    }),
  );
  return {
    orderUrl: `${urls.order}/orders`,
    tokenOf: async (n) => buyers[n % buyers.length]?.session() ?? '',
    bodyOf: (n) => JSON.stringify(plainOrder(n, buyers[n % buyers.length]?.methodId ?? '')),
  };
}
