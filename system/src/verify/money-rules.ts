import type { OrderPaymentStatus } from '@souk/contracts/saga';
import { sumBy, type Rule } from './rule.ts';
import type { OrderFact, PaymentFact } from './snapshot.ts';

function capturedOf(payment: PaymentFact): number {
  return payment.status === 'captured' ? (payment.amount ?? 0) : 0;
}

/** What is wrong with the money of an order that has ended; undefined when nothing is. Two payments count as both. */
function moneyFault({ id, status, total }: OrderFact, payments: readonly PaymentFact[]): string | undefined {
  const captured = payments.reduce((sum, payment) => sum + capturedOf(payment), 0);
  const kept = payments.reduce((sum, { refunded }) => sum - refunded, captured);
  if (status === 'completed' && captured !== total) return `order ${id} is completed for ${total}, ${captured} was captured`;
  if ((status === 'rejected' || status === 'cancelled') && kept !== 0) return `order ${id} is ${status}, ${kept} is kept`;
  return undefined;
}

/** What Order must have heard by the time that nothing moves any more. */
function paymentStatusOf(payment: PaymentFact | undefined): OrderPaymentStatus {
  if (payment === undefined || payment.status === 'voided') return 'none';
  if (payment.status !== 'captured') return payment.status;
  if (payment.refunded === 0) return 'paid';
  return payment.refunded < capturedOf(payment) ? 'partially_refunded' : 'refunded';
}

export const MONEY_RULES: readonly Rule[] = [
  {
    promise: 'a completed order is paid exactly once, any other that has ended keeps nothing',
    *violations({ orders, payments }) {
      const byOrder = Map.groupBy(payments, ({ orderId }) => orderId);
      for (const order of orders) {
        const fault = moneyFault(order, byOrder.get(order.id) ?? []);
        if (fault !== undefined) yield fault;
        byOrder.delete(order.id);
      }
      for (const [orderId] of byOrder) yield `a payment for order ${orderId}, which does not exist`;
    },
  },
  {
    promise: 'an order says what became of its money',
    *violations({ orders, payments }) {
      const byOrder = new Map(payments.map((payment) => [payment.orderId, payment]));
      for (const { id, paymentStatus, refunded } of orders) {
        const payment = byOrder.get(id);
        const expected = paymentStatusOf(payment);
        if (paymentStatus !== expected) yield `order ${id} says ${paymentStatus}, its payment ${expected}`;
        const back = payment?.refunded ?? 0;
        if (refunded !== back) yield `order ${id} says ${refunded} came back, its payment ${back}`;
      }
    },
  },
  {
    promise: 'our books and those of the gateway agree',
    *violations({ payments, charges }) {
      const taken = new Map(charges.filter((charge) => charge.taken).map((charge) => [charge.key, charge]));
      for (const payment of payments) {
        const key = `payment:${payment.id}`;
        const charge = taken.get(key);
        taken.delete(key);
        const ours = capturedOf(payment);
        if (ours !== (charge?.amount ?? 0)) yield `payment ${payment.id}: we captured ${ours}, the gateway took ${charge?.amount ?? 0}`;
        if (payment.refunded !== (charge?.refunded ?? 0)) {
          yield `payment ${payment.id}: we refunded ${payment.refunded}, the gateway ${charge?.refunded ?? 0}`;
        }
      }
      for (const [key, { amount }] of taken) yield `the gateway took ${amount} for ${key}, which does not exist`;
    },
  },
  {
    promise: 'totals add up',
    *violations({ orders, orderLines }) {
      const sums = sumBy(orderLines, ({ orderId }) => orderId, ({ quantity, unitPrice }) => quantity * unitPrice);
      for (const { id, total } of orders) {
        const sum = sums.get(id) ?? 0;
        if (sum !== total) yield `order ${id}: total ${total}, its lines ${sum}`;
      }
    },
  },
];
