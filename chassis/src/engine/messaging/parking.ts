import type { ServiceName } from '@souk/contracts/services';
import type { LogMessage } from '../../log/event-log.ts';
import { type ChassisCollections, type OwnChanges, withOwn } from '../writer/chassis-collections.ts';
import type { DecisionContext, UseCase } from '../writer/use-case.ts';
import { type Failure, newDeadLetter } from './dead-letter.ts';
import { type AnyMessageHandler, handledBy, IGNORED, type Incoming, type Reception } from './message-handlers.ts';

/** A message as it came from the log, kept because its handler failed or because an earlier one with the same key did. */
export interface ParkedMessage {
  /** Place within its key; the lowest is the head, the one that is tried again. */
  readonly position: number;
  readonly message: LogMessage;
  readonly attempts: number;
  readonly cause: string;
  /** epoch milliseconds */
  readonly firstFailedAt: number;
  readonly lastFailedAt: number;
  /** epoch milliseconds; only the head's counts */
  readonly nextAttemptAt: number;
}

/** A message's place in line. A store may leave out the message itself: many can wait, and each may be large. */
export type WaitingMessage = Omit<ParkedMessage, 'message'> & Partial<Pick<ParkedMessage, 'message'>>;

/** All messages that wait under one key. A key with no waiting messages is not stored. */
export interface ParkedKey {
  readonly key: string;
  /** by position */
  readonly messages: readonly WaitingMessage[];
}

/** A parked key as operators see it. */
export interface WaitingKey {
  readonly key: string;
  /** the first `SHOWN_MESSAGES` */
  readonly messages: readonly (Omit<ParkedMessage, 'message'> & Pick<LogMessage, 'topic'>)[];
  /** True when others wait behind these. */
  readonly more: boolean;
}

/** Retry limits for a message that keeps failing. */
export interface ParkingRules {
  /** Tries before a message is parked. */
  readonly firstAttempts: number;
  /** Total tries before it becomes a dead letter. */
  readonly attempts: number;
  /** Milliseconds to the next try of a parked message, doubled each time. */
  readonly backOffMs: number;
  readonly longestBackOffMs: number;
}

/** Ten tries within a little over two minutes. */
export const PARKING_RULES: ParkingRules = { firstAttempts: 3, attempts: 10, backOffMs: 1000, longestBackOffMs: 300_000 };

export function backOffAfter(rules: ParkingRules, attempts: number): number {
  const doublings = Math.max(0, attempts - rules.firstAttempts);
  return Math.min(rules.backOffMs * 2 ** doublings, rules.longestBackOffMs);
}

interface Waiting {
  readonly message: LogMessage;
  readonly cause: string;
  readonly attempts: number;
  readonly now: number;
  readonly backOffMs: number;
}

/** The key with one more message at its end. */
export function appended(parked: ParkedKey | undefined, key: string, waiting: Waiting): ParkedKey {
  const { message, cause, attempts, now, backOffMs } = waiting;
  const messages = parked?.messages ?? [];
  const position = (messages.at(-1)?.position ?? 0) + 1;
  const last = { position, message, cause, attempts, firstFailedAt: now, lastFailedAt: now, nextAttemptAt: now + backOffMs };
  return { key, messages: [...messages, last] };
}

/** Parks a failed message, so that other keys go on; all later messages of its key wait behind it. */
export function park<C extends ChassisCollections>(rules: ParkingRules): UseCase<C, Failure, void> {
  return {
    name: 'park',
    keys: ({ message }) => ({ parkedKeys: [message.key] }),
    decide({ message, cause, attempts }, world, { now }) {
      const backOffMs = backOffAfter(rules, attempts);
      const parkedKeys = [appended(world.get('parkedKeys', message.key), message.key, { message, cause, attempts, now, backOffMs })];
      return withOwn<C, void, never>({ answer: undefined }, { puts: { parkedKeys } });
    },
  };
}

interface Head {
  readonly key: string;
  readonly position: number;
}

interface FailedTry {
  readonly message: ParkedMessage['message'];
  readonly cause: string;
  /** No retry can succeed. */
  readonly isForGood: boolean;
}

/** Handles the first waiting message of a key and removes it from the queue in one step. */
export function retryParked<C extends ChassisCollections, Task>(
  service: ServiceName,
  handler: AnyMessageHandler<C, Task>,
): UseCase<C, Incoming & Head, Reception, Task> {
  return {
    name: handler.name,
    keys: ({ key, event }) => ({ ...handler.keys(event), parkedKeys: [key] }),
    ...(handler.moreKeys && { moreKeys: ({ event }, world) => handler.moreKeys?.(event, world) ?? {} }),
    decide({ key, position, message, event }, world, context) {
      const parked = world.get('parkedKeys', key);
      const head = headAt(parked, position);
      // Another process was faster.
      if (parked === undefined || head === undefined) return { answer: IGNORED };
      const decision = handler.decide(event, world, context);
      if (decision.anomaly !== undefined) {
        const failure = { message, cause: decision.anomaly, attempts: head.attempts + 1, firstFailedAt: head.firstFailedAt };
        return withOwn<C, Reception, Task>({ answer: { how: 'anomaly', cause: decision.anomaly } }, deadLetterOfHead(service, parked, failure, context));
      }
      return withOwn<C, Reception, Task>({ ...decision, answer: handledBy(decision) }, takeHead(parked));
    },
  };
}

/** Records that the first waiting message of a key failed again; after the last try it becomes a dead letter. */
export function recordFailure<C extends ChassisCollections>(
  service: ServiceName,
  rules: ParkingRules,
): UseCase<C, Head & FailedTry, 'failed' | 'dead'> {
  return {
    name: 'record failure',
    keys: ({ key }) => ({ parkedKeys: [key] }),
    decide({ key, position, message, cause, isForGood }, world, context) {
      const parked = world.get('parkedKeys', key);
      const head = headAt(parked, position);
      if (parked === undefined || head === undefined) return { answer: 'failed' };
      const attempts = head.attempts + 1;
      if (isForGood || attempts >= rules.attempts) {
        const failure = { message, cause, attempts, firstFailedAt: head.firstFailedAt };
        return withOwn<C, 'failed' | 'dead', never>({ answer: 'dead' }, deadLetterOfHead(service, parked, failure, context));
      }
      const lastFailedAt = context.now;
      const again = { ...head, attempts, cause, lastFailedAt, nextAttemptAt: lastFailedAt + backOffAfter(rules, attempts) };
      const parkedKeys = [{ key, messages: [again, ...parked.messages.slice(1)] }];
      return withOwn<C, 'failed' | 'dead', never>({ answer: 'failed' }, { puts: { parkedKeys } });
    },
  };
}

/** Makes the first waiting message of a key due now; false when nothing waits under it. */
export function retryNow<C extends ChassisCollections>(): UseCase<C, string, boolean> {
  return {
    name: 'retry now',
    keys: (key) => ({ parkedKeys: [key] }),
    decide(key, world, { now }) {
      const [head, ...rest] = world.get('parkedKeys', key)?.messages ?? [];
      if (head === undefined || head.nextAttemptAt <= now) return { answer: head !== undefined };
      const parkedKeys = [{ key, messages: [{ ...head, nextAttemptAt: now }, ...rest] }];
      return withOwn<C, boolean, never>({ answer: true }, { puts: { parkedKeys } });
    },
  };
}

function headAt(parked: ParkedKey | undefined, position: number): WaitingMessage | undefined {
  const head = parked?.messages[0];
  return head?.position === position ? head : undefined;
}

/** A key with no waiting messages is not stored. */
function takeHead({ key, messages }: ParkedKey): OwnChanges {
  const rest = messages.slice(1);
  return rest.length === 0 ? { removes: { parkedKeys: [key] } } : { puts: { parkedKeys: [{ key, messages: rest }] } };
}

function deadLetterOfHead(
  service: ServiceName,
  parked: ParkedKey,
  failure: Failure,
  context: DecisionContext,
): OwnChanges {
  const { puts, events } = newDeadLetter(service, failure, context);
  const rest = takeHead(parked);
  return { ...rest, puts: { ...puts, ...rest.puts }, events };
}
