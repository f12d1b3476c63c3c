import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import type { AnyEvent } from '@souk/contracts/envelope';
import { eur } from './builders.ts';
import { cancelledOrder } from './messages.ts';
import { runPayments, type RunningPayments } from './running-payments.ts';

const trace = (byte: string) => `00-${byte.repeat(16)}-${byte.repeat(8)}-01`;

let shop: RunningPayments;
let folder: TemporaryFolder;
beforeEach(async () => {
  folder = temporaryFolder();
  shop = await runPayments({ folder });
});
afterEach(async () => {
  await shop.stop();
  folder.remove();
});

function told(orderId: string, type: AnyEvent['type']): Promise<AnyEvent> {
  return until(type, () => shop.log.events().find((event) => event.type === type && event.subject === orderId) ?? false);
}

async function asked(token: string) {
  const { orderId, ready } = shop.anOrder((await shop.cardOf(token)).id);
  const message = { ...ready, traceparent: trace('1a') };
  await shop.log.deliver(message);
  return { orderId, message };
}

describe('the events that follow from a gateway call name their cause and belong to its trace', () => {
  test.each([
    ['tok_ok', 'payment.completed'],
    ['tok_declined', 'payment.failed'],
    // Its answer is had by a question of the job, or by a webhook.
    ['tok_timeout_captured', 'payment.completed'],
    ['tok_slow', 'payment.completed'],
  ] as const)('a charge with %s', async (token, type) => {
    const { orderId, message } = await asked(token);
    expect(await told(orderId, type)).toMatchObject({ causationId: message.id, traceparent: message.traceparent, correlationId: orderId });
  });

  test('a charge whose process died', async () => {
    const { orderId, message } = await asked('tok_late_capture');
    await shop.stop();
    shop = await runPayments({ folder });
    expect(await told(orderId, 'payment.completed')).toMatchObject({ causationId: message.id, traceparent: message.traceparent });
  });

  test('the refund of a cancelled order, even one cancelled during the charge', async () => {
    for (const token of ['tok_ok', 'tok_late_capture']) {
      const { orderId, message } = await asked(token);
      if (token === 'tok_ok') await told(orderId, 'payment.completed');
      const cancelled = { ...cancelledOrder({ orderId }), traceparent: trace('2b') };
      await shop.log.deliver(cancelled);
      expect(await told(orderId, 'payment.refunded')).toMatchObject({ causationId: cancelled.id, traceparent: cancelled.traceparent });
      expect(await told(orderId, 'payment.completed')).toMatchObject({ causationId: message.id });
    }
  });

  test('a refund by staff, caused by a request with a trace and no message', async () => {
    const { id, orderId } = await shop.paid();
    const headers = { 'idempotency-key': Bun.randomUUIDv7(), traceparent: trace('3c') };
    const body = { amount: eur(100), reason: 'arrived late' };
    expect((await shop.send('POST', `/payments/${id}/refunds`, { as: 'staff', body, headers })).status).toBe(202);
    expect(await told(orderId, 'payment.refunded')).toMatchObject({ causationId: null, traceparent: headers.traceparent });
  });
});
