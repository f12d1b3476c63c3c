import type { DeadLetter } from '../messaging/dead-letter.ts';
import type { ParkedKey } from '../messaging/parking.ts';
import type { AnswerKey } from './answer-key.ts';
import type { EndedAccess } from './ended-access.ts';
import type { KeptAnswer } from './kept-answer.ts';

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
