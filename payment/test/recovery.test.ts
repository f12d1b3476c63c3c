import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { Entities } from '@souk/chassis/engine/writer/use-case';
import { Writer } from '@souk/chassis/engine/writer/writer';
import { chargeKey } from '../src/domain/gateway-call.ts';
import { openSimulator } from '../src/gateway/simulator.ts';
import { openSqlitePaymentStore } from '../src/storage/open-sqlite.ts';
import type { PaymentCollections } from '../src/storage/payment-store.ts';
import { captured, eur, pending, pendingRefund } from './builders.ts';
import { cancelledOrder } from './messages.ts';
import { runPayments, type RunningPayments } from './running-payments.ts';

const LONG_AGO = 1_700_000_000_000;

/** Rows as a process leaves them that is killed between its commit and its call, or between the call and its result. */
async function leftBehind(
  { path }: TemporaryFolder,
  puts: Entities<PaymentCollections & ChassisCollections>,
): Promise<void> {
  const store = openSqlitePaymentStore({ path: join(path, 'payment.db'), synchronous: 'NORMAL' });
  await store.migrate();
  const writer = await Writer.open<PaymentCollections & ChassisCollections>({
    store: store.writing,
    lane: 'payment-test',
    newId: () => Bun.randomUUIDv7(),
    runTask: () => undefined,
    paceMs: 0,
    outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
    report: () => undefined,
  });
  await writer.submit({ name: 'leave', keys: () => ({}), decide: () => ({ answer: null, puts }) }, null);
  await writer.close();
  await store.close();
}

async function chargedAtTheGateway({ path }: TemporaryFolder, paymentId: string): Promise<string> {
  const gateway = openSimulator({ path: join(path, 'gateway.db'), now: async () => Date.now(), latencyMs: 0, slowMs: 0, lateMs: 0, webhookSecrets: [] });
  const request = { key: chargeKey(paymentId), amount: eur(1000), token: 'tok_ok' };
  const result = await gateway.charge(request, new AbortController().signal);
  await gateway.close();
  if (result.status !== 'succeeded') throw new Error(result.status);
  return result.reference;
}

describe('after a crash', () => {
  let shop: RunningPayments | undefined;
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await shop?.stop();
    folder.remove();
  });
  const ids = () => ({ id: Bun.randomUUIDv7(), orderId: Bun.randomUUIDv7() });

  test('a charge that was not sent is sent, and one that was sent is only checked', async () => {
    const unsent = pending({ ...ids(), nextCheckAt: LONG_AGO });
    const sent = pending({ ...ids(), nextCheckAt: LONG_AGO });
    await leftBehind(folder, { payments: [unsent, sent] });
    const reference = await chargedAtTheGateway(folder, sent.id);
    shop = await runPayments({ folder });
    await shop.paymentWhen(unsent.orderId, ({ status }) => status === 'captured');
    const found = await shop.paymentWhen(sent.orderId, ({ status }) => status === 'captured');
    expect(found.gatewayReference).toBe(reference);
    expect(shop.ledger().charges).toHaveLength(2);
  });

  test('an unsent charge of a cancelled order is voided', async () => {
    const unsent = pending({ ...ids(), sentAt: LONG_AGO, nextCheckAt: LONG_AGO, orderCancelled: true });
    await leftBehind(folder, { payments: [unsent] });
    shop = await runPayments({ folder });
    await shop.paymentWhen(unsent.orderId, ({ status }) => status === 'voided');
    expect(shop.ledger().charges).toEqual([]);
    expect(shop.log.events()).toEqual([]);
  });

  test('an unsent refund is sent once', async () => {
    const names = ids();
    const gatewayReference = await chargedAtTheGateway(folder, names.id);
    const refund = pendingRefund({ orderId: names.orderId, paymentId: names.id, nextCheckAt: LONG_AGO });
    await leftBehind(folder, {
      payments: [captured({ ...names, gatewayReference, refunding: 400 })],
      refunds: [refund],
    });
    shop = await runPayments({ folder });
    await shop.paymentWhen(names.orderId, ({ refunded }) => refunded.amount === 400);
    expect(shop.ledger().refunds.map(({ amount }) => amount)).toEqual([400]);
  });
});

test('the service stops in time while calls hang, and the next start finishes them', async () => {
  const hangs = { charge: () => new Promise<never>(() => undefined) };
  const first = await runPayments({ around: (gateway) => ({ ...gateway, ...hangs }), gatewayTimeoutMs: 300 });
  const { id } = await first.cardOf();
  const orders = Array.from({ length: 400 }, () => first.anOrder(id));
  await first.log.deliver(...orders.map(({ ready }) => ready));
  await first.stop();
  const second = await runPayments({ folder: first.folder });
  const [called] = orders;
  await second.paymentWhen(called?.orderId ?? '', ({ status }) => status === 'captured');
  expect(second.ledger().charges.length).toBeGreaterThan(0);
  await second.stop();
  await first.dispose();
});

test('a payment from before a restart is refunded when its order is cancelled after it', async () => {
  const first = await runPayments();
  const payment = await first.paid();
  await first.stop();
  const second = await runPayments({ folder: first.folder });
  await second.log.deliver(cancelledOrder({ orderId: payment.orderId }));
  await second.paymentWhen(payment.orderId, ({ refunded }) => refunded.amount === 1000);
  const versions = await until('both events', async () => {
    const history = await second.store.writing.readStream(payment.id);
    return history.length === 2 && history.map(({ version, type }) => [version, type]);
  });
  expect(versions).toEqual([
    [1, 'payment.completed'],
    [2, 'payment.refunded'],
  ]);
  await second.stop();
  await first.dispose();
});

test('while the gateway cannot be asked about a token, the answer is 503 and nothing is stored', async () => {
  const describeToken = () => Promise.reject(new Error('no route'));
  const shop = await runPayments({ around: (gateway) => ({ ...gateway, describeToken }) });
  const reply = await shop.send('POST', '/payment-methods', { as: 'customer', body: { token: 'tok_ok' } });
  expect(reply).toMatchObject({ status: 503, body: { type: 'urn:souk:problem:unavailable' } });
  expect(reply.headers.get('retry-after')).not.toBeNull();
  const list = await shop.send<{ items: unknown[] }>('GET', '/payment-methods', { as: 'customer' });
  expect(list.body.items).toEqual([]);
  await shop.dispose();
});

test('calls to the gateway are measured by their result', async () => {
  const shop = await runPayments();
  await shop.paid();
  const metrics = await shop.metrics();
  expect(metrics).toMatch(/payment_gateway_call_seconds_count\{.*call="charge".*answer="gateway.succeeded".*\} 1/);
  expect(metrics).toMatch(/payment_gateway_anomalies_total\{?.*\}? 0/);
  await shop.dispose();
});
