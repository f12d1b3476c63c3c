import { anEvent, aService, healthy } from '../healthy-snapshot.ts';
import { ERASED, type Fault } from './fault.ts';

const gone = aService({ service: 'user', events: [anEvent({ type: 'user.deleted', stream: 'u-1', published: false })] });
const services = [...healthy.services, gone];
const erased = healthy.orders.map((order) => ({ ...order, isErased: true }));

export const ERASURE_FAULTS: readonly Fault[] = [
  { what: 'addresses of somebody who has left', breaks: [ERASED], facts: { services, paymentMethods: [] } },
  { what: 'a payment method of somebody who has left', breaks: [ERASED], facts: { services, orders: erased } },
  {
    what: 'an address in what was told of an erased order',
    breaks: [ERASED],
    facts: { services, orders: erased, paymentMethods: [], addressesTold: ['o-paid'] },
  },
];
