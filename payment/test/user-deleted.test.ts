import { afterAll, beforeAll, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { Payment } from '@souk/contracts/http/payment';
import { looked } from '../src/domain/payment-method.ts';
import { addPaymentMethod, eraseUser } from '../src/usecases/keep-payment-methods.ts';
import { method, NOW, uuid } from './builders.ts';
import { deletedUser, readyForPayment } from './messages.ts';
import { paperWriter } from './paper-writer.ts';
import { PEOPLE, runPayments, type RunningPayments } from './running-payments.ts';

let shop: RunningPayments;
beforeAll(async () => {
  shop = await runPayments();
});
afterAll(() => shop.dispose());

const methodsOf = (userId: string) => shop.store.reads.methods(userId, { before: undefined, limit: 10 });

test('payments and refunds of a deleted user stay, and nothing else does', async () => {
  const payment = await shop.paid(1000);
  await shop.cardOf('tok_slow');
  const kept = await shop.cardOf('tok_ok', 'stranger');
  const gone = deletedUser(PEOPLE.customer.id);
  await shop.log.deliver(gone, gone);
  await until('the payment methods to be gone', async () => (await methodsOf(PEOPLE.customer.id)).length === 0);
  await shop.log.deliver(gone);
  expect((await methodsOf(PEOPLE.stranger.id)).map(({ id }) => id)).toEqual([kept.id]);

  const read = await shop.send<Payment>('GET', `/payments/${payment.id}`, { as: 'staff' });
  expect(read).toMatchObject({ status: 200, body: { userId: PEOPLE.customer.id, status: 'captured' } });
  const headers = { 'idempotency-key': 'after' };
  const body = { amount: { amount: 100, currency: 'EUR' }, reason: 'arrived broken' };
  expect((await shop.send('POST', `/payments/${payment.id}/refunds`, { as: 'staff', body, headers })).status).toBe(202);
  await shop.paymentWhen(payment.orderId, ({ refunded }) => refunded.amount === 100);
});

test('the token of a deleted user is refused, so no data of theirs is added', async () => {
  await shop.log.deliver(deletedUser(PEOPLE.customer.id, Date.now()));
  const reply = await shop.send('POST', '/payment-methods', { as: 'customer', body: { token: 'tok_ok' } });
  expect(reply).toMatchObject({ status: 401, body: { type: 'urn:souk:problem:unauthenticated' } });
  expect((await shop.send('GET', '/payments', { as: 'customer' })).status).toBe(401);
  expect((await shop.send('GET', '/payments', { as: 'stranger' })).status).toBe(200);
  expect(await methodsOf(PEOPLE.customer.id)).toEqual([]);
});

test('an unpaid order of a deleted user fails because its payment method is gone', async () => {
  const { id: paymentMethodId } = await shop.cardOf('tok_ok', 'admin');
  await shop.log.deliver(deletedUser(PEOPLE.admin.id));
  await until('the method to be gone', async () => (await methodsOf(PEOPLE.admin.id)).length === 0);
  const orderId = Bun.randomUUIDv7();
  await shop.log.deliver(readyForPayment({ orderId, userId: PEOPLE.admin.id, paymentMethodId }));
  expect(await shop.paymentOf(orderId)).toMatchObject({ status: 'failed', failureReason: 'payment_method_not_found' });
});

test('a method that was being added when its user was deleted is refused', () => {
  const { settle } = paperWriter();
  const { id: _, createdAt: __, ...card } = method();
  expect(settle(addPaymentMethod(20), card, NOW).answer).toMatchObject({ kind: 'added', method: card });
  settle(eraseUser, deletedUser(card.userId), NOW);
  expect(settle(addPaymentMethod(20), card, NOW).answer).toEqual({ kind: 'gone' });
});

test('a last search follows after a minute, for methods that were being added meanwhile', () => {
  const user = { userId: uuid(1), erasedAt: NOW, dueAt: NOW };
  expect(looked(user, { foundAll: false, now: NOW + 1 })).toMatchObject({ dueAt: NOW + 1 });
  expect(looked(user, { foundAll: true, now: NOW + 1 })).toMatchObject({ dueAt: NOW + 60_000 });
  expect(looked(user, { foundAll: true, now: NOW + 60_000 })).toMatchObject({ dueAt: null });
});
