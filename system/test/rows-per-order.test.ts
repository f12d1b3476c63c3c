import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { newId } from '@souk/chassis/ids';
import type { MessageHandlers } from '@souk/chassis/engine/messaging/message-handlers';
import { outgoing } from '@souk/chassis/engine/messaging/outgoing';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { countedRows, type RowCounts } from '@souk/chassis/testing/counted-rows';
import { eventOf } from '@souk/chassis/testing/recorded-log';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import type { ServiceStore } from '@souk/chassis/engine/service-store';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import { neighbourAt } from '@souk/chassis/engine/writer/answer-key';
import { once, type Shows } from '@souk/chassis/engine/writer/once';
import type { Collections, UseCase } from '@souk/chassis/engine/writer/use-case';
import { Writer } from '@souk/chassis/engine/writer/writer';
import type { StoredEvent } from '@souk/chassis/engine/writer/writer-store';
import type { AnyEvent } from '@souk/contracts/envelope';
import type { ServiceName } from '@souk/contracts/services';
import { handlers as inventoryHandlers } from '@souk/inventory/service';
import { sqlInventoryStore } from '@souk/inventory/storage/sql-inventory-store';
import { openWarehouse } from '@souk/inventory/usecases/change-warehouses';
import { receiveStock } from '@souk/inventory/usecases/move-stock';
import { orderHandlers } from '@souk/order/service';
import type { OrderRequest, Placement } from '@souk/order/domain/place-order';
import type { OrderCollections } from '@souk/order/storage/order-store';
import type { OrderSchema } from '@souk/order/storage/order-schema';
import { sqlOrderStore } from '@souk/order/storage/sql-order-store';
import { copyProduct } from '@souk/order/usecases/copy-product';
import { placeOrder } from '@souk/order/usecases/advance-order';
import { paymentHandlers } from '@souk/payment/service';
import { sqlPaymentStore } from '@souk/payment/storage/sql-payment-store';
import { addPaymentMethod } from '@souk/payment/usecases/keep-payment-methods';
import { advanceCharge } from '@souk/payment/usecases/advance-payment';

/** In a batch of each step. */
const ORDERS = 20;
const CUSTOMERS = 10;
const SKUS = Array.from({ length: 20 }, (_, at) => `SKU-${at}`);
const DEADLINES = { placed: 30_000, awaiting_payment: 900_000 };
const ADDRESS = { name: 'Zoë Müller', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' };
const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** Transactions, and packets in them, of Order, Inventory and Payment. */
const PACKETS = [[3, 6], [2, 6], [2, 4]];
/**
 * Rows and statements for each order. What MySQL reads of an index to count a customer's orders is not in it, nor that an update reads
 * its row. Without what the writer remembers (ADR 60) 12.45 rows were read, and 2.65 statements sent. Keys are looked for in two
 * tables, since whole answers of before ADR 61 are found too. All SKUs have been sold within the last second: otherwise a row of the catalogue
 * copy is read for each SKU of a batch (ADR 67), which was one more for each order here.
 */
const COUNTED = { read: 3.45, inserted: 16, updated: 6.35, removed: 0, statements: 2.2 };

const ANSWER = { status: 202, headers: {}, body: '' };
/** Nothing but a key is kept of an answer that shows an order (docs/adr/0061). */
const SHOWS: Shows<Placement> = {
  place: (placement) => (placement.kind === 'placed' ? placement.order.id : undefined),
  again: async () => ANSWER,
};

/** A service's writer on a database that counts, whose batches the test makes by hand. */
async function service<C extends Collections, Schema, Task>(
  name: ServiceName,
  path: string,
  open: (database: SqlDatabase<Schema>) => ServiceStore<C>,
  handlers: MessageHandlers<C & ChassisCollections, Task>,
) {
  const counting = countedRows(openSqlite<Schema>({ path: join(path, `${name}.db`), synchronous: 'NORMAL' }));
  const store = open(counting.database);
  await store.migrate();
  const told: StoredEvent[] = [];
  const tasks: Task[] = [];
  const writer = await Writer.open<C & ChassisCollections, Task>({
    store: store.writing,
    lane: name,
    newId,
    paceMs: 0,
    runTask: (task) => tasks.push(task),
    report: (error) => {
      throw error;
    },
    outbox: () => ({ offer: (events) => told.push(...events.filter(({ published }) => published)), publishedSeq: 0 }),
  });
  // Each is asked with events of its own topic only.
  const answers = new Map(Object.entries<UseCase<C & ChassisCollections, AnyEvent, void, Task>>(handlers));
  return {
    writer,
    tasks,
    take: counting.take,
    /** What it has told since it was last asked. */
    told: () => told.splice(0).map((event) => eventOf(outgoing(name, event))),
    /** Handles what it reads of these, all at once. */
    hear: (events: readonly AnyEvent[]) =>
      Promise.all(events.flatMap((event) => {
        const answer = answers.get(event.type);
        return answer === undefined ? [] : [writer.submit(answer, event)];
      })),
    async close() {
      await writer.close();
      await store.close();
    },
  };
}

function perOrder(all: readonly Readonly<RowCounts>[]) {
  const sum = (of: keyof RowCounts) => all.reduce((total, counts) => total + counts[of], 0) / ORDERS;
  return { read: sum('read'), inserted: sum('inserted'), updated: sum('updated'), removed: sum('removed'), statements: sum('statements') };
}

test('rows that an order of two lines costs until it is completed, in batches of twenty', async () => {
  using folder = temporaryFolder();
  // The clock of what prices are remembered by stands still: however slow this machine is, all of it happens at once.
  const order = await service('order', folder.path, (database: SqlDatabase<OrderSchema>) => sqlOrderStore(database, () => 0), orderHandlers(DEADLINES, { gatewayTook: () => undefined, answered: () => undefined }));
  const inventory = await service('inventory', folder.path, sqlInventoryStore, inventoryHandlers(5));
  const payment = await service('payment', folder.path, sqlPaymentStore, paymentHandlers(false));
  const services = [order, inventory, payment];

  const productId = newId();
  const variants = SKUS.map((sku) => ({ sku, options: {}, price: eur(1000) }));
  await order.writer.submit(copyProduct, { id: productId, version: 1, title: 'Cup', active: true, changedAt: 0, variants });
  const opened = await inventory.writer.submit(openWarehouse, { name: 'North', priority: 1, active: true });
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  const receipt = { warehouseId: opened.warehouse.id, quantity: 1000, reason: null, actor: newId() };
  const arrive = (sku: string) =>
    inventory.writer.submit(receiveStock(5), { ...receipt, id: newId(), sku, toldByProduct: { sku, productId, version: 1, onSale: true } });
  await Promise.all(SKUS.map(arrive));
  const users = Array.from({ length: CUSTOMERS }, newId);
  const methods = await Promise.all(
    users.map((userId) => payment.writer.submit(addPaymentMethod(20), { userId, token: 'tok_ok', brand: 'b', last4: '0000', label: null })),
  );

  const place: UseCase<OrderCollections & ChassisCollections, OrderRequest, Placement> = placeOrder(DEADLINES, { orders: 1000, pieces: 1000 });
  async function buy() {
    const placed = await Promise.all(
      Array.from({ length: ORDERS }, (_, at) => {
        const [userId = '', method] = [users[at % CUSTOMERS], methods[at % CUSTOMERS]];
        if (method?.kind !== 'added') throw new Error('no method');
        const items = [0, 7].map((further) => ({ sku: SKUS[(at + further) % SKUS.length] ?? '', quantity: 1 }));
        const request = { userId, items, shippingAddress: ADDRESS, paymentMethodId: method.method.id };
        const key = { owner: userId, scope: 'orders', key: newId(), fingerprint: '', render: () => ANSWER, shows: SHOWS };
        return order.writer.submit(once(place, key), request);
      }),
    );
    await inventory.hear(order.told());
    await order.hear(inventory.told());
    await payment.hear(order.told());
    const charges = payment.tasks.splice(0);
    await Promise.all(charges.map(({ orderId }) => payment.writer.submit(advanceCharge, { orderId, message: { on: 'gateway.succeeded', reference: 'r' } })));
    await order.hear(payment.told());
    const completed = order.told();
    await inventory.hear(completed);
    return { placed: placed.length, completed: completed.filter(({ type }) => type === 'order.completed').length };
  }

  // Close to midnight and noon, in UTC, a key has two rows (docs/adr/0061).
  const more = neighbourAt(Date.now()) === undefined ? 0 : 1;
  const counted = { ...COUNTED, inserted: COUNTED.inserted + more, statements: COUNTED.statements + more / ORDERS };
  // The first ones make their customers' rows.
  await buy();
  for (const { take } of services) take();
  expect(await buy()).toEqual({ placed: ORDERS, completed: ORDERS });
  const counts = services.map(({ take }) => take());
  expect(counts.map(({ transactions, packets }) => [transactions, packets])).toEqual(PACKETS);
  expect(perOrder(counts)).toEqual(counted);
  for (const { close } of services) await close();
});
