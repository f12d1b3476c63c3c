import type { Input } from './input.ts';

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
