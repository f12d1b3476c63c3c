import { aPayment, aRefund, aReservation, back, healthy, paid, short } from '../healthy-snapshot.ts';
import { ACCEPTED, ENDS, type Fault, SAYS, WAITS } from './fault.ts';

export const ORDER_FAULTS: readonly Fault[] = [
  { what: 'an accepted order that is gone', breaks: [ACCEPTED], facts: { accepted: [{ id: 'o-paid' }, { id: 'o-lost' }] } },
  {
    what: 'an order that is still placed',
    breaks: [ENDS],
    facts: { orders: [paid, back, { ...short, status: 'placed', reason: null }] },
  },
  {
    what: 'an order that waits for its payment',
    breaks: [ENDS],
    facts: {
      orders: [paid, { ...back, status: 'awaiting_payment', reason: null }, short],
      reservations: [
        ...healthy.reservations.filter(({ orderId }) => orderId !== 'o-back'),
        aReservation({ orderId: 'o-back', status: 'reserved', lines: [] }),
      ],
    },
  },
  {
    what: 'a deadline of an order that has ended',
    breaks: [WAITS],
    facts: { orders: [{ ...paid, deadlineAt: 1 }, back, short] },
  },
  {
    what: 'a payment that is pending though its order has ended',
    breaks: [WAITS, SAYS],
    facts: {
      payments: [
        ...healthy.payments,
        aPayment({ id: 'p-open', orderId: 'o-short', status: 'pending', amount: 99_000 }),
      ],
    },
  },
  {
    what: 'a refund that is pending though its order has ended',
    breaks: [WAITS],
    facts: {
      payments: [aPayment({ refunding: 1000 }), ...healthy.payments.slice(1)],
      refunds: [...healthy.refunds, aRefund({ id: 'r-open', paymentId: 'p-paid', status: 'pending' })],
    },
  },
];
