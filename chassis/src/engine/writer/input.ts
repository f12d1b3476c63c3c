import type { Cause } from '../../cause.ts';
import type { Decision, UseCase } from './use-case.ts';

export interface SubmitOptions {
  readonly cause?: Cause;
  /** Milliseconds after which an input that has not been applied is refused; absent: it waits as long as it takes. */
  readonly limitMs?: number;
  /**
   * For inputs that have no caller to refuse (a deadline, a gateway's answer) and would come again for ever: an event that is
   * too large for the log is committed all the same, and the relay sets it aside.
   */
  readonly mustSettle?: boolean;
  /** Somebody is blocked until it is settled, so it waits for others no longer than a caller does. Default: true if it has a limit. */
  readonly isAwaited?: boolean;
}

/** One input waiting for its turn; `outcome` is the result of the last decision about it. */
export interface Input<C, Task> {
  readonly useCase: UseCase<C, unknown, unknown, Task>;
  readonly value: unknown;
  readonly cause: Cause;
  readonly mustSettle: boolean;
  /** performance.now() */
  readonly cameAt: number;
  /** performance.now() after which nobody waits for it any more; later tries leave it out */
  expiresAt: number;
  outcome: Outcome<C, Task> | undefined;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

export type Outcome<C, Task> =
  | { readonly kind: 'decided'; readonly decision: Decision<C, unknown, Task> }
  | { readonly kind: 'failed'; readonly error: unknown };
