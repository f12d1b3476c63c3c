import { expect, test } from 'bun:test';
import { OverloadedError } from '../../../src/input-errors.ts';
import { type Once, onceExecutor, type Shows } from '../../../src/engine/writer/once.ts';
import type { SubmitOptions } from '../../../src/engine/writer/input-queue.ts';
import { deposit, type Toy } from './toy-use-cases.ts';

interface Submitted {
  readonly options: SubmitOptions;
  answer(answer?: unknown): void;
  fail(error: Error): void;
}

/** A writer that answers when the test says so. */
function handWriter() {
  const submitted: Submitted[] = [];
  const execute = onceExecutor<Toy, never>((_useCase, _value, options) => {
    const { promise, resolve, reject } = Promise.withResolvers<never>();
    submitted.push({ options, answer: (answer = 'answered') => resolve(answer as never), fail: reject });
    return promise;
  });
  const once = (key: string): Once<number> => ({
    owner: 'anna',
    scope: 'anna POST /deposits',
    key,
    fingerprint: 'f',
    render: (total) => (total < 0 ? new Error('refused') : { status: 201, headers: {}, body: String(total) }),
  });
  const request = (key: string, shows?: Shows<number>) =>
    execute(deposit, { account: 'a', amount: 1 }, { ...once(key), ...(shows && { shows }) }, { limitMs: 10_000 });
  return { submitted, request };
}

test('a second request with a key that is under way waits two seconds at most, then is told to come again', async () => {
  const { submitted, request } = handWriter();
  const first = request('k');
  const second = request('k');
  expect(submitted.map(({ options }) => options.limitMs)).toEqual([10_000, 2000]);
  submitted[1]?.fail(new OverloadedError(1));
  expect(await second).toEqual({ kind: 'in-progress' });
  submitted[0]?.answer();
  expect(await first).toBe('answered' as never);
});

test('any other error of the second request is passed on, and so is an overload of the first', async () => {
  const { submitted, request } = handWriter();
  const answers = Promise.allSettled([request('k'), request('k')]);
  submitted[1]?.fail(new Error('no disk'));
  submitted[0]?.fail(new OverloadedError(1));
  expect(await answers).toEqual([
    { status: 'rejected', reason: expect.any(OverloadedError) },
    { status: 'rejected', reason: new Error('no disk') },
  ]);
});

test('a key is free again once its request has ended in any way; other keys never wait', async () => {
  const { submitted, request } = handWriter();
  const answers = Promise.allSettled([request('k'), request('l')]);
  submitted[0]?.fail(new Error('no disk'));
  submitted[1]?.answer();
  await answers;
  const again = [request('k'), request('l')];
  expect(submitted.map(({ options }) => options.limitMs)).toEqual([10_000, 10_000, 10_000, 10_000]);
  for (const each of submitted) each.answer();
  await Promise.all(again);
});

test('an answer that can be made again is rendered after the transaction, as is a refusal; a repeat gets the first answer', async () => {
  const { submitted, request } = handWriter();
  const first = { status: 201, headers: {}, body: 'as it was' };
  const shows: Shows<number> = { place: () => 'place', again: async (place) => ({ ...first, body: `${first.body} at ${place}` }) };
  const answers = Promise.all([request('k', shows), request('l', shows), request('m', shows)]);
  submitted[0]?.answer({ kind: 'done', answer: 7 });
  submitted[1]?.answer({ kind: 'done-before', place: 'there' });
  submitted[2]?.answer({ kind: 'done', answer: -7 });
  expect(await answers).toEqual([
    { kind: 'fresh', answer: { status: 201, headers: {}, body: '7' } },
    { kind: 'replayed', answer: { ...first, body: 'as it was at there' } },
    { kind: 'refused', refusal: new Error('refused') },
  ]);
});
