import type { ServiceName } from '@souk/contracts/services';
import { TOPICS } from '@souk/contracts/topics';
import { type Order, type OrderEvent, orderEvent } from '../../src/domain/order.ts';
import { answerOrder, type OrderMessage, type SagaMessage } from '../../src/domain/order-saga.ts';
import { anOrder, refund, SAYS, surroundings } from '../orders.ts';

/** How the other two answer this order when they are asked. */
export interface Plan {
  readonly stock: 'enough' | 'short';
  readonly card: 'good' | 'declined';
}

/** What Inventory has; `released` stands for restocked too. */
type StockState = 'none' | 'reserved' | 'refused' | 'committed' | 'released' | 'tombstone';
type MoneyState = 'none' | 'captured' | 'failed' | 'refunded' | 'tombstone';

type Message = SagaMessage | OrderEvent;

/** A message on its way to one of its readers. */
export interface Letter {
  readonly to: ServiceName;
  readonly message: Message;
  copies: number;
}

interface Move {
  readonly from: Order['status'];
  readonly to: Order['status'];
  readonly event: OrderEvent['type'];
}

/**
 * One order, the other services as their own tables describe them, and the messages between them. Whoever plays it says
 * which message arrives next, in how many copies, and when somebody cancels or a deadline passes.
 */
export function simulateOrder(plan: Plan, copies: () => number) {
  const moves: Move[] = [];
  const onTheWay: Letter[] = [];
  const about = surroundings();
  let order = anOrder();
  let stock: StockState = 'none';
  let money: MoneyState = 'none';

  function send(message: Message): void {
    for (const to of TOPICS[message.type].readBy) onTheWay.push({ to, message, copies: copies() });
  }

  function happens(happened: OrderMessage): void {
    const result = answerOrder(order, happened, about);
    if (result.kind === 'anomaly') throw new Error(`anomaly: ${result.because}`);
    if (result.kind === 'moved') {
      moves.push({ from: order.status, to: result.order.status, event: result.event.type });
      send(result.event);
    }
    if ('order' in result) ({ order } = result);
  }

  function atInventory({ type }: Message): void {
    if (type === 'order.created' && stock === 'none') {
      stock = plan.stock === 'enough' ? 'reserved' : 'refused';
      send(SAYS[plan.stock === 'enough' ? 'inventory.reserved' : 'inventory.failed']);
    } else if (type === 'order.completed' && stock === 'reserved') {
      stock = 'committed';
    } else if (type === 'order.cancelled' && (stock === 'reserved' || stock === 'committed')) {
      stock = 'released';
      send(SAYS['inventory.released']);
    } else if (type === 'order.cancelled' && stock === 'none') {
      stock = 'tombstone';
    }
  }

  function atPayment({ type }: Message): void {
    if (type === 'order.ready_for_payment' && money === 'none') {
      money = plan.card === 'good' ? 'captured' : 'failed';
      send(SAYS[plan.card === 'good' ? 'payment.completed' : 'payment.failed']);
    } else if (type === 'order.cancelled' && money === 'captured') {
      money = 'refunded';
      send({ type: 'payment.refunded', data: refund(3499, 3499) });
    } else if (type === 'order.cancelled' && money === 'none') {
      money = 'tombstone';
    }
  }

  send(orderEvent('order.created', order));

  return {
    onTheWay,
    moves,
    happens,
    /** One copy of a message reaches its reader. */
    arrives(letter: Letter): void {
      letter.copies -= 1;
      if (letter.copies === 0) onTheWay.splice(onTheWay.indexOf(letter), 1);
      const { to, message } = letter;
      if (to === 'inventory') atInventory(message);
      else if (to === 'payment') atPayment(message);
      else if (!isOrderEvent(message)) happens(message);
    },
    state: () => ({ order, stock, money }),
  };
}

function isOrderEvent(message: Message): message is OrderEvent {
  return message.type.startsWith('order.');
}
