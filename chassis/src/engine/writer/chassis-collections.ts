import type { DeadLetter } from '../messaging/dead-letter.ts';
import type { ParkedKey } from '../messaging/parking.ts';
import type { AnswerKey } from './answer-key.ts';
import type { EndedAccess } from './ended-access.ts';
import type { KeptAnswer } from './kept-answer.ts';

/** What every service's writer keeps besides the service's own entities. */
export type ChassisCollections = {
  readonly parkedKeys: ParkedKey;
  readonly deadLetters: DeadLetter;
  readonly keptAnswers: KeptAnswer;
  /** by the hash, of the periods that are not over */
  readonly answerKeys: AnswerKey;
  /** the same, put into a neighbouring period; put only */
  readonly answerMeetings: AnswerKey;
  /** by the user's id or the session's */
  readonly endedAccess: EndedAccess;
};
