import type { EventAttributes } from '@souk/contracts/envelope';
import type { LogMessage } from '../../log/event-log.ts';
import { type About, faultSource, harmless, type Report, singleFailures, type Trace, traceIdOf } from '../../telemetry/report.ts';
import type { SecurityEvents } from '../../telemetry/security-events.ts';
import { failureText } from './consumer.ts';
import type { Incoming, Reception } from './message-handlers.ts';
import type { RecentDeliveries } from './recent-deliveries.ts';

/** Outcome of a message, or of one try of it. */
type Outcome = Reception['how'] | 'undecodable' | 'failed' | 'dead';

/** Receives what an engine counts for its operators; the metrics adapter is one. */
export interface MessagingMeter {
  /** Announces topics, so that the series an alert uses exist before the first message. */
  expect(topics: readonly string[]): void;
  batchSettled(inputs: number, ms: number): void;
  /** A batch is decided again because a replica had changed entities that this process remembered. */
  decidedAgain(): void;
  messageSettled(topic: string, how: Outcome): void;
  /** The log refused an event for good; it is a dead letter now. */
  eventSetAside(): void;
}

interface TellDeps {
  readonly meter?: MessagingMeter | undefined;
  readonly report: Report;
  readonly trace?: Trace | undefined;
  readonly security?: Pick<SecurityEvents, 'tell'> | undefined;
  readonly deliveries: RecentDeliveries;
}

/** A message, with its event if it could be read. */
type Told = Pick<Incoming, 'message'> & { readonly event?: Pick<EventAttributes, 'id' | 'traceparent'> | undefined };

/** Counts and logs the outcomes of messages. None of it throws: the log would take that for a message that was not handled. */
export interface Outcomes {
  /** The log has delivered the message. */
  arrived(told: Told): void;
  /** A decision on the message is committed. */
  received(told: Told, reception: Reception): void;
  /** The message is settled, successfully or not; `cause`: the reason why it was not handled. */
  settled(told: Told, how: Outcome, cause?: unknown): void;
  /** The message claims to come from a service that makes no such events. */
  forged(message: LogMessage, by: string): void;
  /** A try of the message has failed. */
  failed(told: Told, attempt: number, error: unknown): void;
  /** The message was neither handled nor stored: the log delivers it again. */
  comesAgain(message: LogMessage, error: unknown): void;
}

export function outcomes({ meter, report, trace, security, deliveries }: TellDeps): Outcomes {
  const single = singleFailures(report);
  const consumer = faultSource(report, 'consumer');
  const settled = harmless(({ message, event }: Told, how: Outcome, cause?: unknown) => {
    // The tries of a failed message have been recorded and logged already.
    const isDead = how !== 'handled' && how !== 'parked' && how !== 'failed';
    if (isDead) deliveries.cameTo(message, idOf({ message, event }), 'dead', failureText(cause));
    meter?.messageSettled(message.topic, how);
    consumer.worked();
    if (isDead) single(cause, 'a message is a dead letter now', { ...aboutMessage(message, event), outcome: how });
    else trace?.({ ...aboutMessage(message, event), outcome: how }, 'message settled');
  });
  return {
    arrived: harmless((told: Told) => deliveries.arrived(told.message, idOf(told))),
    received: harmless((told: Told, reception: Reception) => {
      if (reception.how === 'handled') deliveries.cameTo(told.message, idOf(told), reception.hasChanged ? 'applied' : 'ignored');
      else if (reception.how === 'parked') deliveries.cameTo(told.message, idOf(told), 'parked');
      settled(told, reception.how, reception.how === 'anomaly' ? reception.cause : undefined);
    }),
    settled,
    forged: harmless((message: LogMessage, source: string) => security?.tell('event.forged_source', { topic: message.topic, source, about: aboutMessage(message) })),
    failed: harmless(({ message, event }: Told, attempt: number, error: unknown) => {
      deliveries.cameTo(message, idOf({ message, event }), 'failed', failureText(error));
      single(error, 'a message failed', { ...aboutMessage(message, event), attempt });
    }),
    comesAgain: harmless((message: LogMessage, error: unknown) => consumer.failed(error, 'a message could not be settled; it comes again', aboutMessage(message))),
  };
}

/** Empty for a message that does not say it. */
function idOf({ message, event }: Told): string {
  return event?.id ?? message.headers['ce_id'] ?? '';
}

/** Characters; the keys of our own messages are ids. */
const KEY_LIMIT = 100;

/** The log field that identifies the messages of a key. */
export function aboutKey(key: string): { readonly key: string } {
  return { key: key.slice(0, KEY_LIMIT) };
}

/** Log fields that identify a message. A message that cannot be read has only its key and topic. */
export function aboutMessage({ topic, key }: Pick<LogMessage, 'topic' | 'key'>, event?: Pick<EventAttributes, 'id' | 'traceparent'>): About {
  const about = { ...aboutKey(key), topic };
  return event === undefined ? about : { ...about, messageId: event.id, ...traceIdOf(event.traceparent) };
}
