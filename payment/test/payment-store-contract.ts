import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type IdSlice, type Looked, LOOKS } from '@souk/chassis/web/paging';
import type { RefundStatus } from '@souk/contracts/saga';
import { StorageError } from '@souk/chassis/storage-error';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { Decision, Entities, Keys } from '@souk/chassis/engine/writer/use-case';
import { Writer } from '@souk/chassis/engine/writer/writer';
import type { GatewayTask } from '../src/domain/gateway-call.ts';
import type { Payment } from '../src/domain/payment.ts';
import type { PaymentCollections, PaymentFilter, PaymentStore } from '../src/storage/payment-store.ts';
import { addPaymentMethod, erasePaymentMethods } from '../src/usecases/keep-payment-methods.ts';
import { receiveWebhook, refundPayment } from '../src/usecases/advance-payment.ts';
import {
  captured,
  eur,
  failed,
  failedRefund,
  MESSAGE,
  method,
  NOW,
  pending,
  pendingRefund,
  succeededRefund,
  uuid,
  voided,
} from './builders.ts';

type Own = PaymentCollections & ChassisCollections;

export interface OpenPaymentStore {
  readonly store: PaymentStore;
  close(): Promise<void>;
}

/** What the payment service needs of a store, whatever engine it runs on. */
export function describePaymentStore(name: string, open: () => Promise<OpenPaymentStore>): void {
  describe(`payment store on ${name}`, () => {
    let opened: OpenPaymentStore;
    let writer: Writer<Own, GatewayTask>;
    const reports: string[] = [];
    const openWriter = (lane: string) =>
      Writer.open<Own, GatewayTask>({
        store: opened.store.writing,
        lane,
        newId: () => Bun.randomUUIDv7(),
        paceMs: 0,
        runTask: () => undefined,
        outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
        report: (_, message) => reports.push(message),
      });
    beforeEach(async () => {
      opened = await open();
      writer = await openWriter('test');
    });
    afterEach(async () => {
      await writer.close();
      await opened.close();
    });

    function settle(decision: Omit<Decision<Own, unknown>, 'answer'>, keys: Keys<Own> = {}): Promise<unknown> {
      return writer.submit({ name: 'save', keys: () => keys, decide: () => ({ ...decision, answer: null }) }, null);
    }
    const save = (puts: Entities<Own>, keys: Keys<Own> = {}) => settle({ puts }, keys);
    function load<N extends keyof PaymentCollections>(
      collection: N,
      key: string,
    ): Promise<PaymentCollections[N] | undefined> {
      const keys: Keys<Own> = { [collection]: [key] };
      return writer.submit(
        {
          name: 'load',
          keys: () => keys,
          decide: (_, world) => ({ answer: world.get(collection, key) as PaymentCollections[N] | undefined }),
        },
        null,
      );
    }
    const first = { before: undefined, limit: 10 };
    const orderOf = (number: number): Payment => captured({ id: uuid(number), orderId: uuid(0x1000 + number) });

    test.each<[string, Payment]>([
      ['pending', pending({ attempts: 3, orderCancelled: true })],
      ['captured', captured({ refunded: 100, refunding: 900, version: 4 })],
      ['captured without the gateway', captured({ amount: eur(0), gatewayReference: null })],
      ['cancelled while it was under way', pending({ orderCancelled: true, cancelledBy: MESSAGE })],
      ['failed', failed()],
      ['voided', voided()],
      ['a tombstone', voided({ amount: null })],
    ])('a payment that is %s comes back as it was saved', async (_, payment) => {
      await save({ payments: [payment] });
      expect(await load('payments', payment.orderId)).toEqual(payment);
    });

    test('counts a customer’s methods across two processes, including those added before the count existed', async () => {
      const customer = method().userId;
      await settle({ puts: { paymentMethods: [1, 2].map((n) => method({ id: uuid(70 + n), userId: customer })) } });
      const other = await openWriter('other');
      const { id: _, createdAt: __, ...card } = method();
      const asked = [writer, other].flatMap((by) => Array.from({ length: 4 }, () => by.submit(addPaymentMethod(5), { ...card, userId: customer })));
      const answers = (await Promise.all(asked)).map(({ kind }) => kind);
      await other.close();
      expect(answers.filter((kind) => kind === 'added')).toHaveLength(3);
      expect(await opened.store.reads.methods(customer, { before: undefined, limit: 100 })).toHaveLength(5);
    });

    test('its clock shows the current time', async () => {
      const [before, told, after] = [Date.now(), await opened.store.reads.now(), Date.now()];
      // The server may be another machine; an hour is what it is to help against.
      expect(told).toBeGreaterThan(before - 60_000);
      expect(told).toBeLessThan(after + 60_000);
    });

    test('a payment changes from state to state', async () => {
      const keys = { payments: [pending().orderId] };
      for (const payment of [pending(), captured({ refunding: 400 }), captured({ refunded: 400, version: 2 })]) {
        await save({ payments: [payment] }, keys);
        expect(await load('payments', payment.orderId)).toEqual(payment);
      }
    });

    test.each([pendingRefund(), succeededRefund(), failedRefund(), pendingRefund({ requestedBy: null })])(
      'a refund comes back as it was saved (%#)',
      async (refund) => {
        await save({ refunds: [refund] });
        expect(await load('refunds', refund.id)).toEqual(refund);
        expect(await opened.store.reads.refund(refund.id)).toEqual(refund);
      },
    );

    test('a payment method is saved and removed', async () => {
      const card = method({ label: 'Für Zuhause ✔' });
      await save({ paymentMethods: [card] });
      expect(await load('paymentMethods', card.id)).toEqual(card);
      expect(await opened.store.reads.method(card.id)).toEqual(card);
      const keys = { paymentMethods: [card.id] };
      await settle({ removes: keys }, keys);
      expect(await opened.store.reads.method(card.id)).toBeUndefined();
    });

    test.each<[string, Payment]>([
      ['more refunded than captured', captured({ refunded: 1001 })],
      ['more reserved than is left', captured({ refunded: 600, refunding: 401 })],
      ['a negative refund', captured({ refunded: -1 })],
      ['a negative reservation', captured({ refunding: -1 })],
      ['a negative amount', captured({ amount: eur(-1) })],
    ])('the database itself refuses %s', async (_, payment) => {
      const refusal = await save({ payments: [payment] }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(StorageError);
      expect(refusal).toMatchObject({ code: 'check' });
      expect(await load('payments', payment.orderId)).toBeUndefined();
    });

    test('an order has one payment, even if a writer did not look for it', async () => {
      await save({ payments: [captured()] });
      const second = save({ payments: [captured({ id: uuid(0xbb) })] });
      expect(await second.catch((error: unknown) => error)).toMatchObject({ code: 'unique' });
    });

    test('payments are listed newest first, page by page, by owner and by order', async () => {
      const { reads } = opened.store;
      const mine = [1, 3, 5].map(orderOf);
      const theirs = [2, 4].map((number) => ({ ...orderOf(number), userId: uuid(0xcc) }));
      await save({ payments: [...mine, ...theirs] });
      const ids = async (filter: PaymentFilter, slice: IdSlice = first) => (await reads.payments(filter, slice)).rows.map(({ id }) => id);
      expect(await ids({})).toEqual([5, 4, 3, 2, 1].map(uuid));
      expect(await ids({ userId: uuid(0xc) })).toEqual([5, 3, 1].map(uuid));
      expect(await ids({ orderId: uuid(0x1002) })).toEqual([uuid(2)]);
      expect(await ids({}, { before: uuid(4), limit: 2 })).toEqual([3, 2].map(uuid));
      expect(await reads.payment(uuid(3))).toEqual(orderOf(3) as never);
    });

    test('a tombstone is not shown as a payment', async () => {
      const tombstone = voided({ amount: null });
      await save({ payments: [tombstone] });
      const { reads } = opened.store;
      expect(await reads.payment(tombstone.id)).toBeUndefined();
      for (const filter of [{ orderId: tombstone.orderId }, { status: 'voided' }, {}] as const) {
        expect(await reads.payments(filter, first)).toEqual({ rows: [], reached: undefined });
      }
    });

    /** All pages, each of what one request found; and the number of requests. */
    async function walked(read: (slice: IdSlice) => Promise<Looked<{ readonly id: string }, string>>, limit: number) {
      const ids: string[] = [];
      let before: string | undefined;
      for (let requests = 1; ; requests += 1) {
        const { rows, reached } = await read({ before, limit });
        ids.push(...rows.map(({ id }) => id));
        const end = rows.length === limit ? rows.at(-1)?.id : reached;
        if (end === undefined) return { ids, requests };
        before = end;
      }
    }

    test('payments are listed by status, alone and with their owner or order', async () => {
      const { reads } = opened.store;
      const of = (number: number, payment: Payment): Payment => ({ ...payment, id: uuid(number), orderId: uuid(0x1000 + number), userId: uuid(number % 2 === 0 ? 0xc : 0xcc) });
      await save({ payments: [captured(), pending(), failed(), voided(), captured(), pending(), failed(), voided(), voided({ amount: null })].map((payment, at) => of(at + 1, payment)) });
      const ids = async (filter: PaymentFilter) => (await walked((slice) => reads.payments(filter, slice), 1)).ids;
      expect(await ids({ status: 'captured' })).toEqual([5, 1].map(uuid));
      expect(await ids({ status: 'pending' })).toEqual([6, 2].map(uuid));
      expect(await ids({ status: 'failed' })).toEqual([7, 3].map(uuid));
      expect(await ids({ status: 'voided' })).toEqual([8, 4].map(uuid));
      expect(await ids({ status: 'pending', userId: uuid(0xc) })).toEqual([6, 2].map(uuid));
      expect(await ids({ status: 'pending', userId: uuid(0xcc) })).toEqual([]);
      expect(await ids({ status: 'failed', orderId: uuid(0x1007) })).toEqual([uuid(7)]);
      expect(await ids({ status: 'pending', orderId: uuid(0x1007) })).toEqual([]);
      expect(await ids({ status: 'failed', orderId: uuid(0x1007), userId: uuid(0xc) })).toEqual([]);
    });

    test('refunds of all payments are listed, and by status', async () => {
      const { reads } = opened.store;
      const all = [succeededRefund(), pendingRefund(), failedRefund(), pendingRefund()];
      await save({ refunds: all.map((refund, at) => ({ ...refund, id: uuid(at + 1), paymentId: uuid(0x100 + at) })) });
      const ids = async (status?: RefundStatus) => (await walked((slice) => reads.allRefunds(status, slice), 1)).ids;
      expect(await ids()).toEqual([4, 3, 2, 1].map(uuid));
      expect(await ids('pending')).toEqual([4, 2].map(uuid));
      expect(await ids('succeeded')).toEqual([uuid(1)]);
      expect(await ids('failed')).toEqual([uuid(3)]);
      expect((await reads.allRefunds('failed', first)).rows).toEqual([{ ...failedRefund(), id: uuid(3), paymentId: uuid(0x102) }]);
    });

    test('few among many are found page by page: none is lost, none comes twice, and a request looks at so many', async () => {
      const { reads } = opened.store;
      const many = 2 * LOOKS + 50;
      const rare = [0, 7, many - 2 * LOOKS, many - LOOKS - 1, many - LOOKS, many - LOOKS + 1, many - 1];
      const isRare = new Set(rare);
      const found = rare.map((number) => uuid(number + 1)).toReversed();
      const numbers = Array.from({ length: many }, (_, number) => number);
      for (let from = 0; from < many; from += 500) {
        const part = numbers.slice(from, from + 500);
        await save({
          payments: part.map((number) => ({ ...(isRare.has(number) ? failed() : pending()), id: uuid(number + 1), orderId: uuid(0x10000 + number) })),
          refunds: part.map((number) => ({ ...(isRare.has(number) ? pendingRefund() : succeededRefund()), id: uuid(number + 1) })),
        });
      }
      for (const limit of [1, 2, 3, 100]) {
        expect((await walked((slice) => reads.payments({ status: 'failed' }, slice), limit)).ids).toEqual(found);
        expect((await walked((slice) => reads.payments({ status: 'failed', userId: captured().userId }, slice), limit)).ids).toEqual(found);
        expect((await walked((slice) => reads.allRefunds('pending', slice), limit)).ids).toEqual(found);
      }
      // More than the index of what is due is asked for.
      const { ids, requests } = await walked((slice) => reads.payments({ status: 'pending' }, slice), 100);
      expect([new Set(ids).size, ids.length]).toEqual([many - rare.length, many - rare.length]);
      expect(requests).toBeLessThan(25);
      expect(await reads.payments({ status: 'captured' }, first)).toEqual({ rows: [], reached: uuid(many - LOOKS + 1) });
      expect(await reads.allRefunds('failed', first)).toEqual({ rows: [], reached: uuid(many - LOOKS + 1) });
      expect((await walked((slice) => reads.allRefunds('pending', slice), 100)).requests).toBe(1);
    }, 60_000);

    test('refunds and methods are listed newest first, page by page', async () => {
      const { reads } = opened.store;
      const numbers = [1, 2, 3];
      await save({
        refunds: [
          ...numbers.map((number) => succeededRefund({ id: uuid(number) })),
          pendingRefund({ id: uuid(9), paymentId: uuid(8) }),
        ],
        paymentMethods: [
          ...numbers.map((number) => method({ id: uuid(number) })),
          method({ id: uuid(9), userId: uuid(8) }),
        ],
      });
      const paymentId = succeededRefund().paymentId;
      expect((await reads.refunds(paymentId, first)).map(({ id }) => id)).toEqual([3, 2, 1].map(uuid));
      expect((await reads.refunds(paymentId, { before: uuid(3), limit: 1 })).map(({ id }) => id)).toEqual([uuid(2)]);
      expect((await reads.methods(uuid(0xc), first)).map(({ id }) => id)).toEqual([3, 2, 1].map(uuid));
      expect((await reads.methods(uuid(0xc), { before: uuid(2), limit: 5 })).map(({ id }) => id)).toEqual([uuid(1)]);
    });

    test('only what is due is found, longest waiting first', async () => {
      const { reads } = opened.store;
      const soon = Date.now() + 3_600_000;
      const due = (number: number, nextCheckAt: number) => ({
        ...pending({ nextCheckAt }),
        id: uuid(number),
        orderId: uuid(number),
      });
      await save({
        payments: [due(1, NOW - 100_000_000_000), due(2, NOW - 200_000_000_000), due(3, soon), orderOf(4)],
        refunds: [
          pendingRefund({ id: uuid(5), nextCheckAt: NOW - 100_000_000_000 }),
          pendingRefund({ id: uuid(6), nextCheckAt: soon }),
          succeededRefund({ id: uuid(7) }),
        ],
      });
      expect(await reads.duePayments(10)).toEqual([{ orderId: uuid(2) }, { orderId: uuid(1) }]);
      expect(await reads.duePayments(1)).toEqual([{ orderId: uuid(2) }]);
      expect(await reads.dueRefunds(10)).toEqual([{ orderId: pendingRefund().orderId, refundId: uuid(5) }]);
    });

    test('twenty refunds at once, in two processes, never exceed the payment', async () => {
      const payment = captured();
      await save({ payments: [payment] });
      const writers = [writer, await openWriter('other')];
      const command = { orderId: payment.orderId, amount: eur(150), reason: 'broken', requestedBy: uuid(0xe) };
      const decisions = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (writers[index % 2] ?? writer).submit(refundPayment, command)),
      );
      await writers[1]?.close();
      expect(decisions.filter(({ kind }) => kind === 'accepted')).toHaveLength(6);
      expect(await load('payments', payment.orderId)).toMatchObject({ refunding: 900, version: payment.version + 6 });
      expect(await opened.store.reads.refunds(payment.id, { before: undefined, limit: 20 })).toHaveLength(6);
    });

    test('a webhook that comes twenty times at once, to two processes, is applied once', async () => {
      const payment = pending();
      await save({ payments: [payment] });
      const writers = [writer, await openWriter('other')];
      const { orderId } = payment;
      const message = { on: 'gateway.succeeded', reference: 'ch_1' } as const;
      const event = { id: 'simulator:evt_1', key: `payment:${payment.id}`, said: 'succeeded' } as const;
      const received = { ...event, subject: { orderId, refundId: null }, message };
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (writers[index % 2] ?? writer).submit(receiveWebhook, received)),
      );
      await writers[1]?.close();
      expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['changed', ...Array(19).fill('known')]);
      expect((await opened.store.writing.readStream(payment.id)).map(({ type }) => type)).toEqual(['payment.completed']);
      expect(await load('webhookEvents', event.id)).toMatchObject({ ...event, outcome: 'changed' });
    });

    test.each([null, 'payment:😀'])('a webhook about no charge or refund of ours (%p) is kept too', async (key) => {
      const event = { id: 'simulator:evt_2', key, said: null };
      const received = { ...event, subject: null, message: null };
      const outcome = key === null ? 'ignored' : 'unknown';
      expect(await writer.submit(receiveWebhook, received)).toEqual({ outcome, cause: null });
      expect(await load('webhookEvents', event.id)).toMatchObject({ ...event, outcome });
      expect(await writer.submit(receiveWebhook, received)).toEqual({ outcome: 'known', cause: null });
    });

    test('old webhooks are forgotten, a few at a time', async () => {
      const event = (number: number) => ({ id: `simulator:evt_${number}`, key: null, said: null, outcome: 'ignored' as const });
      await save({ webhookEvents: [1, 2, 3, 4].map((number) => ({ ...event(number), receivedAt: number * 1000 })) });
      expect(await opened.store.forgetWebhooks(3500, 2)).toBe(2);
      expect(await opened.store.forgetWebhooks(3500, 2)).toBe(1);
      expect(await opened.store.forgetWebhooks(3500, 2)).toBe(0);
      expect(await load('webhookEvents', 'simulator:evt_4')).toEqual({ ...event(4), receivedAt: 4000 });
    });

    test('payment methods of a deleted user are removed together, even if some are gone already', async () => {
      const userId = uuid(0xc);
      const ids = [1, 2, 3].map(uuid);
      await save({
        erasedUsers: [{ userId, erasedAt: NOW, dueAt: NOW }],
        paymentMethods: [...ids, uuid(4)].map((id) => method({ id, userId })),
      });
      for (const found of [ids.slice(0, 2), ids]) {
        await writer.submit(erasePaymentMethods, { userId, ids: found, foundAll: true });
      }
      expect((await opened.store.reads.methods(userId, first)).map(({ id }) => id)).toEqual([uuid(4)]);
      expect(await load('erasedUsers', userId)).toMatchObject({ dueAt: null });
    });

    test('deleted users stay known, and are found while a search for their data is due', async () => {
      const { reads } = opened.store;
      const gone = (number: number, dueAt: number | null) => ({ userId: uuid(number), erasedAt: NOW, dueAt });
      const soon = Date.now() + 3_600_000;
      await save({ erasedUsers: [gone(1, null), gone(2, 2000), gone(3, 1000), gone(4, soon)] });
      expect(await reads.usersToErase(10)).toEqual([{ userId: uuid(3) }, { userId: uuid(2) }]);
      expect(await reads.usersToErase(1)).toEqual([{ userId: uuid(3) }]);
      expect(await load('erasedUsers', uuid(1))).toEqual(gone(1, null));
      expect(await load('erasedUsers', uuid(5))).toBeUndefined();
    });
  });
}
