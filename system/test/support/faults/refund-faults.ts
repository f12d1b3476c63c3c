import { aPayment, aRefund, healthy } from '../healthy-snapshot.ts';
import { type Fault, GIVEN_BACK, REFUNDS, SAYS, WEBHOOKS } from './fault.ts';

const webhook = { id: 'simulator:evt_9', key: 'payment:p-paid', said: 'succeeded', outcome: 'ignored' } as const;

export const REFUND_FAULTS: readonly Fault[] = [
  {
    what: 'money on its way back that no refund explains',
    breaks: [REFUNDS],
    facts: { payments: [aPayment({ refunding: 5 }), ...healthy.payments.slice(1)] },
  },
  {
    what: 'more on its way back than is left',
    breaks: [REFUNDS, 'an ended order waits for nothing'],
    facts: {
      payments: [aPayment({ refunding: 2001 }), ...healthy.payments.slice(1)],
      refunds: [aRefund(), aRefund({ id: 'r-open', paymentId: 'p-paid', amount: 2001, status: 'pending' })],
    },
  },
  {
    what: 'an order that has heard of less than came back',
    breaks: [SAYS],
    facts: { orders: healthy.orders.map((order) => (order.id === 'o-back' ? { ...order, refunded: 400 } : order)) },
  },
  {
    what: 'a refund the gateway made twice',
    breaks: [GIVEN_BACK],
    facts: { givenBack: [...healthy.givenBack, ...healthy.givenBack] },
  },
  {
    what: 'a refund that failed for us and not for the gateway',
    breaks: [GIVEN_BACK],
    facts: {
      refunds: [aRefund(), aRefund({ id: 'r-odd', amount: 1, status: 'failed' })],
      givenBack: [...healthy.givenBack, { key: 'refund:r-odd', amount: 1 }],
    },
  },
  {
    what: 'a refund that only the gateway knows',
    breaks: [GIVEN_BACK],
    facts: { givenBack: [...healthy.givenBack, { key: 'refund:r-ghost', amount: 1 }] },
  },
  {
    what: 'a webhook whose news never came into the books',
    breaks: [WEBHOOKS],
    facts: { webhooks: [{ ...webhook, said: 'declined' }] },
  },
  {
    what: 'a webhook about a charge that is not there',
    breaks: [WEBHOOKS],
    facts: { webhooks: [{ ...webhook, key: 'payment:p-gone' }] },
  },
  {
    what: 'a webhook about a charge of ours that was taken for a stranger',
    breaks: [WEBHOOKS],
    facts: { webhooks: [{ ...webhook, outcome: 'unknown' }] },
  },
];
