import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { ChargeRequest, Gateway, GatewayNews } from '../src/gateway/gateway.ts';
import { eur, NOW } from './builders.ts';

export interface OpenGateway {
  readonly gateway: Gateway;
  /** a token whose charges succeed, and one whose charges are declined */
  readonly good: string;
  readonly bad: string;
  readonly webhooks: {
    /** The body of an event as the gateway writes it. */
    write(eventId: string, news: GatewayNews): string;
    /** The headers that come with it, signed at `at` (epoch milliseconds) with the new secret, the old one, or one that is not its own. */
    sign(body: string, how: { readonly by: 'new' | 'old' | 'stranger'; readonly at: number }): Readonly<Record<string, string>>;
  };
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

    test('the same charge sent again, even at the same time, is one charge', async () => {
      const under = key();
      const results = await Promise.all(Array.from({ length: 20 }, () => charge({ key: under })));
      expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
      expect(await charge({ key: under })).toEqual(results[0] ?? { status: 'pending' });
      expect(await opened.taken(under)).toBe(1);
    });

    test('a key reused for a different charge is an error, and nothing is charged', async () => {
      const under = key();
      await charge({ key: under });
      await expect(charge({ key: under, amount: eur(1001) })).rejects.toThrow();
      await expect(charge({ key: under, token: opened.bad })).rejects.toThrow();
      expect(await opened.taken(under)).toBe(1);
    });

    test('a key that was never received is unknown', async () => {
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

    test('the same refund sent again is one refund, and is found by its key', async () => {
      const reference = await charged();
      const under = key();
      const result = await refund(reference, 700, under);
      expect(await refund(reference, 700, under)).toEqual(result);
      expect(await opened.gateway.findRefund(under, signal)).toEqual(result);
      await expect(refund(reference, 200, under)).rejects.toThrow();
      expect(await refund(reference, 300)).toMatchObject({ status: 'succeeded' });
    });

    test('a refund of an unknown charge, or in another currency, is declined', async () => {
      expect(await refund('ch_nothing', 1)).toMatchObject({ status: 'declined' });
      const request = { key: key(), chargeReference: await charged(), amount: { amount: 1, currency: 'USD' } };
      expect(await opened.gateway.refund(request, signal)).toMatchObject({ status: 'declined' });
    });

    test('a token is described without its secret part; an unknown token has no description', async () => {
      const described = await opened.gateway.describeToken(opened.good, signal);
      expect(described?.last4).toMatch(/^\d{4}$/);
      expect(described?.brand).not.toBe('');
      expect(await opened.gateway.describeToken('tok_nobody', signal)).toBeUndefined();
    });

    test('its name is valid in the path of its webhooks', () => {
      expect(opened.gateway.name).toMatch(/^[a-z][a-z0-9-]{0,49}$/);
    });

    test('a charge whose caller gave up can be sent again under its key, and takes money once', async () => {
      const under = key();
      const request = { key: under, amount: eur(1000), token: opened.good };
      await opened.gateway.charge(request, AbortSignal.abort()).catch(() => 'no answer');
      expect(await charge({ key: under })).toMatchObject({ status: 'succeeded' });
      expect(await opened.taken(under)).toBe(1);
    });

    type How = Parameters<OpenGateway['webhooks']['sign']>[1];
    function read(body: string, headers: Readonly<Record<string, string>>) {
      const all = new Headers({ ...headers });
      return opened.gateway.readWebhook({ body: Buffer.from(body), header: (field) => all.get(field) }, NOW);
    }
    function receive(body: string, how: Partial<How> = {}) {
      return read(body, opened.webhooks.sign(body, { by: 'new', at: NOW, ...how }));
    }

    test.each<GatewayNews['result']>([
      { status: 'succeeded', reference: 'ref_1' },
      { status: 'declined', reason: 'card_declined' },
      { status: 'pending' },
    ])('a webhook reports the status of a charge or refund by our key: $status', (result) => {
      for (const ours of ['payment:1', 'refund:1']) {
        const body = opened.webhooks.write('evt_1', { key: ours, result });
        const event = { eventId: expect.stringMatching(/^[\x21-\x7e]{1,200}$/), news: { key: ours, result } };
        expect(receive(body)).toEqual(event);
        expect(receive(body, { by: 'old' })).toEqual(event);
      }
    });

    test('a webhook that is sent again has the same id, and a different one has a different id', () => {
      const news = { key: 'payment:1', result: { status: 'pending' } } as const;
      const idOf = (body: string, how?: Partial<How>) => {
        const event = receive(body, how);
        return typeof event === 'string' ? event : event.eventId;
      };
      const first = opened.webhooks.write('evt_1', news);
      expect(idOf(first, { at: NOW - 60_000 })).toBe(idOf(first));
      expect(idOf(opened.webhooks.write('evt_2', news))).not.toBe(idOf(first));
    });

    test('a webhook counts as forged when a stranger signed it, or it was changed, or its time is too far from ours', () => {
      const body = opened.webhooks.write('evt_1', { key: 'payment:1', result: { status: 'pending' } });
      expect(receive(body, { by: 'stranger' })).toBe('forged');
      expect(receive(body, { at: NOW - 301_000 })).toBe('forged');
      expect(receive(body, { at: NOW + 301_000 })).toBe('forged');
      expect(read(body, {})).toBe('forged');
      const headers = opened.webhooks.sign(body, { by: 'new', at: NOW });
      expect(read(body.replace('payment:1', 'payment:2'), headers)).toBe('forged');
      expect(read(` ${body}`, headers)).toBe('forged');
    });

    test('headers that fit no body are recognised before the body is read', () => {
      const body = opened.webhooks.write('evt_1', { key: 'payment:1', result: { status: 'pending' } });
      const mayBe = (headers: Readonly<Record<string, string>>) => {
        const all = new Headers({ ...headers });
        return opened.gateway.mayBeWebhook((field) => all.get(field), NOW);
      };
      for (const by of ['new', 'old', 'stranger'] as const) expect(mayBe(opened.webhooks.sign(body, { by, at: NOW }))).toBe(true);
      expect(mayBe({})).toBe(false);
      expect(mayBe(opened.webhooks.sign(body, { by: 'new', at: NOW - 301_000 }))).toBe(false);
    });

    test('a signed body that is not JSON is unreadable; an event of another kind has no news', () => {
      expect(receive('{"id":')).toBe('unreadable');
      expect(receive('')).toBe('unreadable');
      expect(receive('{"id":"evt_3","type":"something.new"}')).toMatchObject({ news: null });
    });
  });
}
