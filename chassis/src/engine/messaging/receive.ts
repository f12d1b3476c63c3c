import type { ServiceName } from '@souk/contracts/services';
import { type ChassisCollections, withOwn } from '../writer/chassis-collections.ts';
import type { UseCase } from '../writer/use-case.ts';
import { newDeadLetter } from './dead-letter.ts';
import { type AnyMessageHandler, HANDLED, type Reception, type Incoming } from './message-handlers.ts';
import { appended } from './parking.ts';

const PARKED: Reception = { how: 'parked' };

/** Wraps a message handler with the rules for all of them: nothing overtakes a parked message, and an anomaly becomes a dead letter. */
export function receive<C extends ChassisCollections, Task>(
  service: ServiceName,
  handler: AnyMessageHandler<C, Task>,
): UseCase<C, Incoming, Reception, Task> {
  return {
    name: handler.name,
    keys: ({ message, event }) => ({ ...handler.keys(event), parkedKeys: [message.key] }),
    moreKeys: ({ message, event }, world) =>
      world.get('parkedKeys', message.key) === undefined ? (handler.moreKeys?.(event, world) ?? {}) : {},
    decide({ message, event }, world, context) {
      const parked = world.get('parkedKeys', message.key);
      if (parked !== undefined) {
        const cause = 'waits for an earlier message of the same key';
        const parkedKeys = [appended(parked, message.key, { message, cause, attempts: 0, now: context.now, backOffMs: 0 })];
        return withOwn<C, Reception, Task>({ answer: PARKED }, { puts: { ...handler.whileWaiting?.(event, world, context), parkedKeys } });
      }
      const decision = handler.decide(event, world, context);
      if (decision.anomaly === undefined) return { ...decision, answer: HANDLED };
      const letter = newDeadLetter(service, { message, cause: decision.anomaly, attempts: 1 }, context);
      return withOwn<C, Reception, Task>({ answer: { how: 'anomaly', cause: decision.anomaly } }, letter);
    },
  };
}
