import type { EventAttributes } from '@souk/contracts/envelope';
import { harmless } from '../../telemetry/harmless.ts';
import type { LogMessage } from '../../log/event-log.ts';
import type { MessagingMeter, Outcome } from '../engine-options.ts';
import { faultSource, type Report, singleFailures, type Trace } from '../../telemetry/report.ts';
import type { SecurityEvents } from '../../telemetry/security-events.ts';
import { aboutMessage } from './about-message.ts';
import type { Incoming } from './message-handlers.ts';

interface TellDeps {
  readonly meter?: MessagingMeter | undefined;
  readonly report: Report;
  readonly trace?: Trace | undefined;
  readonly security?: Pick<SecurityEvents, 'tell'> | undefined;
}

/** A message, with its event if it could be read. */
type Told = Pick<Incoming, 'message'> & { readonly event?: Pick<EventAttributes, 'id' | 'traceparent'> };

/** Counts and logs the outcomes of messages. None of it throws: the log would take that for a message that was not handled. */
export interface Outcomes {
  /** The message is settled, successfully or not; `cause`: the reason why it was not handled. */
  settled(told: Told, how: Outcome, cause?: unknown): void;
  /** The message claims to come from a service that makes no such events. */
  forged(message: LogMessage, by: string): void;
  /** A try of the message has failed. */
  failed(told: Told, attempt: number, error: unknown): void;
  /** The message was neither handled nor stored: the log delivers it again. */
  comesAgain(message: LogMessage, error: unknown): void;
}

export function outcomes({ meter, report, trace, security }: TellDeps): Outcomes {
  const single = singleFailures(report);
  const consumer = faultSource(report, 'consumer');
  return {
    settled: harmless(({ message, event }: Told, how: Outcome, cause?: unknown) => {
      meter?.messageSettled(message.topic, how);
      consumer.worked();
      // The tries of a failed message have been logged already.
      if (how === 'handled' || how === 'parked' || how === 'failed') trace?.({ ...aboutMessage(message, event), outcome: how }, 'message settled');
      else single(cause, 'a message is a dead letter now', { ...aboutMessage(message, event), outcome: how });
    }),
    forged: harmless((message: LogMessage, source: string) => security?.tell('event.forged_source', { topic: message.topic, source, about: aboutMessage(message) })),
    failed: harmless(({ message, event }: Told, attempt: number, error: unknown) => single(error, 'a message failed', { ...aboutMessage(message, event), attempt })),
    comesAgain: harmless((message: LogMessage, error: unknown) => consumer.failed(error, 'a message could not be settled; it comes again', aboutMessage(message))),
  };
}
