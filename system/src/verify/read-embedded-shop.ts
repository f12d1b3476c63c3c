import { Database } from 'bun:sqlite';
import { openLogReader, type LogReader } from '@souk/chassis/log/log-reader';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { TOPIC_NAMES, topicsReadBy } from '@souk/contracts/topics';
import { readSimulatorLedger } from '@souk/payment/gateway/simulator-ledger';
import { shopFiles, type ShopFiles } from '../embedded/shop-files.ts';
import type { EventFact, OrderFact, ReservationFact, ServiceFact, Snapshot } from './snapshot.ts';

/** Reads a stopped or resting shop out of its data folder, without its services. */
export function readEmbeddedShop(folder: string): Snapshot {
  const files = shopFiles(folder);
  return { ...ordersIn(files), ...stockIn(files), ...moneyIn(files), ...messagesIn(files) };
}

function reading<T>(path: string, read: (rows: <R>(sql: string) => R[]) => T): T {
  const database = new Database(path, { readonly: true, strict: true });
  try {
    // One transaction: all tables as of one moment.
    return database.transaction(() => read((sql) => database.query(sql).all() as never))();
  } finally {
    database.close();
  }
}

function ordersIn({ databases }: ShopFiles) {
  return reading(databases.order, (rows) => ({
    orders: rows<OrderFact>(
      `select id, status, reason, payment_status as paymentStatus, total, currency, deadline_at as deadlineAt, version from orders`,
    ),
    orderLines: rows<Snapshot['orderLines'][number]>(
      'select order_id as orderId, sku, quantity, unit_price as unitPrice from order_items',
    ),
  }));
}

function stockIn({ databases }: ShopFiles) {
  return reading(databases.inventory, (rows) => ({
    levels: rows<Snapshot['levels'][number]>(
      'select sku, warehouse_id as warehouseId, on_hand as onHand, reserved from inventory',
    ),
    reservations: rows<{ orderId: string; status: ReservationFact['status']; lines: string }>(
      'select order_id as orderId, status, lines from reservations',
    ).map((row): ReservationFact => ({ ...row, lines: JSON.parse(row.lines) })),
    movements: rows<Snapshot['movements'][number]>(
      `select sku, warehouse_id as warehouseId, on_hand_delta as onHandDelta, reserved_delta as reservedDelta,
              on_hand_after as onHandAfter, reserved_after as reservedAfter from inventory_transactions order by id`,
    ),
  }));
}

function moneyIn({ databases, gateway }: ShopFiles) {
  const { charges, refunds } = readSimulatorLedger(gateway);
  const refunded = new Map<string, number>();
  for (const { chargeReference, amount } of refunds) {
    refunded.set(chargeReference, (refunded.get(chargeReference) ?? 0) + amount);
  }
  const ours = reading(databases.payment, (rows) => ({
    payments: rows<Snapshot['payments'][number]>('select id, order_id as orderId, status, amount, refunded from payments'),
    refunds: rows<Snapshot['refunds'][number]>('select id, payment_id as paymentId, amount, status from refunds'),
  }));
  return {
    ...ours,
    charges: charges.map(({ key, reference, amount, declined, settlesAt }) => ({
      key,
      amount,
      taken: declined === null && settlesAt <= Date.now(),
      refunded: refunded.get(reference) ?? 0,
    })),
  };
}

function messagesIn({ databases, log }: ShopFiles) {
  const services = SERVICES.map((service) => reading(databases[service], (rows) => serviceFact(service, rows)));
  const reader = openLogReader(log);
  try {
    const logged = new Set<string>();
    for (const topic of TOPIC_NAMES) {
      for (const { headers } of reader.records(topic)) if (headers.ce_id !== undefined) logged.add(headers.ce_id);
    }
    return { services, logged, unhandled: unhandledIn(reader) };
  } finally {
    reader.close();
  }
}

function unhandledIn(reader: LogReader): number {
  let unhandled = 0;
  for (const service of SERVICES) {
    const read = new Set<string>(topicsReadBy(service));
    for (const { topic, messages } of reader.lag(`souk.${service}`)) if (read.has(topic)) unhandled += messages;
  }
  return unhandled;
}

function serviceFact(service: ServiceName, rows: <R>(sql: string) => R[]): ServiceFact {
  const [waiting] = rows<{ unsent: number }>('select coalesce(sum(last_seq - published_seq), 0) as unsent from lanes');
  const [parked] = rows<{ count: number }>('select count(*) as count from parked_messages');
  return {
    service,
    events: rows<Omit<EventFact, 'published'> & { published: number }>('select id, type, published, stream, version from events').map(
      (event) => ({ ...event, published: event.published === 1 }),
    ),
    unsent: waiting?.unsent ?? 0,
    parked: parked?.count ?? 0,
    deadLetters: rows<{ cause: string }>("select cause from dead_letters where status = 'dead'").map(({ cause }) => cause),
  };
}
