/** Everybody who takes part in an order, from left to right. */
export const LANES = ['customer', 'order', 'inventory', 'payment', 'gateway'] as const;
export type Lane = (typeof LANES)[number];

/** The lanes that are services of Souk: these keep a history and report deliveries. */
export const PARTIES = ['order', 'inventory', 'payment'] as const;
export type Party = (typeof PARTIES)[number];

export const LANE_NAMES: Readonly<Record<Lane, string>> = {
  customer: 'Customer',
  order: 'Order',
  inventory: 'Inventory',
  payment: 'Payment',
  gateway: 'Gateway',
};

export interface Route {
  readonly from: Lane;
  readonly to: readonly Lane[];
}

/**
 * Sender and readers of each topic about orders. Topics that no service reads are drawn to the customer, who sees them in the order. Written out here
 * because the contracts' own table brings all schemas with it; a test holds the two together.
 */
export const ROUTES: Readonly<Record<string, Route>> = {
  'order.created': { from: 'order', to: ['inventory'] },
  'inventory.reserved': { from: 'inventory', to: ['order'] },
  'inventory.failed': { from: 'inventory', to: ['order'] },
  'order.ready_for_payment': { from: 'order', to: ['payment'] },
  'payment.completed': { from: 'payment', to: ['order'] },
  'payment.failed': { from: 'payment', to: ['order'] },
  'order.completed': { from: 'order', to: ['inventory'] },
  'order.rejected': { from: 'order', to: ['customer'] },
  'order.cancelled': { from: 'order', to: ['inventory', 'payment'] },
  'inventory.released': { from: 'inventory', to: ['order'] },
  'payment.refunded': { from: 'payment', to: ['order'] },
  'order.shipped': { from: 'order', to: ['customer'] },
  'order.delivered': { from: 'order', to: ['customer'] },
  'user.deleted': { from: 'customer', to: ['order'] },
};

export function isParty(lane: Lane): lane is Party {
  return lane === 'order' || lane === 'inventory' || lane === 'payment';
}
