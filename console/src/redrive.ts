import type { DeadLetterStatus } from '@souk/contracts/http/ops';
import type { ServiceName } from '@souk/contracts/services';

/** Which dead letters a campaign takes; an absent field takes any. `cause` matches the beginning of a letter's cause. */
export interface RedriveFilter {
  readonly group?: string;
  readonly topic?: string;
  readonly cause?: string;
  readonly kind?: DeadLetterStatus['kind'];
}

export interface StartRedrive {
  readonly service: ServiceName;
  readonly letters: RedriveFilter;
  /** Asks what would become of each letter, and changes nothing. */
  readonly dryRun: boolean;
}

/** `sent`: an event that the log had refused is in the log now. `discarded`: by somebody else meanwhile, so it is not applied. In a dry run, what would become of it. */
export type LetterOutcome = 'waiting' | 'applied' | 'already_applied' | 'sent' | 'discarded' | 'failed';

export interface RedrivenLetter {
  readonly id: string;
  readonly key: string;
  readonly topic: string;
  readonly outcome: LetterOutcome;
  /** Why it failed; of a letter that waits, why it is dead. */
  readonly cause: string | null;
  /** Time of the outcome. */
  readonly at: string | null;
}

/**
 * - `running`: letters are still to come
 * - `stopped`: by a person, or because the session of the one who started it has ended
 * - `halted`: a letter failed again, so the rest would probably fail as well
 * - `done`: no letter is left
 */
export type RedriveState = 'running' | 'stopped' | 'halted' | 'done';

/** A campaign: many dead letters of one service redriven in batches of 1, 2, 5, 20, 20 and so on. */
export interface Redrive {
  readonly id: string;
  readonly service: ServiceName;
  readonly filter: RedriveFilter;
  readonly dryRun: boolean;
  /** User id of the operator who started it. */
  readonly by: string;
  readonly state: RedriveState;
  readonly total: number;
  readonly done: number;
  readonly applied: number;
  readonly alreadyApplied: number;
  readonly failed: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Number of the batch under way, from 1; 0 before the first. */
  readonly batch: number;
  /** Why it was stopped or has halted, for people. */
  readonly because: string | null;
  readonly letters: readonly RedrivenLetter[];
}

/** The answer of `GET /api/redrives`, newest first. `GET /api/redrives/<id>` has the letters as well. */
export interface RedriveList {
  readonly items: readonly Omit<Redrive, 'letters'>[];
}
