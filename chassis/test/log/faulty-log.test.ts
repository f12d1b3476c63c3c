import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { EventLog } from '../../src/log/event-log.ts';
import { type DeliveryFault, faultyLog } from '../../src/log/faulty-log.ts';
import { until } from '../../src/testing/until.ts';
import { openEmbeddedContract } from './embedded-fixture.ts';
import { message, type OpenedLog, recorder } from './log-fixture.ts';

let opened: OpenedLog;
let faults: (DeliveryFault & { readonly topic: string })[] = [];
let log: EventLog;
beforeEach(async () => {
  opened = await openEmbeddedContract();
  faults = [];
  log = faultyLog(opened.log, (topic) => faults.filter((one) => one.topic === topic && !one.over.aborted));
});
afterEach(() => opened.dispose());

/** A fault in the orders. */
function fault(kind: DeliveryFault['kind'], delayMs = 0): AbortController {
  const over = new AbortController();
  faults.push({ topic: 'orders', kind, delayMs, over: over.signal });
  return over;
}

describe('deliveries of a topic', () => {
  test('that are lost come in order when the fault is over; another topic is not concerned', async () => {
    const over = fault('lose');
    const reader = recorder();
    await log.subscribe({ group: 'readers', topics: ['orders', 'payments'], handle: reader.handle });
    await log.send([message('1', { key: 'a' }), message('2', { key: 'a' }), message('paid', { topic: 'payments' })]);
    await until('the payment', () => reader.values().includes('paid'));
    expect(reader.values()).toEqual(['paid']);
    over.abort();
    await until('the orders', () => reader.values().length === 3);
    expect(reader.values()).toEqual(['paid', '1', '2']);
  });

  test('that are lost reach the next reader after the first one has left', async () => {
    fault('lose');
    const first = recorder();
    const subscription = await log.subscribe({ group: 'readers', topics: ['orders'], handle: first.handle });
    await log.send([message('1')]);
    const begunAt = performance.now();
    await subscription.close();
    // At once, and not after the time a handler may take.
    expect(performance.now() - begunAt).toBeLessThan(200);
    faults = [];
    const second = recorder();
    await log.subscribe({ group: 'readers', topics: ['orders'], handle: second.handle });
    await until('the order', () => second.values().length === 1);
    expect(first.values()).toEqual([]);
  });

  test('that are doubled are handled twice', async () => {
    fault('double');
    const reader = recorder();
    await log.subscribe({ group: 'readers', topics: ['orders', 'payments'], handle: reader.handle });
    await log.send([message('1', { key: 'a' }), message('paid', { topic: 'payments' })]);
    await until('all', () => reader.values().length === 3);
    expect(reader.values().toSorted()).toEqual(['1', '1', 'paid']);
  });

  test('that are delayed come later, or when the fault ends', async () => {
    const over = fault('delay', 100);
    const reader = recorder();
    await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
    const sentAt = performance.now();
    await log.send([message('1', { key: 'a' })]);
    await until('the first', () => reader.values().length === 1);
    expect(performance.now() - sentAt).toBeGreaterThan(95);
    faults = [];
    const endless = fault('delay', 60_000);
    await log.send([message('2', { key: 'a' })]);
    endless.abort();
    await until('the second', () => reader.values().length === 2);
    over.abort();
  });
});
