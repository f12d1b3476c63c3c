import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { MessageHandlers } from '@souk/chassis/engine/messaging/message-handlers';
import type { InventoryCollections } from '../storage/inventory-store.ts';
import { commitStock } from '../usecases/commit-stock.ts';
import { giveBackStock } from '../usecases/give-back-stock.ts';
import { learnSkus } from '../usecases/learn-skus.ts';
import { reserveStock } from '../usecases/reserve-stock.ts';

/** The topics that inventory reads, and their handlers. `lowThreshold`: stock is low with fewer free pieces than this. */
export function handlers(lowThreshold: number): MessageHandlers<InventoryCollections & ChassisCollections, never> {
  return {
    'order.created': reserveStock(lowThreshold),
    'order.completed': commitStock(lowThreshold),
    'order.cancelled': giveBackStock(lowThreshold),
    'product.created': learnSkus,
    'product.updated': learnSkus,
    'product.price_changed': learnSkus,
    'product.archived': learnSkus,
  };
}
