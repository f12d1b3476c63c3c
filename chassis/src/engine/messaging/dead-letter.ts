import type { EventEnvelope } from '@souk/contracts/envelope';
import type { DEAD_LETTER_KINDS, DEAD_LETTER_STATUSES } from '@souk/contracts/http/ops';
import type { ServiceName } from '@souk/contracts/services';
import { deadLetterTopic } from '@souk/contracts/topics';
import type { LogMessage } from '../../log/event-log.ts';
import { type ChassisCollections, type OwnChanges, withOwn } from '../writer/chassis-collections.ts';
import type { Decision, DecisionContext, UseCase } from '../writer/use-case.ts';
import { type AnyMessageHandler, causedBy, type Changes, hasChanges } from './message-handlers.ts';
import { cutMessage, toldMessage } from './redacted-message.ts';

/** A message that was given up, with its original bytes. It waits until an operator redrives it or discards it with a reason. */
export interface DeadLetter {
  readonly id: string;
  readonly kind: (typeof DEAD_LETTER_KINDS)[number];
  readonly message: LogMessage;
  readonly cause: string;
  readonly attempts: number;
  /** epoch milliseconds */
  readonly firstFailedAt: number;
  readonly lastFailedAt: number;
  readonly status: (typeof DEAD_LETTER_STATUSES)[number];
  /** epoch milliseconds; null while dead */
  readonly resolvedAt: number | null;
  readonly resolvedBy: string | null;
  /** Of a discarded letter the reason; of a redriven one what came of it, null if an earlier version redrove it. */
  readonly resolution: string | null;
}

/** Characters; an error text may quote what was sent. */
const CAUSE_LIMIT = 2000;

export interface Failure {
  readonly message: LogMessage;
  readonly cause: string;
  readonly attempts: number;
  /** epoch milliseconds; default: now, for a message that failed at once */
  readonly firstFailedAt?: number;
}

/** Id and kind of the dead letter; default: a new id, kind `unhandled`. */
type Identity = Pick<DeadLetter, 'id' | 'kind'>;

/**
 * Makes a message a dead letter: a row that keeps all bytes and waits for an operator, and an event that announces it, without
 * personal data and never too large for the log.
 */
export function newDeadLetter(
  service: ServiceName,
  { message, attempts, firstFailedAt, ...failure }: Failure,
  { now, newId }: DecisionContext,
  { id, kind }: Identity = { id: newId(), kind: 'unhandled' },
): Required<Pick<OwnChanges, 'puts' | 'events'>> {
  const cause = failure.cause.slice(0, CAUSE_LIMIT);
  const letter: DeadLetter = {
    id,
    kind,
    message,
    cause,
    attempts,
    firstFailedAt: firstFailedAt ?? now,
    lastFailedAt: now,
    status: 'dead',
    resolvedAt: null,
    resolvedBy: null,
    resolution: null,
  };
  const told = cutMessage(message, kind, toldMessage(message));
  const data = {
    ...told,
    kind,
    cause,
    attempts,
    firstFailedAt: new Date(letter.firstFailedAt).toISOString(),
    lastFailedAt: new Date(now).toISOString(),
  };
  const event = { type: deadLetterTopic(service), key: told.key, stream: letter.id, version: 1, data };
  return { puts: { deadLetters: [letter] }, events: [event] };
}

/** Records a dead letter at once: for a message that cannot be read, or that no retry can help. */
export function recordDeadLetter<C extends ChassisCollections>(service: ServiceName): UseCase<C, Failure, void> {
  return {
    name: 'record dead letter',
    keys: () => ({}),
    decide: (failure, _world, context) => withOwn<C, void, never>({ answer: undefined }, newDeadLetter(service, failure, context)),
  };
}

interface Resolving {
  readonly id: string;
  /** id of the user who decided it */
  readonly actor: string;
}

export type NotDead = { readonly kind: 'not-found' } | { readonly kind: 'resolved-before'; readonly letter: DeadLetter };

/** The message still cannot be handled. */
export interface StillDead {
  readonly kind: 'still-dead';
  readonly cause: string;
}

export type Resolution = { readonly kind: 'resolved'; readonly letter: DeadLetter } | NotDead | StillDead;

/** The outcome of a redrive: the handler changed something, or nothing; or the log has taken the event. */
export type Redriven = 'applied' | 'already_applied' | 'sent';

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
      const resolution = outcomeOf(decision);
      const redriven: DeadLetter = { ...letter, status: 'redriven', resolvedAt: context.now, resolvedBy: actor, resolution };
      return withOwn<C, Resolution, Task>({ cause, ...decision, answer: { kind: 'resolved', letter: redriven } }, { puts: { deadLetters: [redriven] } });
    },
  };
}

/** Closes a dead letter whose message the log has taken after all. */
export function sentAgain<C extends ChassisCollections>(): UseCase<C, Resolving, Resolution> {
  return closing('sent again', () => ({ status: 'redriven', resolution: 'sent' satisfies Redriven }));
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

export function outcomeOf(decision: Changes): Exclude<Redriven, 'sent'> {
  return hasChanges(decision) ? 'applied' : 'already_applied';
}

export function notDead(letter: DeadLetter | undefined): Decision<never, NotDead> {
  return { answer: letter === undefined ? { kind: 'not-found' } : { kind: 'resolved-before', letter } };
}
