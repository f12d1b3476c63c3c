import type { ServiceName } from '@souk/contracts/services';
import type { Rows } from './shop-records.ts';
import type { EventFact, LowFact, ReservationFact, ServiceFact, Snapshot } from './snapshot.ts';

export async function stockFacts(rows: Rows): Promise<Pick<Snapshot, 'levels' | 'lows' | 'reservations' | 'movements'>> {
  // `lines` is a word of MySQL.
  const reservations = await rows<{ orderId: string; status: ReservationFact['status']; allocations: string }>(
    'select r.order_id as orderId, r.status, r.lines as allocations from reservations r',
  );
  const lows = await rows<{ data: string }>(`select data from events where type = 'inventory.low'`);
  return {
    levels: await rows<Snapshot['levels'][number]>(
      'select sku, warehouse_id as warehouseId, on_hand as onHand, reserved, movements, low_turns as lowTurns from inventory',
    ),
    lows: lows.map(({ data }) => JSON.parse(data) as LowFact),
    reservations: reservations.map(({ orderId, status, allocations }) => ({ orderId, status, lines: JSON.parse(allocations) })),
    movements: await rows<Snapshot['movements'][number]>(
      `select sku, warehouse_id as warehouseId, number, on_hand_delta as onHandDelta, reserved_delta as reservedDelta,
              on_hand_after as onHandAfter, reserved_after as reservedAfter from inventory_transactions
       order by sku, warehouse_id, number`,
    ),
  };
}

export async function paymentFacts(rows: Rows): Promise<Pick<Snapshot, 'payments' | 'refunds' | 'paymentMethods' | 'webhooks'>> {
  return {
    payments: await rows<Snapshot['payments'][number]>(
      'select id, order_id as orderId, status, amount, refunded, refunding from payments',
    ),
    refunds: await rows<Snapshot['refunds'][number]>('select id, payment_id as paymentId, amount, status from refunds'),
    paymentMethods: await rows<Snapshot['paymentMethods'][number]>('select id, user_id as userId from payment_methods'),
    webhooks: await rows<Snapshot['webhooks'][number]>('select id, payment_key as `key`, said, outcome from webhook_events'),
  };
}

/** Of a service whose chassis keeps its messages in an SQL database. */
export async function messagingFacts(service: ServiceName, rows: Rows): Promise<ServiceFact> {
  const lanes = await rows<{ last: number; sent: number }>('select last_seq as last, published_seq as sent from lanes');
  const events = await rows<Omit<EventFact, 'published'> & { published: number }>(
    'select id, type, published, stream, version from events',
  );
  const parked = await rows<object>('select position from parked_messages');
  const deadLetters = await rows<{ cause: string }>("select cause from dead_letters where status = 'dead'");
  return {
    service,
    events: events.map((event) => ({ ...event, published: event.published === 1 })),
    unsent: lanes.reduce((sum, { last, sent }) => sum + last - sent, 0),
    parked: parked.length,
    deadLetters: deadLetters.map(({ cause }) => cause),
  };
}
