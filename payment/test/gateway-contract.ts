import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ChargeRequest, Gateway } from '../src/gateway/gateway.ts';
import { eur } from './builders.ts';

export interface OpenGateway {
  readonly gateway: Gateway;
  /** a token whose charges succeed, and one whose charges are declined */
  readonly good: string;
  readonly bad: string;
  /** How often money was taken under this key, as the gateway's own books say. */
  taken(key: string): Promise<number>;
  dispose(): Promise<void>;
}

/** What the payment service relies on, whatever gateway it talks to. */
export function describeGateway(name: string, open: () => Promise<OpenGateway>): void {
  describe(`gateway: ${name}`, () => {
    let opened: OpenGateway;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    const { signal } = new AbortController();
    const key = (): string => `payment:${Bun.randomUUIDv7()}`;
    const charge = (changes: Partial<ChargeRequest> = {}) =>
      opened.gateway.charge({ key: key(), amount: eur(1000), token: opened.good, ...changes }, signal);
    const refund = (chargeReference: string, amount: number, under = `refund:${Bun.randomUUIDv7()}`) =>
      opened.gateway.refund({ key: under, chargeReference, amount: eur(amount) }, signal);

    async function charged(): Promise<string> {
      const result = await charge();
      if (result.status !== 'succeeded') throw new Error(result.status);
      return result.reference;
    }

    test('a charge succeeds with a reference, and is found by its key', async () => {
      const under = key();
      const result = await charge({ key: under });
      expect(result).toEqual({ status: 'succeeded', reference: expect.any(String) });
      expect(await opened.gateway.findCharge(under, signal)).toEqual(result);
      expect(await opened.taken(under)).toBe(1);
    });

    test('a charge is declined with a reason, takes nothing, and is found by its key', async () => {
      const under = key();
      const result = await charge({ key: under, token: opened.bad });
      expect(result).toEqual({ status: 'declined', reason: expect.stringMatching(/^.{1,100}$/) });
      expect(await opened.gateway.findCharge(under, signal)).toEqual(result);
      expect(await opened.taken(under)).toBe(0);
    });

    test('the same charge sent again, also at the same time, is the same charge', async () => {
      const under = key();
      const results = await Promise.all(Array.from({ length: 20 }, () => charge({ key: under })));
      expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
      expect(await charge({ key: under })).toEqual(results[0] ?? { status: 'pending' });
      expect(await opened.taken(under)).toBe(1);
    });

    test('a key that was used for another charge is an error, not a charge', async () => {
      const under = key();
      await charge({ key: under });
      await expect(charge({ key: under, amount: eur(1001) })).rejects.toThrow();
      await expect(charge({ key: under, token: opened.bad })).rejects.toThrow();
      expect(await opened.taken(under)).toBe(1);
    });

    test('a key that never came is unknown', async () => {
      expect(await opened.gateway.findCharge(key(), signal)).toBeUndefined();
      expect(await opened.gateway.findRefund(key(), signal)).toBeUndefined();
    });

    test('refunds add up to the charge and no further', async () => {
      const reference = await charged();
      expect(await refund(reference, 600)).toMatchObject({ status: 'succeeded' });
      expect(await refund(reference, 401)).toMatchObject({ status: 'declined' });
      expect(await refund(reference, 400)).toMatchObject({ status: 'succeeded' });
      expect(await refund(reference, 1)).toMatchObject({ status: 'declined' });
    });

    test('refunds at the same time do not exceed the charge together', async () => {
      const reference = await charged();
      const results = await Promise.all(Array.from({ length: 20 }, () => refund(reference, 300)));
      expect(results.filter(({ status }) => status === 'succeeded')).toHaveLength(3);
    });

    test('the same refund sent again is the same refund, and is found by its key', async () => {
      const reference = await charged();
      const under = key();
      const result = await refund(reference, 700, under);
      expect(await refund(reference, 700, under)).toEqual(result);
      expect(await opened.gateway.findRefund(under, signal)).toEqual(result);
      await expect(refund(reference, 200, under)).rejects.toThrow();
      expect(await refund(reference, 300)).toMatchObject({ status: 'succeeded' });
    });

    test('a refund of a charge that is not there, or in another currency, is declined', async () => {
      expect(await refund('ch_nothing', 1)).toMatchObject({ status: 'declined' });
      const request = { key: key(), chargeReference: await charged(), amount: { amount: 1, currency: 'USD' } };
      expect(await opened.gateway.refund(request, signal)).toMatchObject({ status: 'declined' });
    });

    test('a token is described without its secret part, an unknown one is not known', async () => {
      const described = await opened.gateway.describeToken(opened.good, signal);
      expect(described?.last4).toMatch(/^\d{4}$/);
      expect(described?.brand).not.toBe('');
      expect(await opened.gateway.describeToken('tok_nobody', signal)).toBeUndefined();
    });
  });
}
