import type { LetterOutcome, Redrive, RedrivenLetter, RedriveState, StartRedrive } from '../redrive.ts';

/** Sizes of the first batches; the last one is that of all others. A few letters show whether the rest will be handled. */
const BATCHES = [1, 2, 5, 20] as const;

/** Number of letters in a batch; the first is batch 1. */
export function batchSize(batch: number): number {
  return BATCHES[Math.min(batch, BATCHES.length) - 1] ?? BATCHES[0];
}

/** A letter as it is when the campaign begins. */
export type FoundLetter = Pick<RedrivenLetter, 'id' | 'key' | 'topic' | 'cause'>;

interface Started extends StartRedrive {
  readonly id: string;
  readonly by: string;
  readonly at: string;
}

/** A new campaign over these letters, in the order in which they are redriven. Without any it is done at once. */
export function startedRedrive({ id, by, at, service, letters: filter, dryRun }: Started, letters: readonly FoundLetter[]): Redrive {
  return {
    id,
    service,
    filter,
    dryRun,
    by,
    state: letters.length === 0 ? 'done' : 'running',
    total: letters.length,
    done: 0,
    applied: 0,
    alreadyApplied: 0,
    failed: 0,
    startedAt: at,
    endedAt: letters.length === 0 ? at : null,
    batch: 0,
    because: null,
    letters: letters.map((letter) => ({ ...letter, outcome: 'waiting', at: null })),
  };
}

/** The campaign with its next batch begun. Its letters are `batchOf`. */
export function withNextBatch(redrive: Redrive): Redrive {
  return { ...redrive, batch: redrive.batch + 1 };
}

/** The letters of the batch under way: those that wait, as many as it has. */
export function batchOf({ batch, letters }: Redrive): readonly RedrivenLetter[] {
  return letters.filter(({ outcome }) => outcome === 'waiting').slice(0, batchSize(batch));
}

export interface LetterResult {
  readonly outcome: Exclude<LetterOutcome, 'waiting'>;
  readonly cause: string | null;
  readonly at: string;
}

/** With what became of a letter. A letter that fails halts the campaign, unless it is a dry run; the last one ends it. */
export function withResult(redrive: Redrive, id: string, result: LetterResult): Redrive {
  const letters = redrive.letters.map((letter) => (letter.id === id ? { ...letter, ...result } : letter));
  const count = (...outcomes: readonly LetterOutcome[]) => letters.filter(({ outcome }) => outcomes.includes(outcome)).length;
  // Also of one that was stopped meanwhile: the letter under way is done all the same.
  const next: Redrive = {
    ...redrive,
    letters,
    done: letters.length - count('waiting'),
    applied: count('applied', 'sent'),
    alreadyApplied: count('already_applied'),
    failed: count('failed'),
  };
  if (result.outcome === 'failed' && !redrive.dryRun) return endedRedrive(next, 'halted', result.at, `A letter failed again: ${result.cause ?? 'nobody said why.'}`);
  return next.done === next.total ? endedRedrive(next, 'done', result.at, null) : next;
}

/** Ended, if it was still running. */
export function endedRedrive(redrive: Redrive, state: Exclude<RedriveState, 'running'>, at: string, because: string | null): Redrive {
  return redrive.state === 'running' ? { ...redrive, state, endedAt: at, because } : redrive;
}
