import type { LogMessage } from '../../log/event-log.ts';
import type { ChassisCollections } from '../writer/chassis-collections.ts';
import type { UseCase } from '../writer/use-case.ts';
import { withOwn } from '../writer/with-own.ts';
import type { Failure } from './bury.ts';
import type { ParkedKey } from './parked-key.ts';
import { backOffAfter, type ParkingRules } from './parking-rules.ts';

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

/** The key without its first message; undefined when nothing waits any more. */
export function withoutHead({ key, messages }: ParkedKey): ParkedKey | undefined {
  const rest = messages.slice(1);
  return rest.length === 0 ? undefined : { key, messages: rest };
}

/** Puts a message that failed aside, so that other keys go on; everything later of its key will wait behind it. */
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
