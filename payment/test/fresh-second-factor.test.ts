import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Payment } from '@souk/contracts/http/payment';
import { eur } from './builders.ts';
import { type RunningPayments, runPayments } from './running-payments.ts';

const MAX_AGE_S = 300;

describe('with FRESH_SECOND_FACTOR_S and REFUND_SECOND_FACTOR_ABOVE', () => {
  let shop: RunningPayments;
  beforeAll(async () => {
    shop = await runPayments({ freshSecondFactorS: MAX_AGE_S, refundSecondFactorAbove: 500 });
  });
  afterAll(() => shop.dispose());

  /** By staff whose session has shown a code so many seconds ago. */
  async function refund({ id }: Pick<Payment, 'id'>, amount: number, ageS?: number, key = Bun.randomUUIDv7()) {
    const claims = ageS === undefined ? {} : { mfa_at: Math.floor(Date.now() / 1000) - ageS };
    const headers = { authorization: await shop.bearer({ userId: STAFF, roles: ['customer', 'staff'], claims }), 'idempotency-key': key };
    const { status, body } = await shop.send<{ type?: string; id?: string }>('POST', `/payments/${id}/refunds`, { body: { amount: eur(amount), reason: 'late' }, headers });
    return { status, type: body.type, id: body.id };
  }
  const STAFF = Bun.randomUUIDv7();
  const STALE = { status: 403, type: 'urn:souk:problem:second-factor-stale' };

  test('a large refund needs a code of lately', async () => {
    const payment = await shop.paid(1000);
    for (const age of [undefined, MAX_AGE_S + 5]) expect(await refund(payment, 501, age)).toMatchObject(STALE);
    expect(await refund(payment, 501, 10)).toMatchObject({ status: 202 });
  });

  test('many small refunds of a payment count as a large one, even at the same time', async () => {
    const payment = await shop.paid(1000);
    const replies = await Promise.all(Array.from({ length: 8 }, () => refund(payment, 100)));
    expect(replies.filter(({ status }) => status === 202)).toHaveLength(5);
    expect(replies.filter(({ type }) => type === STALE.type)).toHaveLength(3);
    expect(await refund(payment, 100, 10)).toMatchObject({ status: 202 });
  });

  test('a refused refund can be sent again under its key with a code; its answer is then repeated without one', async () => {
    const payment = await shop.paid(1000);
    const key = Bun.randomUUIDv7();
    expect(await refund(payment, 900, undefined, key)).toMatchObject(STALE);
    const { status, id } = await refund(payment, 900, 10, key);
    expect(status).toBe(202);
    expect(await refund(payment, 900, undefined, key)).toMatchObject({ status: 202, id });
  });

  test('a refund of more than is left answers 409, even without a code', async () => {
    expect(await refund(await shop.paid(1000), 1001)).toMatchObject({ status: 409 });
  });
});
