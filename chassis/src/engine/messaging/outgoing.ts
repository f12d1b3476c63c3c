import { asOfToday, withValue } from '@souk/contracts/log-message';
import { eventSource, type ServiceName } from '@souk/contracts/services';
import { deadLetterTopic, isTopic, TOPICS } from '@souk/contracts/topics';
import { EventTooLargeError } from '../../input-errors.ts';
import type { LogMessage } from '../../log/event-log.ts';
import { MESSAGE_LIMIT, messageBytes, type RefusedMessage } from '../../log/message-limits.ts';
import { harmless, type Report } from '../../telemetry/report.ts';
import { type ChassisCollections, withOwn } from '../writer/chassis-collections.ts';
import type { UseCase } from '../writer/use-case.ts';
import type { Writer } from '../writer/writer.ts';
import type { StoredEvent } from '../writer/writer-store.ts';
import { newDeadLetter } from './dead-letter.ts';
import { aboutMessage, type MessagingMeter } from './tell-outcomes.ts';

/** Turns a row of the events table into a message for the log. */
export function outgoing(service: ServiceName, event: StoredEvent): LogMessage {
  if (!isTopic(event.type)) throw new Error(`event ${event.id} has no topic: ${event.type}`);
  const attributes = {
    id: event.id,
    type: event.type,
    source: eventSource(service),
    time: new Date(event.at).toISOString(),
    subject: event.key,
    schemaVersion: TOPICS[event.type].version,
    correlationId: event.correlationId,
    causationId: event.causationId,
    aggregateVersion: event.version,
    traceparent: event.traceparent,
  };
  // An earlier version may have written the row.
  return asOfToday(withValue(attributes, event.data));
}

/** Bytes for header names and for the values that we generate, which take less than 700. */
const OWN_HEADERS = 1024;
/** The most bytes one UTF-16 unit can take: as UTF-8, and in JSON, where it may be escaped. */
const BYTES_PLAIN = 3;
const BYTES_ESCAPED = 6;

/**
 * Throws `EventTooLargeError` for an event of the service that the log would refuse; the exact size is computed only if an
 * upper bound exceeds the limit. Also throws for an event that another service makes: receivers would refuse it.
 */
export function refuseUnsendable(service: ServiceName): (event: StoredEvent) => void {
  return (event) => {
    const { key, correlationId, causationId, data, type } = event;
    if (isTopic(type) && TOPICS[type].madeBy !== service) throw new Error(`${service} does not make ${type}`);
    // The key is sent twice, once among the headers.
    const ids = key.length * 2 + correlationId.length + (causationId?.length ?? 0);
    if (data.length * BYTES_PLAIN + ids * BYTES_ESCAPED + OWN_HEADERS <= MESSAGE_LIMIT) return;
    const message = outgoing(service, event);
    const size = messageBytes(message, JSON.stringify(message.headers));
    if (size > MESSAGE_LIMIT) throw new EventTooLargeError(event.type, size, MESSAGE_LIMIT);
  };
}

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

interface SettingAside {
  readonly name: ServiceName;
  readonly meter?: Pick<MessagingMeter, 'eventSetAside'>;
  readonly report: Report;
}

/** Sets events aside and reports each once to operators: other services will not know of something that happened here. */
export function settingAside<C extends ChassisCollections, Task>(
  { name, meter, report }: SettingAside,
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
