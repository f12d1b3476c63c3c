import { aPayment, aRefund, back, healthy, paid, short } from '../healthy-snapshot.ts';
import { BOOKS, type Fault, GIVEN_BACK, PAID, REFUNDS, SAYS, TOTALS, WEBHOOKS } from './fault.ts';

const webhook = { id: 'simulator:evt_9', key: 'payment:p-paid', said: 'succeeded', outcome: 'ignored' } as const;

export const MONEY_FAULTS: readonly Fault[] = [
  {
    what: 'a completed order without a payment',
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
    what: 'a payment of an order that does not exist',
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
    what: 'a paid order that says it is refunded',
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
    what: 'a refund that its payment does not count',
    breaks: [REFUNDS, GIVEN_BACK],
    facts: { refunds: [aRefund(), aRefund({ id: 'r-again', amount: 1 })] },
  },
  { what: 'a payment whose refund is missing', breaks: [REFUNDS, GIVEN_BACK, WEBHOOKS], facts: { refunds: [] } },
  {
    what: 'a captured payment without a charge at the gateway',
    breaks: [BOOKS],
    facts: { charges: healthy.charges.map((charge) => ({ ...charge, taken: charge.key !== 'payment:p-paid' })) },
  },
  {
    what: 'a refund the gateway never made',
    breaks: [BOOKS],
    facts: { charges: healthy.charges.map((charge) => ({ ...charge, refunded: 0 })) },
  },
  {
    what: 'a charge at the gateway without a payment',
    breaks: [BOOKS],
    facts: { charges: [...healthy.charges, { key: 'payment:p-ghost', amount: 1, taken: true, refunded: 0 }] },
  },
  {
    what: 'a total that is not the sum of its lines',
    breaks: [TOTALS],
    facts: { orderLines: healthy.orderLines.slice(0, 2) },
  },
  {
    what: 'a pending amount without a pending refund',
    breaks: [REFUNDS],
    facts: { payments: [aPayment({ refunding: 5 }), ...healthy.payments.slice(1)] },
  },
  {
    what: 'more pending refunds than money that is left',
    breaks: [REFUNDS, 'an ended order waits for nothing'],
    facts: {
      payments: [aPayment({ refunding: 2001 }), ...healthy.payments.slice(1)],
      refunds: [aRefund(), aRefund({ id: 'r-open', paymentId: 'p-paid', amount: 2001, status: 'pending' })],
    },
  },
  {
    what: 'an order that says less is refunded than its payment',
    breaks: [SAYS],
    facts: { orders: healthy.orders.map((order) => (order.id === 'o-back' ? { ...order, refunded: 400 } : order)) },
  },
  {
    what: 'a refund the gateway made twice',
    breaks: [GIVEN_BACK],
    facts: { givenBack: [...healthy.givenBack, ...healthy.givenBack] },
  },
  {
    what: 'a refund that failed for us and succeeded at the gateway',
    breaks: [GIVEN_BACK],
    facts: {
      refunds: [aRefund(), aRefund({ id: 'r-odd', amount: 1, status: 'failed' })],
      givenBack: [...healthy.givenBack, { key: 'refund:r-odd', amount: 1 }],
    },
  },
  {
    what: 'a refund at the gateway that is not in our books',
    breaks: [GIVEN_BACK],
    facts: { givenBack: [...healthy.givenBack, { key: 'refund:r-ghost', amount: 1 }] },
  },
  {
    what: 'a webhook whose result is not in our books',
    breaks: [WEBHOOKS],
    facts: { webhooks: [{ ...webhook, said: 'declined' }] },
  },
  {
    what: 'a webhook about a charge that does not exist',
    breaks: [WEBHOOKS],
    facts: { webhooks: [{ ...webhook, key: 'payment:p-gone' }] },
  },
  {
    what: 'a webhook about a charge of ours, recorded as unknown',
    breaks: [WEBHOOKS],
    facts: { webhooks: [{ ...webhook, outcome: 'unknown' }] },
  },
];
