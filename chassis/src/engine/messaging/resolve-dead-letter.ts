import type { EventEnvelope } from '@souk/contracts/envelope';
import { type ChassisCollections, withOwn } from '../writer/chassis-collections.ts';
import type { Decision, UseCase } from '../writer/use-case.ts';
import { causedBy } from './consumer.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { AnyMessageHandler } from './message-handlers.ts';

interface Resolving {
  readonly id: string;
  /** id of the user who decided it */
  readonly actor: string;
}

export type Resolution =
  | { readonly kind: 'resolved'; readonly letter: DeadLetter }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'resolved-before'; readonly letter: DeadLetter }
  /** The message still cannot be handled. */
  | { readonly kind: 'still-dead'; readonly cause: string };

/** Handles a dead letter once more, in this service only, and closes it on success. */
export function redrive<C extends ChassisCollections, Task>(
  handler: AnyMessageHandler<C, Task>,
): UseCase<C, Resolving & { readonly event: EventEnvelope }, Resolution, Task> {
  return {
    name: 'redrive',
    keys: ({ id, event }) => ({ ...handler.keys(event), deadLetters: [id] }),
    ...(handler.moreKeys && { moreKeys: ({ event }, world) => handler.moreKeys?.(event, world) ?? {} }),
    decide({ id, actor, event }, world, context) {
      const letter = world.get('deadLetters', id);
      if (letter?.status !== 'dead') return notDead(letter);
      // The cause is the message, not the person who asks for another try.
      const cause = causedBy(event);
      const decision = handler.decide(event, world, { ...context, cause });
      if (decision.anomaly !== undefined) return { answer: { kind: 'still-dead', cause: decision.anomaly } };
      const redriven: DeadLetter = { ...letter, status: 'redriven', resolvedAt: context.now, resolvedBy: actor };
      return withOwn<C, Resolution, Task>({ cause, ...decision, answer: { kind: 'resolved', letter: redriven } }, { puts: { deadLetters: [redriven] } });
    },
  };
}

/** Closes a dead letter whose message the log has taken after all. */
export function sentAgain<C extends ChassisCollections>(): UseCase<C, Resolving, Resolution> {
  return closing('sent again', () => ({ status: 'redriven' }));
}

/** Closes a dead letter for good and stores the reason with it. */
export function discard<C extends ChassisCollections>(): UseCase<C, Resolving & { readonly reason: string }, Resolution> {
  return closing('discard', ({ reason }) => ({ status: 'discarded', resolution: reason }));
}

function closing<C extends ChassisCollections, Value extends Resolving>(
  name: string,
  how: (value: Value) => Pick<DeadLetter, 'status'> & Partial<DeadLetter>,
): UseCase<C, Value, Resolution> {
  return {
    name,
    keys: ({ id }) => ({ deadLetters: [id] }),
    decide(value, world, { now }) {
      const letter = world.get('deadLetters', value.id);
      if (letter?.status !== 'dead') return notDead(letter);
      const closed: DeadLetter = { ...letter, ...how(value), resolvedAt: now, resolvedBy: value.actor };
      return withOwn<C, Resolution, never>({ answer: { kind: 'resolved', letter: closed } }, { puts: { deadLetters: [closed] } });
    },
  };
}

function notDead(letter: DeadLetter | undefined): Decision<never, Resolution> {
  return { answer: letter === undefined ? { kind: 'not-found' } : { kind: 'resolved-before', letter } };
}
