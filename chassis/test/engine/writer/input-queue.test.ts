import { expect, test } from 'bun:test';
import { NO_CAUSE } from '../../../src/cause.ts';
import { type Input, InputQueue } from '../../../src/engine/writer/input-queue.ts';

function input(value: string, cameAt: number, canWait = false): Input<never, never> {
  return {
    useCase: { name: 'any', canWait, keys: () => ({}) as never, decide: () => ({ answer: undefined }) },
    value,
    cause: NO_CAUSE,
    mustSettle: false,
    cameAt,
    expiresAt: Infinity,
    outcome: undefined,
    resolve: () => undefined,
    reject: () => undefined,
  };
}

function queueOf(...inputs: readonly Input<never, never>[]): InputQueue<never, never> {
  const queue = new InputQueue<never, never>();
  for (const one of inputs) queue.add(one);
  return queue;
}

const many = (count: number, name: string, canWait = false) => Array.from({ length: count }, (_, at) => input(`${name}${at}`, at, canWait));
const values = (inputs: readonly Input<never, never>[]) => inputs.map(({ value }) => value);

test('accepted work is settled before new work, whichever came first', () => {
  const queue = queueOf(input('new', 1, true), input('told', 2), input('new too', 3, true), input('cancelled', 4));
  expect(values(queue.next(10))).toEqual(['told', 'cancelled', 'new', 'new too']);
  expect(queue.length).toBe(0);
});

test('new work has a fifth of each transaction, however much else waits', () => {
  const queue = queueOf(...many(30, 'told'), ...many(5, 'new', true));
  const batches = [queue.next(10), queue.next(10), queue.next(10), queue.next(10)].map(values);
  expect(batches.map((batch) => batch.filter((value) => String(value).startsWith('new')).length)).toEqual([2, 2, 1, 0]);
  expect(batches.flat().filter((value) => String(value).startsWith('told'))).toEqual(many(30, 'told').map(({ value }) => value));
});

test('new work has the whole transaction when nothing else waits', () => {
  expect(queueOf(...many(10, 'new', true)).next(10)).toHaveLength(10);
});

test('the age is that of the longest waiting input of either kind', () => {
  const queue = queueOf(input('told', 5), input('new', 3, true));
  expect(queue.oldestAt).toBe(3);
  queue.retain((inputs) => inputs.filter(({ value }) => value !== 'new'));
  expect(queue.oldestAt).toBe(5);
  queue.takeAll();
  expect(queue.oldestAt).toBeUndefined();
});
