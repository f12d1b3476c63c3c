import { router } from '@souk/chassis/web/app/router';
import { SagaDescription } from '@souk/contracts/http/order';
import type { OrderStatus, ShipmentStatus } from '@souk/contracts/saga';
import type { Deadlines } from '../domain/order.ts';
import { type On, ORDER_SAGA, type Step } from '../domain/order-saga.ts';
import { SHIPMENT_TABLE } from '../domain/shipments.ts';

/** Serves a description of the saga, for drawing or checking it. */
export function sagaRoutes(deadlines: Deadlines, limits: Deadlines) {
  const description = describeSaga(deadlines, limits);
  return router().get('/saga', () => description, {
    maybeSignedIn: true,
    response: { 200: SagaDescription },
    detail: { summary: 'States and steps of an order, made from the table that runs' },
  });
}

/** Compensations that the other services make by themselves when an order is cancelled. */
const COMPENSATIONS: SagaDescription['compensations'] = [
  { on: 'order.cancelled', by: 'inventory', does: 'releases or restocks', emits: 'inventory.released' },
  { on: 'order.cancelled', by: 'payment', does: 'voids or refunds', emits: 'payment.refunded' },
];

const STATES = keysOf(ORDER_SAGA);
const SHIPMENT_STATES = keysOf(SHIPMENT_TABLE);

/** Describes the saga as data, made from the table that runs. */
function describeSaga(deadlines: Deadlines, limits: Deadlines): SagaDescription {
  return {
    states: STATES,
    transitions: STATES.flatMap((state) => keysOf(ORDER_SAGA[state]).flatMap((on) => transitions(state, on))),
    deadlines: keysOf(deadlines).flatMap((state) => {
      const step: Step = ORDER_SAGA[state].deadline;
      if (step.kind !== 'transition' || step.to !== 'cancelled' || step.reason === 'as_asked') return [];
      return [{ state, seconds: deadlines[state] / 1000, limitSeconds: Math.max(limits[state], deadlines[state]) / 1000, reason: step.reason }];
    }),
    compensations: COMPENSATIONS,
    shipments: { states: SHIPMENT_STATES, transitions: SHIPMENT_STATES.flatMap(shipmentTransitions) },
  };
}

function transitions(from: OrderStatus, on: On): SagaDescription['transitions'] {
  const step = ORDER_SAGA[from][on];
  return step.kind === 'transition' ? [{ from, on, to: step.to, emits: [step.emits] }] : [];
}

function shipmentTransitions(from: ShipmentStatus): SagaDescription['shipments']['transitions'] {
  return keysOf(SHIPMENT_TABLE[from]).flatMap((on) => {
    const step = SHIPMENT_TABLE[from][on];
    return step.kind === 'transition' ? [{ from, on, to: step.to, emits: [step.emits] }] : [];
  });
}

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): K[] {
  // Object.keys loses which keys a literal record has.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.keys(record) as K[];
}
