import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { NewNote, UseCase } from '@souk/chassis/engine/writer/use-case';
import { Writer } from '@souk/chassis/engine/writer/writer';
import type { OrderCollections, OrderStore } from '../../src/storage/order-store.ts';

type Own = OrderCollections & ChassisCollections;

/** One thing for the writer to settle. */
export type Submission = (writer: Writer<Own>) => Promise<unknown>;

export function submission<Value>(
  useCase: UseCase<OrderCollections, Value, unknown>,
  value: Value,
  causationId: string | null = null,
): Submission {
  return (writer) => writer.submit<Value, unknown>(useCase, value, { cause: { causationId, traceparent: null } });
}

/** The writer of the process that has this lane. Ids are counted, so runs can be compared. */
export function openWriter(store: OrderStore, batchLimit = 500, lane = 'test'): Promise<Writer<Own>> {
  let made = 0;
  return Writer.open<Own>({
    store: store.writing,
    lane,
    newId: () => `0198c0de-0000-7000-${lane === 'test' ? '8000' : '9000'}-${String((made += 1)).padStart(12, '0')}`,
    batchLimit,
    paceMs: 0,
    outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
    runTask: (task: never) => task,
    report: (error) => {
      throw error;
    },
  });
}

/** Settles all in their order, at most `batchLimit` in one transaction, as the process that has this lane. */
export async function settle(store: OrderStore, submissions: readonly Submission[], batchLimit = 500, lane = 'test'): Promise<void> {
  const writer = await openWriter(store, batchLimit, lane);
  try {
    await Promise.all(submissions.map((submit) => submit(writer)));
  } finally {
    await writer.stop();
    await writer.close();
  }
}

/** Puts entities as they are given. */
export function put(
  puts: { readonly [N in keyof OrderCollections]?: readonly OrderCollections[N][] },
  events: readonly NewNote[] = [],
): Submission {
  const keys = {
    customers: puts.customers?.map(({ id }) => id) ?? [],
    orders: puts.orders?.map(({ id }) => id) ?? [],
    catalogue: puts.catalogue?.map(({ sku }) => sku) ?? [],
    offers: puts.offers?.map(({ sku }) => sku) ?? [],
    catalogueProducts: puts.catalogueProducts?.map(({ id }) => id) ?? [],
    freshCatalogue: puts.freshCatalogue?.map(({ sku }) => sku) ?? [],
    freshProducts: puts.freshProducts?.map(({ id }) => id) ?? [],
    catalogueRebuilds: puts.catalogueRebuilds?.map(({ id }) => id) ?? [],
    ordersToErase: puts.ordersToErase?.map(({ orderId }) => orderId) ?? [],
    erasedUsers: puts.erasedUsers?.map(({ id }) => id) ?? [],
  };
  return submission<null>({ name: 'put', keys: () => keys, decide: () => ({ answer: undefined, puts, events }) }, null);
}
