import { deadLetterTopic } from '@souk/contracts/topics';
import type { ServiceName } from '@souk/contracts/services';
import { harmless } from '../../telemetry/harmless.ts';
import type { RefusedMessage } from '../../log/message-limit.ts';
import type { EngineOptions } from '../engine-options.ts';
import { type ChassisCollections, withOwn } from '../writer/chassis-collections.ts';
import type { UseCase } from '../writer/use-case.ts';
import type { Writer } from '../writer/writer.ts';
import type { StoredEvent } from '../writer/writer-store.ts';
import { aboutMessage } from './about-message.ts';
import { newDeadLetter } from './dead-letter.ts';

/** Maximum number of log lines about one send: a broker that is set to take next to nothing refuses everything. */
const LINES = 10;

/** A committed event that the log will never take, with the message that was to be sent. */
export interface Unsent extends RefusedMessage {
  readonly event: StoredEvent;
}

/**
 * Makes an event that cannot be sent a dead letter, so that its lane can go on. The dead letter has the event's id, so a repeat
 * after a crash does not make a second one. If the event itself announces a dead letter, no event announces the new one.
 * Returns true if the dead letter is new.
 */
export function setAside<C extends ChassisCollections>(service: ServiceName): UseCase<C, Unsent, boolean> {
  return {
    name: 'set aside',
    keys: ({ event }) => ({ deadLetters: [event.id] }),
    decide({ event: { id }, message, cause }, world, context) {
      if (world.get('deadLetters', id) !== undefined) return { answer: false };
      const { puts, events } = newDeadLetter(service, { message, cause, attempts: 1 }, context, { id, kind: 'unsent' });
      const own = message.topic === deadLetterTopic(service) ? { puts } : { puts, events };
      return withOwn<C, boolean, never>({ answer: true }, own);
    },
  };
}

/** Sets events aside and reports each once to operators: other services will not know of something that happened here. */
export function settingAside<C extends ChassisCollections, Task>(
  { name, meter, report }: Pick<EngineOptions<C, Task>, 'name' | 'meter' | 'report'>,
  writer: () => Writer<C, Task>,
): (unsent: readonly Unsent[]) => Promise<void> {
  const tell = harmless((letters: readonly Unsent[]) => {
    for (const [index, { event, message, cause }] of letters.entries()) {
      meter?.eventSetAside();
      if (index < LINES) report(cause, 'the log refuses an event for good: it is a dead letter now', aboutMessage(message, event));
    }
    if (letters.length > LINES) report(`${letters.length - LINES} more`, 'the log refuses more events for good: see GET /ops/dead-letters?kind=unsent');
  });
  return async (unsent) => {
    const letters: Unsent[] = [];
    const settled = await Promise.allSettled(
      unsent.map(async (each) => {
        const { id, correlationId, traceparent } = each.event;
        const cause = { correlationId, causationId: id, traceparent };
        if (await writer().submit(setAside<C>(name), each, { cause })) letters.push(each);
      }),
    );
    tell(letters);
    const failed = settled.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
}
