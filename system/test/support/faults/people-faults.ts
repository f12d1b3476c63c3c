import { anEvent, healthy } from '../healthy-snapshot.ts';
import { ERASED, type Fault, TOLD } from './fault.ts';

const events = [...healthy.events, anEvent({ service: 'user', type: 'user.deleted', stream: 'u-1', published: false })];
const erased = healthy.orders.map((order) => ({ ...order, isErased: true }));

export const ERASURE_FAULTS: readonly Fault[] = [
  {
    what: 'addresses of somebody who has left, of whom nothing is to be delivered',
    breaks: [ERASED],
    facts: { events, orders: healthy.orders.map((order) => ({ ...order, isErased: order.status === 'completed' })), paymentMethods: [] },
  },
  {
    what: 'an address of somebody who has left that nobody would erase after the delivery',
    breaks: [ERASED],
    facts: { events, orders: healthy.orders.map((order) => ({ ...order, isErased: order.status !== 'completed' })), paymentMethods: [] },
  },
  { what: 'a payment method of somebody who has left', breaks: [ERASED], facts: { events, orders: erased } },
  {
    what: 'an address in what was told of an erased order',
    breaks: [ERASED],
    facts: { events, orders: erased, paymentMethods: [], personalTold: [{ orderId: 'o-paid', type: 'order.completed' }] },
  },
  {
    what: 'something of a person in an event in the log',
    breaks: [TOLD],
    facts: { personalLogged: [{ topic: 'order.completed', id: 'e-1', place: '/shippingAddress' }] },
  },
];
