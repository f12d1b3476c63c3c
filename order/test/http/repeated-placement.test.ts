import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import fc from 'fast-check';
import { message } from '../messages.ts';
import { ADDRESS, METHOD_ID, PAYMENT_ID, PRODUCT_ID, REFUND_ID, SHORTAGES } from '../orders.ts';
import { type RunningService, runOrderService } from '../running-service.ts';
import { SEED, WITH_SEED } from '../seed.ts';

setDefaultTimeout(120_000);

const SKUS = { MUG: 1000, TEA: 499, CUP: 7, POT: 123_456 };

let shop: RunningService;
let staff: string;

beforeAll(async () => {
  shop = await runOrderService();
  staff = await shop.customer(undefined, ['customer', 'staff']);
  await shop.onSale(SKUS, PRODUCT_ID);
});
afterAll(() => shop.close());

interface Placing {
  readonly as: string;
  readonly key: string;
  readonly body: object;
}

async function place({ as, key, body }: Placing) {
  const headers = { authorization: as, 'content-type': 'application/json', 'idempotency-key': key };
  const response = await shop.fetch('/orders', { method: 'POST', headers, body: JSON.stringify(body) });
  // Of each request its own.
  const { 'x-request-id': _id, date: _date, traceparent: _trace, 'idempotency-replayed': replayed, ...rest } = Object.fromEntries(response.headers);
  return { replayed, answer: { status: response.status, headers: rest, body: await response.text() } };
}

const stored = (id: string) => shop.store.reads.order(id);
const post = (path: string, body: object = {}) => shop.ask('POST', path, { as: staff, body });

/** All that can become of an order. */
const ENDS = {
  placed: async () => undefined,
  async rejected(id: string) {
    await shop.tell(message('inventory.failed', id, { orderId: id, shortages: SHORTAGES }));
    await shop.reaches(id, 'rejected');
  },
  async reserved(id: string) {
    await shop.reserved(id);
  },
  async cancelled(id: string) {
    await post(`/orders/${id}/cancellation`, { note: 'not now' });
    await shop.reaches(id, 'cancelled');
  },
  async paid(id: string) {
    await ENDS.reserved(id);
    await shop.paid(id);
  },
  async refunded(id: string) {
    await ENDS.paid(id);
    await post(`/orders/${id}/cancellation`);
    const { total } = await shop.reaches(id, 'cancelled');
    await shop.tell(message('payment.refunded', id, { orderId: id, paymentId: PAYMENT_ID, refundId: REFUND_ID, amount: total, refundedTotal: total }));
    await until('Order has heard of it', async () => (await stored(id))?.refunded === total.amount);
  },
  async delivered(id: string) {
    await ENDS.paid(id);
    for (const { id: parcel } of (await stored(id))?.shipments ?? []) {
      await post(`/orders/${id}/shipments/${parcel}/ship`, { carrier: 'Post', trackingNumber: 'AT 0001' });
      await post(`/orders/${id}/shipments/${parcel}/deliver`);
    }
  },
};

const line = fc.record({ sku: fc.constantFrom(...Object.keys(SKUS)), quantity: fc.integer({ min: 1, max: 99 }) });
const said = fc.string({ unit: fc.constantFrom('a', 'Zoë', '"', '\\', '/', '€', '𝄞', "'", '<', '&', 'ß', '0'), minLength: 1, maxLength: 20 }).map((text) => `x${text}`);
const address = fc.record(
  { name: said, line1: said, line2: said, city: said, postalCode: fc.constant('1080'), country: fc.constant('AT'), phone: fc.constant('+43 1 5134567') },
  { requiredKeys: ['name', 'line1', 'city', 'postalCode', 'country'] },
);
const placing = fc.record({
  items: fc.uniqueArray(line, { selector: ({ sku }) => sku, minLength: 1, maxLength: 4 }),
  shippingAddress: address,
  paymentMethodId: fc.constant(METHOD_ID),
});

test(`a repeat gets the first answer byte for byte, whatever has become of the order since ${WITH_SEED}`, async () => {
  const property = fc.asyncProperty(placing, fc.constantFrom(...(Object.keys(ENDS) as (keyof typeof ENDS)[])), async (body, end) => {
    const asked = { as: await shop.customer(), key: Bun.randomUUIDv7(), body };
    const first = await place(asked);
    expect(first).toMatchObject({ replayed: undefined, answer: { status: 202, headers: { etag: '"1"' } } });
    const { id } = JSON.parse(first.answer.body);
    await ENDS[end](id);
    expect(await place(asked)).toEqual({ replayed: 'true', answer: first.answer });
    expect((await place({ ...asked, body: { ...body, paymentMethodId: PAYMENT_ID } })).answer.status).toBe(422);
  });
  const examples = (Object.keys(ENDS) as (keyof typeof ENDS)[]).map((end): [typeof body, typeof end] => [body, end]);
  await fc.assert(property, { seed: SEED, numRuns: 40, examples });
});

const body = { items: [{ sku: 'MUG', quantity: 3 }, { sku: 'TEA', quantity: 1 }], shippingAddress: ADDRESS, paymentMethodId: METHOD_ID };

test('for a repeat only the id of the order is kept, and hashes of key and request', async () => {
  const key = 'a-key-of-mine';
  const { answer } = await place({ as: await shop.customer(), key, body });
  using database = new Database(shop.database, { readonly: true });
  expect(database.query('select count(*) as n from kept_answers').get()).toEqual({ n: 0 });
  const { id } = JSON.parse(answer.body);
  const rows = database.query<Record<string, unknown>, [string]>('select * from answer_keys where place = unhex(?)').all(id.replaceAll('-', ''));
  // In the first and the last five minutes of a period there is one in its neighbour too.
  expect([1, 2]).toContain(rows.length);
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(['period', 'hash', 'fingerprint', 'place']);
    for (const { byteLength } of [row['hash'], row['fingerprint'], row['place']] as Uint8Array[]) expect(byteLength).toBe(16);
  }
});

test('a deleted user is refused, even with a key of theirs', async () => {
  const userId = Bun.randomUUIDv7();
  const asked = { as: await shop.customer(userId), key: 'k', body };
  const { answer } = await place(asked);
  await ENDS.delivered(JSON.parse(answer.body).id);
  await shop.tell(message('user.deleted', userId, { userId, deletedAt: new Date().toISOString() }));
  await until('the token is refused', async () => (await place(asked)).answer.status === 401);
  expect((await stored(JSON.parse(answer.body).id))?.total).toEqual(JSON.parse(answer.body).total);
});

test('20 requests at once are one order, and all get its answer', async () => {
  const asked = { as: await shop.customer(), key: 'k', body };
  const answers = await Promise.all(Array.from({ length: 20 }, () => place(asked)));
  expect(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size).toBe(1);
  expect(answers.filter(({ replayed }) => replayed === undefined)).toHaveLength(1);
});
