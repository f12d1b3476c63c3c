import type { Order, PlaceOrder, TimelineEntry } from '@souk/contracts/http/order';
import type { OrderReason, OrderStatus } from '@souk/contracts/saga';
import { cardFor } from './cards.ts';
import type { ShopClient } from './shop-client.ts';

type StoryName = 'completed' | 'out_of_stock' | 'declined';

export interface Story {
  readonly name: StoryName;
  readonly title: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly gatewayToken: string;
  readonly ends: { readonly status: OrderStatus; readonly reason: OrderReason | null };
  /** Last entry that its timeline must show: compensation continues after the order has ended. */
  readonly lastEntry: string;
}

/** The saga in three orders: the normal course, and the two ways in which it is undone. */
export const STORIES: readonly Story[] = [
  {
    name: 'completed',
    title: 'An order that completes',
    items: [
      { sku: 'TEA-SENCHA-100', quantity: 2 },
      { sku: 'POT-IRON-BLACK', quantity: 1 },
    ],
    gatewayToken: 'tok_ok',
    ends: { status: 'completed', reason: null },
    lastEntry: 'order.completed',
  },
  {
    name: 'out_of_stock',
    title: 'An order for more than there is',
    items: [
      { sku: 'CUP-STONE-SAND', quantity: 2 },
      { sku: 'TEA-GYOKURO-7', quantity: 5 },
    ],
    gatewayToken: 'tok_ok',
    ends: { status: 'rejected', reason: 'out_of_stock' },
    lastEntry: 'order.rejected',
  },
  {
    name: 'declined',
    title: 'An order whose card is declined; the stock is given back',
    items: [{ sku: 'KETTLE-12', quantity: 1 }],
    gatewayToken: 'tok_declined',
    ends: { status: 'cancelled', reason: 'payment_declined' },
    lastEntry: 'inventory.released',
  },
];

export interface StoryResult {
  readonly story: StoryName;
  readonly orderId: string;
  readonly status: Order['status'];
  readonly reason: Order['reason'];
  /** Milliseconds from placing the order to its end. */
  readonly ms: number;
  readonly timeline: readonly TimelineEntry[];
  /** True if everything is as the story promises, including the stock. */
  readonly asTold: boolean;
}

const STORY_LIMIT_MS = 30_000;
/** Keeps a story below the 1,200 requests a minute that one user has. */
const LOOK_AGAIN_MS = 30;

const ADDRESS = { name: 'Ada Lovelace', line1: 'Am Sandtorkai 1', city: 'Hamburg', postalCode: '20457', country: 'DE' };

/** Places the story's order and follows its timeline to the end, entry by entry. */
export async function playStory(
  shop: ShopClient,
  customerToken: string,
  story: Story,
  show: (entry: TimelineEntry) => void,
): Promise<StoryResult> {
  const paymentMethodId = await cardFor(shop, customerToken, story.gatewayToken);
  const before = await stockOf(shop, story);
  const startedAt = performance.now();
  const placed = await shop.placeOrder(customerToken, orderOf(story, paymentMethodId), crypto.randomUUID());
  const { timeline, order, ms } = await follow(shop, customerToken, placed.id, story, startedAt, show);
  const { id: orderId, status, reason } = order;
  const isEnd = status === story.ends.status && reason === story.ends.reason;
  const isComplete = timeline.some(({ name }) => name === story.lastEntry);
  const asTold = isEnd && isComplete && (await stockIsRight(shop, story, before));
  return { story: story.name, orderId, status, reason, ms: Math.round(ms), timeline, asTold };
}

/** The story's order, as its customer sends it. */
export function orderOf({ items }: Story, paymentMethodId: string): PlaceOrder {
  return { items: [...items], shippingAddress: ADDRESS, paymentMethodId };
}

async function follow(
  shop: ShopClient,
  token: string,
  orderId: string,
  story: Story,
  startedAt: number,
  show: (entry: TimelineEntry) => void,
): Promise<{ timeline: readonly TimelineEntry[]; order: Order; ms: number }> {
  let shown = 0;
  let endedAt: number | undefined;
  for (;;) {
    const { items: timeline } = await shop.timeline(token, orderId);
    for (const entry of timeline.slice(shown)) show(entry);
    shown = timeline.length;
    if (endedAt === undefined && timeline.some(({ to }) => to === story.ends.status)) endedAt = performance.now();
    const isOver = timeline.some(({ name }) => name === story.lastEntry);
    if (isOver || performance.now() - startedAt > STORY_LIMIT_MS) {
      return { timeline, order: await shop.order(token, orderId), ms: (endedAt ?? performance.now()) - startedAt };
    }
    await Bun.sleep(LOOK_AGAIN_MS);
  }
}

async function stockOf(shop: ShopClient, { items }: Story): Promise<readonly number[]> {
  return Promise.all(items.map(async ({ sku }) => (await shop.stock(sku)).available));
}

/** True if a completed order took its pieces, or any other left the stock unchanged. */
async function stockIsRight(shop: ShopClient, story: Story, before: readonly number[]): Promise<boolean> {
  const after = await stockOf(shop, story);
  return story.items.every(({ quantity }, i) => {
    const taken = story.name === 'completed' ? quantity : 0;
    return after[i] === (before[i] ?? 0) - taken;
  });
}
