import { asOfToday, fromLogMessage } from '@souk/contracts/log-message';
import type { ServiceName } from '@souk/contracts/services';
import type { ChassisCollections } from '../writer/chassis-collections.ts';
import { WriterClosedError } from '../../input-errors.ts';
import type { Writer } from '../writer/writer.ts';
import { causedBy, failureText, handlerOf, isForGood } from './consumer.ts';
import type { MessageHandlers } from './message-handlers.ts';
import type { MessageReads } from './message-reads.ts';
import { type ParkedMessage, type ParkingRules, recordFailure, retryParked } from './parking.ts';
import type { Outcomes } from './tell-outcomes.ts';

/** Maximum number of keys per round. */
const ROUND_LIMIT = 100;

export interface RetryDeps<C extends ChassisCollections, Task> {
  readonly service: ServiceName;
  readonly messages: MessageReads;
  readonly writer: Writer<C, Task>;
  readonly handlers: MessageHandlers<C, Task>;
  readonly rules: ParkingRules;
  readonly tell: Outcomes;
}

/**
 * Retries every parked key that is due; once its head succeeds, the messages behind it follow until the key is empty or the
 * signal is aborted.
 */
export async function retryDueMessages<C extends ChassisCollections, Task>(deps: RetryDeps<C, Task>, signal: AbortSignal): Promise<void> {
  // The message behind a head that succeeded is due at once.
  while (!signal.aborted && (await retryRound(deps)) > 0);
}

/** Returns how many were tried; their memory is free again before the next round. */
async function retryRound<C extends ChassisCollections, Task>(deps: RetryDeps<C, Task>): Promise<number> {
  const due = await deps.messages.dueParked(ROUND_LIMIT);
  await Promise.all(due.map(({ key, head }) => retryHead(deps, key, head)));
  return due.length;
}

async function retryHead<C extends ChassisCollections, Task>(
  { service, writer, handlers, rules, tell }: RetryDeps<C, Task>,
  key: string,
  { position, message: kept, attempts }: ParkedMessage,
): Promise<void> {
  const message = asOfToday(kept);
  const handler = handlerOf(handlers, message.topic);
  const read = fromLogMessage(message);
  try {
    if (handler === undefined) throw new Error(`no handler for ${message.topic}`);
    if (!read.ok) throw new Error(read.cause);
    const value = { key, position, message, event: read.event };
    const reached = await writer.submit(retryParked(service, handler), value, { cause: causedBy(read.event) });
    tell.settled(value, reached.how, reached.how === 'anomaly' ? reached.cause : undefined);
  } catch (error) {
    if (error instanceof WriterClosedError) return;
    const failed = { key, position, message, cause: failureText(error), isForGood: isForGood(error) };
    const told = read.ok ? { message, event: read.event } : { message };
    tell.failed(told, attempts + 1, error);
    const options = read.ok ? { cause: causedBy(read.event) } : {};
    tell.settled(told, await writer.submit(recordFailure<C>(service, rules), failed, options), error);
  }
}
