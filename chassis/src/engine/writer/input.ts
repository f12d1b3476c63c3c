import type { Cause } from '../../cause.ts';
import type { Decision, UseCase } from './use-case.ts';

export interface SubmitOptions {
  readonly cause?: Cause;
  /** Milliseconds after which an input that was not applied yet is refused instead; none: it waits as long as it takes. */
  readonly limitMs?: number;
  /**
   * Nobody is there to be refused (a deadline, a gateway's answer), and it would come again for ever: an event that is too
   * large for the log is committed all the same. The relay sets it aside.
   */
  readonly mustSettle?: boolean;
  /** Somebody does nothing else until it is settled, so it waits for others no longer than a caller does. Default: it has a limit. */
  readonly isAwaited?: boolean;
}

/** One input waiting for its turn; `outcome` is what the last decision about it was. */
export interface Input<C, Task> {
  readonly useCase: UseCase<C, unknown, unknown, Task>;
  readonly value: unknown;
  readonly cause: Cause;
  readonly mustSettle: boolean;
  /** performance.now() */
  readonly cameAt: number;
  /** performance.now() after which nobody waits for it any more; no later try has it */
  expiresAt: number;
  outcome: Outcome<C, Task> | undefined;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

export type Outcome<C, Task> =
  | { readonly kind: 'decided'; readonly decision: Decision<C, unknown, Task> }
  | { readonly kind: 'failed'; readonly error: unknown };
