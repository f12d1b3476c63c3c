import { type Static, Type } from '@sinclair/typebox';
import { impersonal } from '../personal.ts';
import { OrderReason, OrderStatus, ShipmentStatus } from '../saga.ts';
import { closed, oneOf } from '../schema.ts';
import { SERVICES } from '../services.ts';

const Word = impersonal(Type.String({ minLength: 1 }));

/**
 * The saga as data. `on` and `emits` are topics or commands; `seconds` is how long the state may last while the other service answers later orders,
 * `limitSeconds` how long it may last at most.
 * `shipments`: what happens to each parcel of a completed order.
 */
export const SagaDescription = closed({
  states: Type.Array(OrderStatus),
  transitions: Type.Array(closed({ from: OrderStatus, on: Word, to: OrderStatus, emits: Type.Array(Word) })),
  deadlines: Type.Array(closed({ state: OrderStatus, seconds: Type.Integer({ minimum: 1 }), limitSeconds: Type.Integer({ minimum: 1 }), reason: OrderReason })),
  compensations: Type.Array(
    closed({ on: Word, by: oneOf(...SERVICES), does: Word, emits: Word }),
  ),
  shipments: closed({
    states: Type.Array(ShipmentStatus),
    transitions: Type.Array(closed({ from: ShipmentStatus, on: Word, to: ShipmentStatus, emits: Type.Array(Word) })),
  }),
});
export type SagaDescription = Static<typeof SagaDescription>;
