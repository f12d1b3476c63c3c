import { equals } from '@souk/contracts/money';
import type { Allocation } from '@souk/contracts/saga';
import type { Order } from './order.ts';
import type { News } from './trigger.ts';

/** The reason why a message cannot be true of this order; undefined: it can. Goods and money must match to the piece and cent. */
export function validateMessage(order: Order, message: News): string | undefined {
  switch (message.type) {
    case 'inventory.reserved':
      return serves(order, message.data.allocations) ? undefined : 'the allocations are not what was ordered';
    case 'payment.completed':
      return equals(message.data.amount, order.total) ? undefined : 'the amount is not the total';
    case 'payment.refunded': {
      const { amount, currency } = message.data.refundedTotal;
      const possible = currency === order.total.currency && amount <= order.total.amount;
      return possible ? undefined : 'more is refunded than was to be paid';
    }
    case 'inventory.failed':
    case 'inventory.released':
    case 'payment.failed':
    case 'user.deleted':
      return undefined;
    default:
      return message satisfies never;
  }
}

function serves(order: Order, allocations: readonly Allocation[]): boolean {
  const open = new Map(order.items.map((line) => [line.sku, line.quantity]));
  for (const { sku, quantity } of allocations) open.set(sku, (open.get(sku) ?? 0) - quantity);
  return [...open.values()].every((left) => left === 0);
}
