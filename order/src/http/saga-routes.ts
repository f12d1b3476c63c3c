import { router } from '@souk/chassis/web/app/router';
import { SagaDescription } from '@souk/contracts/http/order';
import type { OrderStatus, ShipmentStatus } from '@souk/contracts/saga';
import { TOPICS } from '@souk/contracts/topics';
import { type Deadlines, WAITS_IN } from '../domain/order.ts';
import { type On, ORDER_SAGA, SAGA_MESSAGES, type Step } from '../domain/order-saga.ts';
import { SHIPMENT_TABLE } from '../domain/shipments.ts';
import { OPEN_STATUSES } from '../storage/order-store.ts';

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
  { on: 'order.cancelled', by: 'inventory', does: 'releases or restocks', emits: 'inventory.released', undoes: 'inventory.reserved', returns: 'stock' },
  { on: 'order.cancelled', by: 'payment', does: 'voids or refunds', emits: 'payment.refunded', undoes: 'payment.completed', returns: 'money' },
];
const BACK = { stock: 'stock_back', money: 'money_back' } as const;

type Wait = SagaDescription['waits'][number];

const STATES = keysOf(ORDER_SAGA);
const SHIPMENT_STATES = keysOf(SHIPMENT_TABLE);

/** Describes the saga as data, made from the table that runs. */
function describeSaga(deadlines: Deadlines, limits: Deadlines): SagaDescription {
  return {
    states: STATES,
    transitions: STATES.flatMap((state) => keysOf(ORDER_SAGA[state]).flatMap((on) => transitions(state, on))),
    answers: STATES.flatMap((state) => keysOf(ORDER_SAGA[state]).map((on) => answer(state, on))),
    waits: [...OPEN_STATUSES.map(openWait), parcelWait('shipping', 'pending'), parcelWait('delivery', 'shipped'), ...COMPENSATIONS.map(returnWait)],
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

function answer(state: OrderStatus, on: On): SagaDescription['answers'][number] {
  const step = ORDER_SAGA[state][on];
  return { state, on, kind: step.kind, because: because(step) };
}

function because(step: Step): string | null {
  switch (step.kind) {
    case 'transition':
      return step.to === 'cancelled' && step.unlessShipped === true ? 'as long as no part of it is on its way' : null;
    case 'record':
    case 'ignore':
    case 'refuse':
      return step.because;
    case 'anomaly':
      return 'cannot happen if every service works correctly';
    default:
      return step satisfies never;
  }
}

/** The wait of a state that another service ends. */
function openWait(state: (typeof OPEN_STATUSES)[number]): Wait {
  const until = SAGA_MESSAGES.filter((on) => ORDER_SAGA[state][on].kind === 'transition');
  const [first] = until;
  if (first === undefined) throw new Error(`nothing ends the wait of an order that is ${state}`);
  return { state, waitsFor: state === 'placed' ? 'stock' : 'payment', asked: eventInto(state), by: TOPICS[first].madeBy, until };
}

/** The event with which an order comes into a state. */
function eventInto(state: OrderStatus): string {
  const steps: readonly Step[] = STATES.flatMap((from) => Object.values<Step>(ORDER_SAGA[from]));
  const step = steps.find((one) => one.kind === 'transition' && one.to === state);
  return step?.kind === 'transition' ? step.emits : 'order.created';
}

/** The wait of an order with a parcel in this state, which people end. */
function parcelWait(waitsFor: 'shipping' | 'delivery', parcel: ShipmentStatus): Wait {
  const sent = SHIPMENT_STATES.flatMap(shipmentTransitions).find(({ to }) => to === parcel);
  const until = shipmentTransitions(parcel).map(({ on }) => on);
  return { state: WAITS_IN[waitsFor], waitsFor, asked: sent?.emits[0] ?? eventInto(WAITS_IN[waitsFor]), by: null, until };
}

function returnWait({ on, by, emits, returns }: SagaDescription['compensations'][number]): Wait {
  const waitsFor = BACK[returns];
  return { state: WAITS_IN[waitsFor], waitsFor, asked: on, by, until: [emits] };
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
