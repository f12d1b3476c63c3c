import type { OrderPaymentStatus, OrderReason, OrderStatus } from '@souk/contracts/saga';
import { validateMessage } from './validate-message.ts';
import { countsUntil } from './customer-limits.ts';
import { applyMessage, hasApplied } from './apply-message.ts';
import { type Circumstances, hasShipped, type Order } from './order.ts';
import { type OrderEvent, orderEvent } from './order-event.ts';
import { SAGA, type Transition } from './order-saga.ts';
import { openShipments } from './shipments.ts';
import type { News, Trigger } from './trigger.ts';

export type Advance =
  | { readonly kind: 'moved'; readonly order: Order; readonly event: OrderEvent }
  | { readonly kind: 'recorded'; readonly order: Order; readonly because: string }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'anomaly'; readonly cause: string };

/** Applies the saga's table to an order when something happens. */
export function advanceOrder(order: Order, trigger: Trigger, circumstances: Circumstances): Advance {
  const news = isNews(trigger) ? trigger : undefined;
  const wrong = news && validateMessage(order, news);
  if (wrong !== undefined) return { kind: 'anomaly', cause: `${trigger.type}: ${wrong}` };
  const step = SAGA[order.status][trigger.type];
  switch (step.kind) {
    case 'transition':
      return moved(order, step, trigger, circumstances);
    case 'record':
      return news === undefined || hasApplied(order, news)
        ? { kind: 'ignored' }
        : { kind: 'recorded', order: next(applyMessage(order, news), circumstances), because: step.because };
    case 'ignore':
      return { kind: 'ignored' };
    case 'refuse':
      return { kind: 'refused' };
    case 'anomaly':
      return { kind: 'anomaly', cause: `${trigger.type} cannot happen to an order that is ${order.status}` };
    default:
      return step satisfies never;
  }
}

function moved(order: Order, step: Transition, trigger: Trigger, circumstances: Circumstances): Advance {
  if (step.to === 'cancelled' && step.unlessShipped === true && hasShipped(order)) return { kind: 'refused' };
  const informed = isNews(trigger) ? applyMessage(order, trigger) : order;
  const reason = reasonOf(step, trigger);
  const after: Order = {
    ...next(informed, circumstances),
    status: step.to,
    reason,
    paymentStatus: paymentStatusIn(step.to, informed),
    shipments: step.to === 'completed' ? openShipments(informed.allocations ?? [], circumstances.newId) : [],
    deadlineAt: deadlineIn(step.to, circumstances),
    countsUntil: countsUntil({ from: order.status, to: step.to, reason, placedAt: order.placedAt, now: circumstances.now }),
  };
  return { kind: 'moved', order: after, event: orderEvent(step.emits, after) };
}

function next(order: Order, { now }: Circumstances): Order {
  return { ...order, version: order.version + 1, updatedAt: now };
}

function reasonOf(step: Transition, trigger: Trigger): OrderReason | null {
  if (step.to === 'rejected') return 'out_of_stock';
  if (step.to !== 'cancelled') return null;
  if (step.reason !== 'as_asked') return step.reason;
  if (trigger.type !== 'cancel') throw new Error(`nobody asked for a cancellation: ${trigger.type}`);
  return trigger.reason;
}

/**
 * Payment status in a new state. Nothing more is collected for a cancelled order; Payment reports what was collected before. With a total of 0
 * nothing will come back either: nothing is owed.
 */
function paymentStatusIn(status: OrderStatus, { paymentStatus, total }: Order): OrderPaymentStatus {
  if (status === 'awaiting_payment') return 'pending';
  const isSettled = paymentStatus === 'pending' || (paymentStatus === 'paid' && total.amount === 0);
  return status === 'cancelled' && isSettled ? 'none' : paymentStatus;
}

function deadlineIn(status: OrderStatus, { now, deadlines }: Circumstances): number | null {
  return status === 'awaiting_payment' ? now + deadlines.awaiting_payment : null;
}

function isNews(trigger: Trigger): trigger is News {
  return trigger.type !== 'cancel' && trigger.type !== 'deadline';
}
