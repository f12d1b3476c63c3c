import { type Static, Type } from '@sinclair/typebox';
import { Sku, Uuid } from './ids.ts';
import { closed } from './schema.ts';

/** The SKU and quantity of one order line. */
export const OrderItem = closed({ sku: Sku, quantity: Type.Integer({ minimum: 1, maximum: 999 }) });
export type OrderItem = Static<typeof OrderItem>;

/** Pieces of a SKU out of one warehouse. */
export const Allocation = closed({ sku: Sku, warehouseId: Uuid, quantity: Type.Integer({ minimum: 1 }) });
export type Allocation = Static<typeof Allocation>;

export const Shortage = closed({
  sku: Sku,
  requested: Type.Integer({ minimum: 1 }),
  available: Type.Integer({ minimum: 0 }),
});
export type Shortage = Static<typeof Shortage>;
