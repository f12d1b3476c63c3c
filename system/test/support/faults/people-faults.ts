import { anEvent, healthy } from '../healthy-snapshot.ts';
import { ERASED, type Fault, TOLD } from './fault.ts';

const events = [...healthy.events, anEvent({ service: 'user', type: 'user.deleted', stream: 'u-1', published: false })];
const erased = healthy.orders.map((order) => ({ ...order, isErased: true }));

export const PEOPLE_FAULTS: readonly Fault[] = [
  {
    what: 'the address of a deleted user without a delivery to come',
    breaks: [ERASED],
    facts: { events, orders: healthy.orders.map((order) => ({ ...order, isErased: order.status === 'completed' })), paymentMethods: [] },
  },
  {
    what: 'the address of a deleted user that would stay after the delivery',
    breaks: [ERASED],
    facts: { events, orders: healthy.orders.map((order) => ({ ...order, isErased: order.status !== 'completed' })), paymentMethods: [] },
  },
  { what: 'a payment method of a deleted user', breaks: [ERASED], facts: { events, orders: erased } },
  {
    what: 'an address in an event of an erased order',
    breaks: [ERASED],
    facts: { events, orders: erased, paymentMethods: [], personalTold: [{ orderId: 'o-paid', type: 'order.completed' }] },
  },
  {
    what: 'personal data in an event in the log',
    breaks: [TOLD],
    facts: { personalLogged: [{ topic: 'order.completed', id: 'e-1', place: '/shippingAddress' }] },
  },
];
