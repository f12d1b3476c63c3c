import { OverloadedError } from '../../input-errors.ts';
import type { Input } from './input.ts';

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
