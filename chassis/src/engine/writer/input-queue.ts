import type { Cause } from '../../cause.ts';
import { OverloadedError } from '../../input-errors.ts';
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

type Outcome<C, Task> =
  | { readonly kind: 'decided'; readonly decision: Decision<C, unknown, Task> }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Share of a transaction that is reserved for inputs that can wait, so that they are never starved. */
const SHARE_OF_PATIENT = 0.2;

/**
 * Inputs in the order of their turns. Inputs of use cases that can wait come after all others, whenever those arrived: accepted
 * work is finished before more is accepted. Each of the two kinds keeps its own order.
 */
export class InputQueue<C, Task> {
  #urgent: Input<C, Task>[] = [];
  #patient: Input<C, Task>[] = [];

  get length(): number {
    return this.#urgent.length + this.#patient.length;
  }

  get patient(): number {
    return this.#patient.length;
  }

  /** performance.now() when the longest waiting input arrived; undefined: none waits. */
  get oldestAt(): number | undefined {
    const times = [this.#urgent[0], this.#patient[0]].flatMap((input) => (input === undefined ? [] : [input.cameAt]));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  add(input: Input<C, Task>): void {
    (input.useCase.canWait === true ? this.#patient : this.#urgent).push(input);
  }

  /** Removes and returns the inputs whose turn it is. */
  next(limit: number): readonly Input<C, Task>[] {
    const kept = Math.min(this.#patient.length, Math.ceil(limit * SHARE_OF_PATIENT));
    const urgent = this.#urgent.splice(0, limit - kept);
    return [...urgent, ...this.#patient.splice(0, limit - urgent.length)];
  }

  /** Keeps only the inputs that `remaining` returns. */
  retain(remaining: (inputs: readonly Input<C, Task>[]) => readonly Input<C, Task>[]): readonly Input<C, Task>[] {
    this.#urgent = [...remaining(this.#urgent)];
    this.#patient = [...remaining(this.#patient)];
    return [...this.#urgent, ...this.#patient];
  }

  takeAll(): readonly Input<C, Task>[] {
    return [...this.#urgent.splice(0), ...this.#patient.splice(0)];
  }
}

/** Milliseconds by which a refusal may be late, so that a full queue is not searched for each of its inputs. */
const STEP_MS = 50;

/** Refuses the inputs that nobody waits for any more; returns the others. */
export function refuseExpired<C, Task>(inputs: readonly Input<C, Task>[]): readonly Input<C, Task>[] {
  const now = performance.now();
  if (inputs.every(({ expiresAt }) => expiresAt > now)) return inputs;
  for (const input of inputs) if (input.expiresAt <= now) input.reject(new OverloadedError(1));
  return inputs.filter(({ expiresAt }) => expiresAt > now);
}

export interface Deadlines {
  /** Makes sure that `look` is called when this input expires, or before. */
  expect(expiresAt: number): void;
  close(): void;
}

/**
 * One timer for any number of inputs. `look` refuses expired inputs and returns those that go on waiting; it is called whatever
 * the writer is doing, so also while the database does not answer.
 */
export function deadlines(look: () => readonly Pick<Input<never, never>, 'expiresAt'>[]): Deadlines {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ringsAt = Infinity;

  function ring(): void {
    ringsAt = Infinity;
    const soonest = look().reduce((least, { expiresAt }) => Math.min(least, expiresAt), Infinity);
    expect(Math.max(soonest, performance.now() + STEP_MS));
  }

  function expect(expiresAt: number): void {
    if (expiresAt >= ringsAt || expiresAt === Infinity) return;
    clearTimeout(timer);
    ringsAt = expiresAt;
    timer = setTimeout(ring, expiresAt - performance.now());
    timer.unref();
  }

  return { expect, close: () => clearTimeout(timer) };
}
