import { asOfToday, fromLogMessage } from '@souk/contracts/log-message';
import { consumerGroup, type ServiceName } from '@souk/contracts/services';
import { isTopic } from '@souk/contracts/topics';
import { EventTooLargeError, WriterClosedError } from '../../input-errors.ts';
import type { EventLog, LogMessage, ReceivedMessage, Subscription } from '../../log/event-log.ts';
import { messageSize } from '../../log/message-limits.ts';
import type { MessageReads } from '../service-store.ts';
import { type ChassisCollections, withOwn } from '../writer/chassis-collections.ts';
import type { UseCase } from '../writer/use-case.ts';
import type { Writer } from '../writer/writer.ts';
import { newDeadLetter, recordDeadLetter } from './dead-letter.ts';
import type { HandlingRoom } from './handling-room.ts';
import { type AnyMessageHandler, causedBy, handledBy, type Incoming, type MessageHandlers, type Reception } from './message-handlers.ts';
import { appended, park, type ParkedMessage, type ParkingRules, recordFailure, retryParked } from './parking.ts';
import type { Outcomes } from './tell-outcomes.ts';

interface ConsumerDeps<C extends ChassisCollections, Task> {
  readonly service: ServiceName;
  readonly log: EventLog;
  readonly writer: Writer<C, Task>;
  readonly handlers: MessageHandlers<C, Task>;
  readonly rules: ParkingRules;
  readonly room: HandlingRoom;
  readonly tell: Outcomes;
}

/** Milliseconds between the first tries: long enough for a transient fault, short enough for the messages behind. */
const BETWEEN_FIRST_TRIES_MS = 50;

/**
 * Reads the service's topics in its consumer group and submits each message to the writer. Messages with the same key are
 * handled one after the other, all others concurrently; a batch is done when each of its messages is handled, parked or a dead
 * letter.
 */
export async function consume<C extends ChassisCollections, Task>(deps: ConsumerDeps<C, Task>): Promise<Subscription> {
  const { service, log, handlers } = deps;
  const receptions = receptionsOf(service, handlers);
  return log.subscribe({
    group: consumerGroup(service),
    topics: [...receptions.keys()],
    async handle(messages, signal) {
      const chains = Map.groupBy(messages, (message) => message.key);
      await Promise.all([...chains.values()].map((chain) => settleInOrder(deps, receptions, chain, signal)));
    },
  });
}

type Receptions<C, Task> = ReadonlyMap<string, UseCase<C, Incoming, Reception, Task>>;

function receptionsOf<C extends ChassisCollections, Task>(
  service: ServiceName,
  handlers: MessageHandlers<C, Task>,
): Receptions<C, Task> {
  const entries = Object.entries(handlers).map(([topic, handler]) => {
    return [topic, receive(service, handler as AnyMessageHandler<C, Task>)] as const;
  });
  return new Map(entries);
}

async function settleInOrder<C extends ChassisCollections, Task>(
  deps: ConsumerDeps<C, Task>,
  receptions: Receptions<C, Task>,
  chain: readonly ReceivedMessage[],
  signal: AbortSignal,
): Promise<void> {
  // Later messages of the same key already wait for the transaction of each earlier one.
  const isAwaited = chain.length > 1;
  for (const received of chain) {
    const size = messageSize(received);
    const room = deps.room.enter(size);
    if (room !== undefined) await room;
    try {
      signal.throwIfAborted();
      await settleOne(deps, receptions, received, signal, isAwaited);
    } catch (error) {
      if (!signal.aborted && !(error instanceof WriterClosedError)) deps.tell.comesAgain(received, error);
      throw error;
    } finally {
      deps.room.leave(size);
    }
  }
}

async function settleOne<C extends ChassisCollections, Task>(
  deps: ConsumerDeps<C, Task>,
  receptions: Receptions<C, Task>,
  { topic, key, value, headers, binary }: ReceivedMessage,
  signal: AbortSignal,
  isAwaited: boolean,
): Promise<void> {
  const { service, writer, rules, tell } = deps;
  const message: LogMessage = asOfToday({ topic, key, value, headers, ...(binary && { binary }) });
  const read = fromLogMessage(message);
  const reception = receptions.get(topic);
  tell.arrived(read.ok ? { message, event: read.event } : { message });
  if (!read.ok || reception === undefined) {
    const cause = read.ok ? 'no handler for this topic' : read.cause;
    await writer.submit(recordDeadLetter<C>(service), { message, cause, attempts: 1 }, read.ok ? { cause: causedBy(read.event) } : {});
    tell.settled({ message }, 'undecodable', cause);
    if (!read.ok && read.forgedBy !== undefined) tell.forged(message, read.forgedBy);
    return;
  }
  const incoming: Incoming = { message, event: read.event };
  const failure = await tryToSettle(deps, reception, incoming, signal, isAwaited);
  if (failure === undefined) return;
  if (isForGood(failure)) {
    await writer.submit(recordDeadLetter<C>(service), { message, cause: failureText(failure), attempts: 1 }, { cause: causedBy(read.event) });
    tell.settled(incoming, 'dead', failure);
    return;
  }
  await writer.submit(park<C>(rules), { message, cause: failureText(failure), attempts: rules.firstAttempts });
  tell.settled(incoming, 'failed', failure);
}

/** undefined: the message is settled. Otherwise the last error of `rules.firstAttempts` tries, or the first error that no retry can help. */
async function tryToSettle<C extends ChassisCollections, Task>(
  { writer, rules, tell }: ConsumerDeps<C, Task>,
  reception: UseCase<C, Incoming, Reception, Task>,
  incoming: Incoming,
  signal: AbortSignal,
  isAwaited: boolean,
): Promise<unknown> {
  let failure: unknown;
  for (let attempt = 1; attempt <= rules.firstAttempts; attempt += 1) {
    signal.throwIfAborted();
    try {
      const reached = await writer.submit(reception, incoming, { cause: causedBy(incoming.event), isAwaited });
      tell.received(incoming, reached);
      return undefined;
    } catch (error) {
      if (error instanceof WriterClosedError) throw error;
      failure = error;
      tell.failed(incoming, attempt, error);
    }
    if (isForGood(failure)) return failure;
    if (attempt < rules.firstAttempts) await Bun.sleep(BETWEEN_FIRST_TRIES_MS);
  }
  return failure ?? new Error('no try was made');
}

const PARKED: Reception = { how: 'parked' };

/** Wraps a message handler with the rules for all of them: nothing overtakes a parked message, and an anomaly becomes a dead letter. */
function receive<C extends ChassisCollections, Task>(
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
      if (decision.anomaly === undefined) return { ...decision, answer: handledBy(decision) };
      const letter = newDeadLetter(service, { message, cause: decision.anomaly, attempts: 1 }, context);
      return withOwn<C, Reception, Task>({ answer: { how: 'anomaly', cause: decision.anomaly } }, letter);
    },
  };
}

/** Maximum number of keys per round. */
const ROUND_LIMIT = 100;

interface RetryDeps<C extends ChassisCollections, Task> extends Omit<ConsumerDeps<C, Task>, 'log' | 'room'> {
  readonly messages: MessageReads;
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
    tell.received(value, reached);
  } catch (error) {
    if (error instanceof WriterClosedError) return;
    const failed = { key, position, message, cause: failureText(error), isForGood: isForGood(error) };
    const told = read.ok ? { message, event: read.event } : { message };
    tell.failed(told, attempts + 1, error);
    const options = read.ok ? { cause: causedBy(read.event) } : {};
    tell.settled(told, await writer.submit(recordFailure<C>(service, rules), failed, options), error);
  }
}

/** True when a retry would lead to the same event, which the log does not take. */
function isForGood(failure: unknown): boolean {
  return failure instanceof EventTooLargeError;
}

/** Failure text for operators; never a stack trace. */
export function failureText(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 2000) || 'unknown';
}

export function handlerOf<C, Task>(handlers: MessageHandlers<C, Task>, topic: string): AnyMessageHandler<C, Task> | undefined {
  return isTopic(topic) ? handlers[topic] : undefined;
}
