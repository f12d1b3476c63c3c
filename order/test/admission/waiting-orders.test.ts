import { expect, test } from 'bun:test';
import { FEW } from '@souk/chassis/web/limits/admission';
import { waitingOrders } from '../../src/jobs/waiting-orders.ts';

/** Counts the looks at Order’s rows while `everyLook` is called four times a second for so long. */
async function looksIn(seconds: number, { waiting, everyLook }: { readonly waiting: number; everyLook(admit: () => void): void }): Promise<number> {
  let now = 0;
  let looks = 0;
  const firstWaiting = async () => {
    looks += 1;
    return { stock: { waiting, ageMs: waiting }, payment: { waiting: 0, ageMs: 0 } };
  };
  const orders = waitingOrders({ firstWaiting }, { targetMs: 2000, gatewayMs: () => 0, queueMs: () => 0, now: () => now });
  orders.admitted();
  for (let at = 0; at < seconds * 4; at += 1) {
    everyLook(orders.admitted);
    await orders.job.run(new AbortController().signal);
    now += orders.job.everyMs;
  }
  return looks;
}

const nobody = () => undefined;

test('the queue is no longer read a minute after the last order', async () => {
  expect(await looksIn(600, { waiting: 0, everyLook: nobody })).toBeWithin(60, 63);
});

test('the queue is read once a second while few orders come', async () => {
  expect(await looksIn(60, { waiting: 5, everyLook: (admit) => admit() })).toBe(60);
});

test('the queue is read four times a second while many orders come, or many wait though none is admitted', async () => {
  const many = (admit: () => void) => {
    for (let come = 0; come < FEW; come += 1) admit();
  };
  expect(await looksIn(60, { waiting: 5, everyLook: many })).toBe(240);
  for (const waiting of [FEW / 2, FEW]) expect(await looksIn(60, { waiting, everyLook: nobody })).toBe(240);
});
