import { OverloadedError } from '../../input-errors.ts';
import { answerId, once, type Once, type OnceAnswer, type OnceDecided } from './once.ts';
import type { ChassisCollections } from './chassis-collections.ts';
import type { SubmitOptions } from './input.ts';
import type { UseCase } from './use-case.ts';

/** Milliseconds that a second request waits for the answer to the first before it is told to come back. */
const SECOND_WAITS_MS = 2000;

type Submit<C, Task> = <Value, Answer>(
  useCase: UseCase<C, Value, Answer, Task>,
  value: Value,
  options: SubmitOptions,
) => Promise<Answer>;

/** Submits commands at most once per Idempotency-Key; tracks the keys under way in this process. */
export function onceExecutor<C extends ChassisCollections, Task>(submit: Submit<C, Task>) {
  const underWay = new Set<string>();

  async function execute<Value, Answer>(
    useCase: UseCase<C, Value, Answer, Task>,
    value: Value,
    key: Once<Answer>,
    options: SubmitOptions,
  ): Promise<OnceAnswer> {
    return rendered(await submit(once(useCase, key), value, options), key);
  }

  return async <Value, Answer>(
    useCase: UseCase<C, Value, Answer, Task>,
    value: Value,
    key: Once<Answer>,
    options: SubmitOptions,
  ): Promise<OnceAnswer> => {
    const { hash } = answerId(key.scope, key.key);
    if (underWay.has(hash)) {
      try {
        return await execute(useCase, value, key, { ...options, limitMs: SECOND_WAITS_MS });
      } catch (error) {
        if (error instanceof OverloadedError) return { kind: 'in-progress' };
        throw error;
      }
    }
    underWay.add(hash);
    try {
      return await execute(useCase, value, key, options);
    } finally {
      underWay.delete(hash);
    }
  };
}

/** Outside of the transaction: an answer made from stored rows need not hold up other inputs. */
async function rendered<Answer>(decided: OnceDecided<Answer>, { render, shows }: Once<Answer>): Promise<OnceAnswer> {
  if (decided.kind === 'done') return { kind: 'fresh', answer: render(decided.answer) };
  if (decided.kind !== 'done-before') return decided;
  if (shows === undefined) throw new Error('an answer that is kept has no place');
  return { kind: 'replayed', answer: await shows.again(decided.place) };
}
