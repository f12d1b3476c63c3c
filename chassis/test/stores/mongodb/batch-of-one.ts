import { newId } from '../../../src/ids.ts';
import { batchOf } from '../../../src/engine/writer/decide-batch.ts';
import { NO_CAUSE } from '../../../src/cause.ts';
import type { Input } from '../../../src/engine/writer/input-queue.ts';
import type { UseCase } from '../../../src/engine/writer/use-case.ts';
import type { Batch } from '../../../src/engine/writer/writer-store.ts';
import type { Toy } from '../../engine/writer/toy-use-cases.ts';

/** A batch of one input, for a store without a writer before it. */
export function batchOfOne<Value>(useCase: UseCase<Toy, Value, unknown>, value: Value, lane = 'one'): Batch<Toy> {
  const input: Input<Toy, never> = {
    useCase,
    value,
    cause: NO_CAUSE,
    mustSettle: false,
    cameAt: 0,
    expiresAt: Infinity,
    outcome: undefined,
    resolve: () => undefined,
    reject: () => undefined,
  };
  return batchOf(lane, [input], { newId }, () => undefined);
}
