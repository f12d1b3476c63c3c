import type { ServiceName } from '@souk/contracts/services';
import type { Job } from './jobs.ts';
import type { EventLog } from '../log/event-log.ts';
import type { MessageHandlers } from './messaging/message-handlers.ts';
import type { ParkingRules } from './messaging/parking.ts';
import type { Reception } from './messaging/receive.ts';
import type { SecurityEvents } from '../telemetry/security-events.ts';
import type { ServiceStore } from './service-store.ts';
import type { ChassisCollections } from './writer/chassis-collections.ts';
import type { Collections } from './writer/use-case.ts';
import type { About, Report, Trace } from '../telemetry/report.ts';

/** The end of a message, or of one try of it. */
export type Outcome = Reception['how'] | 'undecodable' | 'failed' | 'dead';

/** What a microservice tells its operators; the metrics adapter is one of these. */
export interface MessagingMeter {
  /** Messages of these topics will come: what an alert looks at is there before the first. */
  expect(topics: readonly string[]): void;
  batchSettled(inputs: number, ms: number): void;
  /** A batch is decided again, because a replica had changed what this one remembered. */
  decidedAgain(): void;
  messageSettled(topic: string, how: Outcome): void;
  /** The log refused it for good; it is a dead letter now. */
  eventSetAside(): void;
}

export interface MicroserviceOptions<C extends Collections, Task> {
  readonly name: ServiceName;
  /** Tells this process from its replicas, the same after every restart: the name of its lane. */
  readonly instance: string;
  readonly store: ServiceStore<C>;
  readonly log: EventLog;
  readonly handlers: MessageHandlers<C & ChassisCollections, Task>;
  /** Work outside of the database that a decision asked for; it must not throw, its result is a new input. */
  readonly runTask?: (task: Task) => Promise<void>;
  readonly jobs?: readonly Job[];
  readonly meter?: MessagingMeter;
  readonly report: Report;
  /** Hears of messages that come from where they must not. */
  readonly security?: Pick<SecurityEvents, 'tell'>;
  /** Absent: nobody wants to know of every message. */
  readonly trace?: Trace | undefined;
  /** Fields by which log lines about a task are found. */
  readonly aboutTask?: (task: Task) => About;
  /** Milliseconds between two transactions of a busy service. */
  readonly paceMs: number;
  readonly parking?: ParkingRules;
}
