import type { ServiceName } from '@souk/contracts/services';
import type { Job } from './jobs.ts';
import type { EventLog } from '../log/event-log.ts';
import type { MessageHandlers, Reception } from './messaging/message-handlers.ts';
import type { ParkingRules } from './messaging/parking.ts';
import type { SecurityEvents } from '../telemetry/security-events.ts';
import type { ServiceStore } from './service-store.ts';
import type { ChassisCollections } from './writer/chassis-collections.ts';
import type { Collections } from './writer/use-case.ts';
import type { About, Report, Trace } from '../telemetry/report.ts';

/** Outcome of a message, or of one try of it. */
export type Outcome = Reception['how'] | 'undecodable' | 'failed' | 'dead';

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

export interface EngineOptions<C extends Collections, Task> {
  readonly name: ServiceName;
  /** Tells this process from its replicas and stays the same after a restart: the name of its lane. */
  readonly instance: string;
  readonly store: ServiceStore<C>;
  readonly log: EventLog;
  readonly handlers: MessageHandlers<C & ChassisCollections, Task>;
  /** Runs work outside of the database that a decision asked for; it must not throw, and its result is a new input. */
  readonly runTask?: (task: Task) => Promise<void>;
  readonly jobs?: readonly Job[];
  readonly meter?: MessagingMeter;
  readonly report: Report;
  /** Told of messages from a service that must not send them. */
  readonly security?: Pick<SecurityEvents, 'tell'>;
  /** Logs every message; absent: off. */
  readonly trace?: Trace | undefined;
  /** Log fields that identify a task. */
  readonly aboutTask?: (task: Task) => About;
  /** Milliseconds between two transactions of a busy service. */
  readonly paceMs: number;
  readonly parking?: ParkingRules;
}
