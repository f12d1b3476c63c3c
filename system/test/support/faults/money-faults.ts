import { aPayment, aRefund, back, healthy, paid, short } from '../healthy-snapshot.ts';
import { BOOKS, type Fault, GIVEN_BACK, PAID, REFUNDS, SAYS, TOTALS, WEBHOOKS } from './fault.ts';

export const MONEY_FAULTS: readonly Fault[] = [
  {
    what: 'a completed order that nobody paid',
    breaks: [PAID, SAYS, WEBHOOKS],
    facts: { payments: healthy.payments.slice(1), charges: healthy.charges.slice(1) },
  },
  {
    what: 'a completed order that was paid in part',
    breaks: [PAID],
    facts: {
      payments: [aPayment({ amount: 1999 }), ...healthy.payments.slice(1)],
      charges: [{ key: 'payment:p-paid', amount: 1999, taken: true, refunded: 0 }, ...healthy.charges.slice(1)],
    },
  },
  {
    what: 'money kept for a cancelled order',
    breaks: [PAID, SAYS],
    facts: {
      payments: [aPayment(), aPayment({ id: 'p-back', orderId: 'o-back', amount: 1000, refunded: 400 })],
      refunds: [aRefund({ amount: 400 })],
      charges: [...healthy.charges.slice(0, 1), { key: 'payment:p-back', amount: 1000, taken: true, refunded: 400 }],
      givenBack: [{ key: 'refund:r-back', amount: 400 }],
    },
  },
  {
    what: 'a payment of an order that is not there',
    breaks: [PAID],
    facts: { payments: [...healthy.payments, aPayment({ id: 'p-x', orderId: 'o-nobody', status: 'failed' })] },
  },
  {
    what: 'a second payment of one order',
    breaks: [PAID],
    facts: {
      payments: [...healthy.payments, aPayment({ id: 'p-again' })],
      charges: [...healthy.charges, { key: 'payment:p-again', amount: 2000, taken: true, refunded: 0 }],
    },
  },
  {
    what: 'a paid order that says it was given its money back',
    breaks: [SAYS],
    facts: { orders: [{ ...paid, paymentStatus: 'refunded' }, back, short] },
  },
  {
    what: 'more refunded than was captured',
    breaks: [REFUNDS, PAID, SAYS],
    facts: {
      payments: [aPayment(), aPayment({ id: 'p-back', orderId: 'o-back', amount: 1000, refunded: 1100 })],
      refunds: [aRefund({ amount: 1100 })],
      charges: [...healthy.charges.slice(0, 1), { key: 'payment:p-back', amount: 1000, taken: true, refunded: 1100 }],
      givenBack: [{ key: 'refund:r-back', amount: 1100 }],
    },
  },
  {
    what: 'a refund that the payment knows nothing of',
    breaks: [REFUNDS, GIVEN_BACK],
    facts: { refunds: [aRefund(), aRefund({ id: 'r-again', amount: 1 })] },
  },
  { what: 'a payment whose refund is missing', breaks: [REFUNDS, GIVEN_BACK, WEBHOOKS], facts: { refunds: [] } },
  {
    what: 'a charge the gateway never took',
    breaks: [BOOKS],
    facts: { charges: healthy.charges.map((charge) => ({ ...charge, taken: charge.key !== 'payment:p-paid' })) },
  },
  {
    what: 'a refund the gateway never made',
    breaks: [BOOKS],
    facts: { charges: healthy.charges.map((charge) => ({ ...charge, refunded: 0 })) },
  },
  {
    what: 'money the gateway took for nothing',
    breaks: [BOOKS],
    facts: { charges: [...healthy.charges, { key: 'payment:p-ghost', amount: 1, taken: true, refunded: 0 }] },
  },
  {
    what: 'a total that its lines do not make',
    breaks: [TOTALS],
    facts: { orderLines: healthy.orderLines.slice(0, 2) },
  },
];
