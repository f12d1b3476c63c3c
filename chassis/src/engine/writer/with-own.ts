import type { ChassisCollections } from './chassis-collections.ts';
import type { Decision, Entities } from './use-case.ts';

/** Changes by the chassis itself, besides or instead of a service's decision. */
export type OwnChanges = Pick<Decision<ChassisCollections, unknown>, 'puts' | 'removes' | 'events'>;

/**
 * Adds the chassis' own changes to a decision. C includes the chassis' collections, which the compiler cannot see through the
 * type parameter: the two kinds of types meet here and nowhere else.
 */
export function withOwn<C extends ChassisCollections, Answer, Task>(
  decision: Decision<C, Answer, Task>,
  own: OwnChanges,
): Decision<C, Answer, Task> {
  return {
    ...decision,
    puts: { ...decision.puts, ...own.puts } as Entities<C>,
    removes: { ...decision.removes, ...own.removes },
    events: [...(decision.events ?? []), ...(own.events ?? [])],
  };
}
