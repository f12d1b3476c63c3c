import type { DeadLetter } from '../messaging/dead-letter.ts';
import type { ParkedKey } from '../messaging/parking.ts';
import type { AnswerKey, KeptAnswer } from './answer-key.ts';
import type { EndedAccess } from '../ended-access.ts';
import type { Decision, Entities } from './use-case.ts';

/** Collections that every service's writer keeps besides the service's own entities. */
export type ChassisCollections = {
  readonly parkedKeys: ParkedKey;
  readonly deadLetters: DeadLetter;
  readonly keptAnswers: KeptAnswer;
  /** by hash; only of periods that have not expired */
  readonly answerKeys: AnswerKey;
  /** the same, put into a neighbouring period; never loaded */
  readonly answerMeetings: AnswerKey;
  /** by the user's id or the session's */
  readonly endedAccess: EndedAccess;
};

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
