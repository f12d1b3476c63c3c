import type { OrderReason, OrderStatus } from '@souk/contracts/saga';

export type StoryName = 'completed' | 'out_of_stock' | 'declined';

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
