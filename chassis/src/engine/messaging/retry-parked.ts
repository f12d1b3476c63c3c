import type { ServiceName } from '@souk/contracts/services';
import type { ChassisCollections } from '../writer/chassis-collections.ts';
import type { DecisionContext, UseCase } from '../writer/use-case.ts';
import { withOwn, type OwnChanges } from '../writer/with-own.ts';
import { burial } from './bury.ts';
import type { AnyMessageHandler } from './message-handlers.ts';
import { withoutHead } from './park.ts';
import type { ParkedKey, ParkedMessage, WaitingMessage } from './parked-key.ts';
import { backOffAfter, type ParkingRules } from './parking-rules.ts';
import { HANDLED, type Incoming, type Reception } from './receive.ts';

interface Head {
  readonly key: string;
  readonly position: number;
}

interface FailedTry {
  readonly message: ParkedMessage['message'];
  readonly cause: string;
  /** No other try can do better. */
  readonly isForGood: boolean;
}

/** Handles the first waiting message of a key and takes it off the queue in one step. */
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
      // Somebody else was faster.
      if (parked === undefined || head === undefined) return { answer: HANDLED };
      const decision = handler.decide(event, world, context);
      if (decision.anomaly !== undefined) {
        const failure = { message, cause: decision.anomaly, attempts: head.attempts + 1, firstFailedAt: head.firstFailedAt };
        return withOwn<C, Reception, Task>({ answer: { how: 'anomaly', cause: decision.anomaly } }, buryHead(service, parked, failure, context));
      }
      return withOwn<C, Reception, Task>({ ...decision, answer: HANDLED }, takeHead(parked));
    },
  };
}

/** Notes that the first waiting message of a key failed again; after the last try it is a dead letter. */
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
        return withOwn<C, 'failed' | 'dead', never>({ answer: 'dead' }, buryHead(service, parked, failure, context));
      }
      const lastFailedAt = context.now;
      const again = { ...head, attempts, cause, lastFailedAt, nextAttemptAt: lastFailedAt + backOffAfter(rules, attempts) };
      const parkedKeys = [{ key, messages: [again, ...parked.messages.slice(1)] }];
      return withOwn<C, 'failed' | 'dead', never>({ answer: 'failed' }, { puts: { parkedKeys } });
    },
  };
}

function headAt(parked: ParkedKey | undefined, position: number): WaitingMessage | undefined {
  const head = parked?.messages[0];
  return head?.position === position ? head : undefined;
}

function takeHead(parked: ParkedKey): OwnChanges {
  const rest = withoutHead(parked);
  return rest === undefined ? { removes: { parkedKeys: [parked.key] } } : { puts: { parkedKeys: [rest] } };
}

function buryHead(
  service: ServiceName,
  parked: ParkedKey,
  failure: Parameters<typeof burial>[1],
  context: DecisionContext,
): OwnChanges {
  const { puts, events } = burial(service, failure, context);
  const rest = takeHead(parked);
  return { ...rest, puts: { ...puts, ...rest.puts }, events };
}
