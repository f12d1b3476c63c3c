import { describe, expect, test } from 'bun:test';
import { CHARGE_NOT_CAPTURED, type GatewayMessage, type GatewayTask } from '../src/domain/gateway-call.ts';
import { callSlots, createTaskRunner, recordAnswer } from '../src/gateway/task-runner.ts';
import type { Gateway, GatewayResult } from '../src/gateway/gateway.ts';
import { WriterClosedError } from '@souk/chassis/input-errors';
import { eur, ORDER, PAYMENT, uuid } from './builders.ts';

const charge = (number = 1): GatewayTask => {
  return { kind: 'charge', orderId: uuid(0xa000 + number), paymentId: uuid(number), amount: eur(1), token: 'tok_ok' };
};

/** A gateway whose charges wait until the test answers them. */
function heldGateway() {
  const held: ((result: GatewayResult) => void)[] = [];
  const unused = () => Promise.reject(new Error('not asked in this test'));
  const gateway: Gateway = {
    name: 'held',
    live: false,
    describeToken: unused,
    charge: () => new Promise((resolve) => held.push(resolve)),
    findCharge: async () => undefined,
    refund: unused,
    findRefund: unused,
    mayBeWebhook: () => false,
    readWebhook: () => 'forged',
    close: async () => undefined,
  };
  return { gateway, held, answer: () => held.shift()?.({ status: 'succeeded', reference: 'ch_1' }) };
}

function runner({ concurrency = 256, callLimitMs = 5000 } = {}) {
  const { gateway, held, answer } = heldGateway();
  const answers: [string, GatewayMessage['on']][] = [];
  const failures: unknown[] = [];
  const tasks = createTaskRunner({
    gateway,
    callLimitMs,
    concurrency,
    answered: async (task, message) => void answers.push([task.orderId, message.on]),
    measured: () => undefined,
    callFailed: (error) => failures.push(error),
  });
  return { tasks, held, answer, answers, failures };
}

describe('the task runner', () => {
  test('keeps calls within its limit and takes the rest in turn', async () => {
    const { tasks, held, answer, answers } = runner({ concurrency: 2 });
    const runs = [1, 2, 3, 4, 5].map((number) => tasks.run(charge(number)));
    await Promise.resolve();
    expect(held).toHaveLength(2);
    expect(tasks.room()).toBe(0);
    for (let ended = 0; ended < 5; ended += 1) {
      answer();
      await Bun.sleep(0);
      expect(held.length).toBeLessThanOrEqual(2);
    }
    await Promise.all(runs);
    expect(answers.map(([orderId]) => orderId)).toEqual([1, 2, 3, 4, 5].map((number) => charge(number).orderId));
    expect(tasks.room()).toBe(2);
  });

  test('makes one call at a time about one charge', async () => {
    const { tasks, held, answer, answers } = runner();
    const first = tasks.run(charge());
    await tasks.run(charge());
    await tasks.run({ kind: 'ask-charge', orderId: ORDER, paymentId: uuid(1) });
    expect(held).toHaveLength(1);
    answer();
    await first;
    expect(answers).toHaveLength(1);
    await tasks.run({ kind: 'ask-charge', orderId: ORDER, paymentId: uuid(1) });
    expect(answers[1]).toEqual([ORDER, 'gateway.not_received']);
  });

  test('gives up a call after its time-out, as unknown', async () => {
    const { tasks, answers, failures } = runner({ callLimitMs: 10 });
    await tasks.run(charge());
    expect(answers.map(([, on]) => on)).toEqual(['gateway.unknown']);
    expect(failures).toMatchObject([{ code: 'gateway-timeout' }]);
  });

  test('starts nothing once it is stopped', async () => {
    const { tasks, held, answer, answers } = runner({ concurrency: 1 });
    const out = tasks.run(charge(1));
    const waiting = tasks.run(charge(2));
    tasks.stop();
    await waiting;
    await tasks.run(charge(3));
    expect(held).toHaveLength(1);
    answer();
    await out;
    expect(answers).toHaveLength(1);
  });
});

test('a caller that waits too long for a slot is turned away, and the next one in time gets it', async () => {
  let clock = 0;
  const slots = callSlots(1, 30, () => clock);
  expect(await slots.take()).toBe(true);
  const late = slots.take();
  clock = 31;
  const inTime = slots.take();
  expect(slots.free()).toBe(0);
  slots.release();
  expect(await Promise.all([late, inTime])).toEqual([false, true]);
  slots.release();
  expect(slots.free()).toBe(1);
  slots.close();
  expect(slots.free()).toBe(0);
});

describe('recording an answer', () => {
  const task: GatewayTask = { kind: 'ask-charge', orderId: ORDER, paymentId: PAYMENT };
  const recording = (submit: () => Promise<never>) =>
    recordAnswer({ submit, anomaly: () => undefined, tooEarly: () => undefined })(task, { on: 'gateway.unknown' });

  test('leaves it to the next start while the service stops', async () => {
    await recording(() => Promise.reject(new WriterClosedError()));
  });

  test('throws any other failure', async () => {
    await expect(recording(() => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
  });

  test('reports an anomaly', async () => {
    const told: string[] = [];
    const submit = (async () => 'it contradicts itself') as never;
    await recordAnswer({ submit, anomaly: (cause) => told.push(cause), tooEarly: () => undefined })(task, { on: 'gateway.declined', reason: 'x' });
    expect(told).toEqual(['it contradicts itself']);
  });

  test('reports a refund that came too early, because it is sent again for a day', async () => {
    const told: GatewayTask[] = [];
    const refund: GatewayTask = { kind: 'refund', orderId: ORDER, refundId: PAYMENT, amount: eur(1), chargeReference: 'ch_1' };
    const record = recordAnswer({ submit: (async () => null) as never, anomaly: () => undefined, tooEarly: (about) => told.push(about) });
    await record(refund, { on: 'gateway.declined', reason: CHARGE_NOT_CAPTURED });
    await record(refund, { on: 'gateway.declined', reason: 'account_closed' });
    expect(told).toEqual([refund]);
  });
});
