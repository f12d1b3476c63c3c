import type { DemoKind } from '@souk/console/demo';
import type { DemoPlacing, PlaceDemoOrder } from '@souk/console/server/demo-routes';
import { cardFor } from '../cards.ts';
import { seedShop } from '../seed-shop.ts';
import { RefusedError, type ShopClient } from '../shop-client.ts';
import { adminToken, customerToken } from '../sign-in.ts';
import { orderOf, STORIES, type Story } from '../stories.ts';
import type { Accounts } from './accounts.ts';

const STORY: Readonly<Record<DemoKind, Story['name']>> = { completes: 'completed', out_of_stock: 'out_of_stock', declined: 'declined' };

/** Access tokens live for 5 minutes. */
const SIGNED_IN_MS = 4 * 60_000;

/** Places orders like those of the stories, one after the other; fills the shop when its goods are missing or sold. */
export function demoOrders(shop: ShopClient, { admin, customer }: Accounts): PlaceDemoOrder {
  let signedIn: { readonly token: string; readonly at: number } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** By gateway token: an order can be placed while Payment is stopped on purpose. */
  const cards = new Map<string, string>();

  async function customersToken(): Promise<string> {
    if (signedIn !== undefined && performance.now() - signedIn.at < SIGNED_IN_MS) return signedIn.token;
    const at = performance.now();
    const token = await customerToken(shop, await adminToken(shop, admin, undefined), customer);
    signedIn = { token, at };
    return token;
  }

  async function place(kind: DemoKind): Promise<DemoPlacing> {
    const story = STORIES.find(({ name }) => name === STORY[kind]);
    if (story === undefined) throw new Error(`there is no story ${STORY[kind]}`);
    try {
      const token = await customersToken();
      if (!(await hasGoods(shop, story))) await seedShop(shop, await adminToken(shop, admin, undefined));
      const card = cards.get(story.gatewayToken) ?? (await cardFor(shop, token, story.gatewayToken));
      cards.set(story.gatewayToken, card);
      const { id } = await shop.placeOrder(token, orderOf(story, card), crypto.randomUUID());
      return { kind: 'placed', orderId: id };
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      // The customer may have been deleted, or signed out everywhere: the next order signs in again.
      signedIn = undefined;
      cards.clear();
      return { kind: 'refused', because: error.problem.detail };
    }
  }

  return (kind) => {
    const placing = last.then(() => place(kind));
    last = placing.catch(() => undefined);
    return placing;
  };
}

/** False when an item is unknown, or there is less of it than the story takes. While Inventory does not answer, the goods count as there: the order waits for it. */
async function hasGoods(shop: ShopClient, { items, ends }: Story): Promise<boolean> {
  for (const { sku, quantity } of items) {
    try {
      const { available } = await shop.stock(sku);
      if (available < (ends.reason === 'out_of_stock' ? 1 : quantity)) return false;
    } catch (error) {
      if (!(error instanceof RefusedError) || error.problem.status >= 500) return true;
      if (error.problem.status === 404) return false;
      throw error;
    }
  }
  return true;
}
