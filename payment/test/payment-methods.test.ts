import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { PaymentMethod } from '@souk/contracts/http/payment';
import { readyForPayment } from './messages.ts';
import { runPayments, type RunningPayments } from './running-payments.ts';

let shop: RunningPayments;
beforeAll(async () => {
  shop = await runPayments();
});
afterAll(() => shop.dispose());

const add = (body: unknown, headers: Record<string, string> = {}) =>
  shop.send<PaymentMethod>('POST', '/payment-methods', { as: 'customer', body, headers });

describe('adding a payment method', () => {
  test('keeps what the gateway says about the token, and never shows the token', async () => {
    const { status, headers, body } = await add({ token: 'tok_ok', label: 'My card' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/payment-methods/${body.id}`);
    expect(body).toEqual({
      id: body.id,
      brand: 'Simulator',
      last4: '4242',
      label: 'My card',
      createdAt: body.createdAt,
    });
    const read = await shop.send<PaymentMethod>('GET', `/payment-methods/${body.id}`, { as: 'customer' });
    expect(read).toMatchObject({ status: 200, body });
  });

  test('again under the same Idempotency-Key answers the same method', async () => {
    const headers = { 'idempotency-key': 'card-1' };
    const replies = await Promise.all(Array.from({ length: 5 }, () => add({ token: 'tok_ok' }, headers)));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect((await add({ token: 'tok_slow' }, headers)).status).toBe(422);
  });

  test.each([
    ['a token that the gateway does not know', { token: 'tok_nobody' }, 'payment-token-refused', '/token'],
    ['a card number as token', { token: '4242424242424242' }, 'card-number-refused', '/token'],
    [
      'a card number in the label',
      { token: 'tok_ok', label: 'mine: 4242 4242-4242 4242' },
      'card-number-refused',
      '/label',
    ],
    ['no token', {}, 'validation', '/token'],
    ['a blank label', { token: 'tok_ok', label: '  ' }, 'validation', '/label'],
    ['an unknown field', { token: 'tok_ok', cvc: '123' }, 'validation', '/cvc'],
  ])('refuses %s', async (_, body, code, pointer) => {
    const reply = await shop.send('POST', '/payment-methods', { as: 'customer', body });
    expect(reply.status).toBe(422);
    expect(reply.body).toMatchObject({ type: `urn:souk:problem:${code}`, errors: [{ pointer }] });
  });
});

describe('payment methods', () => {
  test('are listed for their owner, newest first, page by page', async () => {
    const cards: PaymentMethod[] = [];
    for (const token of ['tok_ok', 'tok_flaky', 'tok_slow']) cards.unshift(await shop.cardOf(token, 'stranger'));
    type Page = { items: PaymentMethod[]; nextCursor: string | null };
    const first = await shop.send<Page>('GET', '/payment-methods?limit=2', { as: 'stranger' });
    expect(first.body.items).toEqual(cards.slice(0, 2));
    const second = await shop.send<Page>('GET', `/payment-methods?limit=2&cursor=${first.body.nextCursor}`, {
      as: 'stranger',
    });
    expect(second.body).toEqual({ items: cards.slice(2), nextCursor: null });
    expect((await shop.send('GET', '/payment-methods?cursor=nonsense', { as: 'stranger' })).status).toBe(422);
  });

  test.each(['GET', 'DELETE'])('of another customer are not found: %s', async (method) => {
    const { id } = await shop.cardOf();
    for (const as of ['stranger', 'staff', 'admin'] as const) {
      expect((await shop.send(method, `/payment-methods/${id}`, { as })).status).toBe(404);
    }
    expect((await shop.send('GET', `/payment-methods/${id}`, { as: 'customer' })).status).toBe(200);
    expect((await shop.send(method, '/payment-methods/nonsense', { as: 'customer' })).status).toBe(404);
  });

  test('that are deleted are not found, and pay for no new order', async () => {
    const { id } = await shop.cardOf();
    expect(await shop.send('DELETE', `/payment-methods/${id}`, { as: 'customer' })).toMatchObject({
      status: 204,
      body: null,
    });
    expect((await shop.send('GET', `/payment-methods/${id}`, { as: 'customer' })).status).toBe(404);
    expect((await shop.send('DELETE', `/payment-methods/${id}`, { as: 'customer' })).status).toBe(404);
    const { orderId, ready } = shop.anOrder(id);
    await shop.log.deliver(ready);
    expect(await shop.paymentOf(orderId)).toMatchObject({
      status: 'failed',
      failureReason: 'payment_method_not_found',
    });
  });

  test('of another customer pay for nothing', async () => {
    const { id } = await shop.cardOf('tok_ok', 'stranger');
    const { orderId, ready } = shop.anOrder(id);
    await shop.log.deliver(ready);
    expect(await shop.paymentOf(orderId)).toMatchObject({
      status: 'failed',
      failureReason: 'payment_method_not_found',
    });
  });

  test('that are deleted do not disturb a payment under way', async () => {
    const { id } = await shop.cardOf('tok_timeout_lost');
    const orderId = Bun.randomUUIDv7();
    await shop.log.deliver(readyForPayment({ orderId, paymentMethodId: id }));
    expect((await shop.send('DELETE', `/payment-methods/${id}`, { as: 'customer' })).status).toBe(204);
    await shop.paymentWhen(orderId, ({ status }) => status === 'captured');
  });
});

describe('a customer at the limit of payment methods', () => {
  let full: RunningPayments;
  beforeAll(async () => {
    full = await runPayments({ methodLimit: 3 });
  });
  afterAll(() => full.dispose());

  test('gets no more, however many are asked for at once; others do, and one that is removed makes room', async () => {
    const card = (as: 'customer' | 'stranger', headers = {}) => full.send<PaymentMethod>('POST', '/payment-methods', { as, body: { token: 'tok_ok' }, headers });
    const replies = await Promise.all(Array.from({ length: 8 }, () => card('customer')));
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 201, 409, 409, 409, 409, 409]);
    const headers = { 'idempotency-key': 'one-more' };
    expect((await card('customer', headers)).body).toMatchObject({
      type: 'urn:souk:problem:payment-method-limit',
      detail: 'You have 3 payment methods, and may have no more: remove one (DELETE /payment-methods/{id}) first.',
    });
    expect((await card('stranger')).status).toBe(201);
    const { id } = replies.find(({ status }) => status === 201)?.body ?? { id: '' };
    expect((await full.send('DELETE', `/payment-methods/${id}`, { as: 'customer' })).status).toBe(204);
    // A refusal is not kept under its key.
    expect((await card('customer', headers)).status).toBe(201);
  });
});
