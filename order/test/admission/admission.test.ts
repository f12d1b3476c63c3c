import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { FEW } from '@souk/chassis/web/limits/admission';
import { until } from '@souk/chassis/testing/until';
import type { Order } from '@souk/contracts/http/order';
import { type Reply, type RunningService, runOrderService } from '../running-service.ts';

const isTaken = ({ status }: Reply<unknown>) => status === 202;

/** A figure of `/metrics`. */
async function figure(shop: RunningService, name: string): Promise<number> {
  const text = await (await shop.fetch('/metrics')).text();
  return Number(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1]);
}

describe('while Inventory answers nobody', () => {
  let shop: RunningService;
  let customer: string;
  const taken: Order[] = [];
  let refused: Reply<Order>;

  beforeAll(async () => {
    shop = await runOrderService({ admissionTargetMs: 400 });
    customer = await shop.customer();
    await shop.onSale({ MUG: 1000 });
    await until('an order is refused', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => shop.place(customer)));
      taken.push(...answers.filter(isTaken).map(({ body }) => body));
      const found = answers.find((answer) => !isTaken(answer));
      if (found !== undefined) refused = found;
      return found;
    });
  });
  afterAll(() => shop.close());

  test('orders are refused with Retry-After once many have waited too long', () => {
    expect(taken.length).toBeGreaterThanOrEqual(FEW);
    expect(refused.status).toBe(503);
    expect(refused.body).toMatchObject({ type: expect.stringMatching(/overloaded$/) });
    expect(Number(refused.headers.get('retry-after'))).toBeWithin(1, 11);
  });

  test('they are refused before token and body are read', async () => {
    const strangers = await until('all but one are refused', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => shop.ask('POST', '/orders', { body: 'no order' })));
      return answers.filter(({ status }) => status === 503).length >= answers.length - 1 && answers;
    });
    // One that is let in hears that its body is no JSON.
    expect(strangers.map(({ status }) => status).filter((status) => status !== 503 && status !== 400)).toEqual([]);
  });

  test('reads, cancellations and messages of other services go on', async () => {
    const [first, second] = taken;
    if (first === undefined || second === undefined) throw new Error('nothing was taken');
    expect((await shop.ask('GET', `/orders/${second.id}`, { as: customer })).status).toBe(200);
    expect((await shop.ask('POST', `/orders/${second.id}/cancellation`, { as: customer })).status).toBe(202);
    await shop.reserved(first.id);
    await shop.paid(first.id);
  });

  test('the process is ready, and its probes and metrics show the refusals', async () => {
    const { status, body } = await shop.ask<{ admission: { delaySeconds: number; refusedShare: number } }>('GET', '/readyz');
    expect(status).toBe(200);
    expect(body.admission.delaySeconds).toBeGreaterThan(0.2);
    expect(body.admission.refusedShare).toBeWithin(0.001, 1.001);
    expect(await figure(shop, 'souk_admission_delay_seconds')).toBeGreaterThan(0.2);
    expect(await figure(shop, 'souk_admission_refusal_ratio')).toBeWithin(0.001, 1.001);
    expect(await figure(shop, 'souk_admission_refused_total')).toBeGreaterThan(0);
  });

  test('orders are accepted again when it answers', async () => {
    await Promise.all(taken.slice(2).map(({ id }) => shop.reserved(id)));
    await until('no order is refused', async () => (await figure(shop, 'souk_admission_refusal_ratio')) === 0);
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.place(customer)));
    expect(answers.every(isTaken)).toBe(true);
  });
});

test('a few unanswered orders are no reason to refuse others', async () => {
  const shop = await runOrderService({ admissionTargetMs: 1 });
  const customer = await shop.customer();
  await shop.onSale({ MUG: 1000 });
  for (let placed = 1; placed < FEW; placed += 1) expect((await shop.place(customer)).status).toBe(202);
  await shop.close();
});
