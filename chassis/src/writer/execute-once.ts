import { OverloadedError } from './errors.ts';
import { keptAnswerId, once, type Once, type OnceAnswer } from './once.ts';
import type { ChassisCollections } from './chassis-collections.ts';
import type { SubmitOptions } from './input.ts';
import type { UseCase } from './use-case.ts';

/** How long a second request waits for the answer to the first before it is told to come back. */
const SECOND_WAITS_MS = 2000;

type Submit<C, Task> = <Value, Answer>(
  useCase: UseCase<C, Value, Answer, Task>,
  value: Value,
  options: SubmitOptions,
) => Promise<Answer>;

/** Submits commands at most once per Idempotency-Key; knows which keys are under way in this process. */
export function onceExecutor<C extends ChassisCollections, Task>(submit: Submit<C, Task>) {
  const underWay = new Set<string>();
  return async <Value, Answer>(
    useCase: UseCase<C, Value, Answer, Task>,
    value: Value,
    key: Once<Answer>,
    options: SubmitOptions,
  ): Promise<OnceAnswer> => {
    const id = keptAnswerId(key.scope, key.key);
    if (underWay.has(id)) {
      try {
        return await submit(once(useCase, key), value, { ...options, limitMs: SECOND_WAITS_MS });
      } catch (error) {
        if (error instanceof OverloadedError) return { kind: 'in-progress' };
        throw error;
      }
    }
    underWay.add(id);
    try {
      return await submit(once(useCase, key), value, options);
    } finally {
      underWay.delete(id);
    }
  };
}
