import { Type } from '@sinclair/typebox';
import { DeadLetterPage, DeadLetterQuery, DeadLetterStatus, DiscardDeadLetter, OutboxStatus, ParkedPage, type ParkedKeyStatus } from '@souk/contracts/http/ops';
import { asOfToday, type BinaryParts, fromLogMessage } from '@souk/contracts/log-message';
import { ListQuery } from '@souk/contracts/paging';
import { isUuid, Uuid } from '@souk/contracts/strings';
import type { Engine } from '../engine/engine.ts';
import { aboutMessage } from '../engine/messaging/tell-outcomes.ts';
import { failureText, handlerOf } from '../engine/messaging/consumer.ts';
import { type DeadLetter, discard, redrive, type Resolution, sentAgain } from '../engine/messaging/dead-letter.ts';
import { type LetterFilter, type MessageReads, type ServiceStore, SHOWN_MESSAGES } from '../engine/service-store.ts';
import type { WaitingKey } from '../engine/messaging/parking.ts';
import { redactedMessage } from '../engine/messaging/redacted-message.ts';
import type { Collections } from '../engine/writer/use-case.ts';
import { OverloadedError, WriterClosedError } from '../input-errors.ts';
import { EventLogError } from '../log/event-log.ts';
import { fitting, MessagesRefusedError } from '../log/message-limits.ts';
import { tellAbout } from '../web/app/request-facts.ts';
import { router } from '../web/app/router.ts';
import { cursors, readPage, rowsWithin } from '../web/paging.ts';
import { Problem, problem } from '../web/problems/problem.ts';

const ById = Type.Object({ id: Uuid });
const parkedCursor = cursors('parked', Type.String());
const deadLetterCursor = cursors('dead-letters', Uuid);

/** Maximum bytes of a waiting message in a list, which leaves out the message itself: its cause has up to 2,000 characters. */
const WAITING_BYTES = 10 * 1024;

/** Approximate limit of the dead letters in a page, in UTF-16 units; one is always in it. */
const PAGE_SIZE = 2 * 1024 * 1024;

/** Operators' routes: they show the outbox, parked messages and dead letters, and send a dead letter again or discard it. */
export function opsRoutes<C extends Collections, Task>(service: Engine<C, Task>, { messages }: ServiceStore<C>) {
  return router()
    .get(
      '/ops/outbox',
      async (): Promise<OutboxStatus> => ({
        backlog: service.backlog(),
        waiting: service.waiting(),
        lanes: (await messages.lanes()).map((lane) => ({ ...lane, oldestUnsentAt: timeOf(lane.oldestUnsentAt) })),
      }),
      { role: 'staff', response: { 200: OutboxStatus }, detail: { summary: 'What waits to be sent' } },
    )
    .get(
      '/ops/parked',
      async ({ query: { limit = 20, cursor } }) => {
        return readPage({
          limit,
          from: parkedCursor.read(cursor),
          atOnce: rowsWithin(WAITING_BYTES * SHOWN_MESSAGES),
          read: (after, rows) => messages.parked(after ?? null, rows),
          placeOf: ({ key }) => key,
          toItem: parkedStatus,
          toCursor: parkedCursor.write,
        });
      },
      {
        role: 'staff',
        query: ListQuery,
        response: { 200: ParkedPage },
        detail: {
          summary: 'What is tried again later',
          description: `By key. Each has the first ${SHOWN_MESSAGES} of its messages; \`more\`: others wait behind them.`,
        },
      },
    )
    .get(
      '/ops/dead-letters',
      async ({ query: { limit = 20, cursor, ...which } }) => {
        const before = deadLetterCursor.read(cursor) ?? null;
        const page = await pageOfLetters(messages, before, limit, which);
        // An id in capitals is the same id; a SKU that looks like an id is not.
        if (page.items.length > 0 || which.key === undefined || !isUuid(which.key)) return page;
        return pageOfLetters(messages, before, limit, { ...which, key: which.key.toLowerCase() });
      },
      {
        role: 'staff',
        query: DeadLetterQuery,
        response: { 200: DeadLetterPage },
        detail: {
          summary: 'What could not be handled, or not be sent',
          description: 'Newest first. A part of a message that is no UTF-8 is in `binary`, byte by byte, and in its own place with U+FFFD. `topic` and `key` are those of the message, whole; `cause` is how its cause begins. Several filters hold together. A page has fewer than `limit` where they are large.',
        },
      },
    )
    .post(
      '/ops/dead-letters/:id/redrive',
      async ({ params: { id }, principal, request }) => {
        const letter = await messages.deadLetter(id);
        if (letter === undefined) throw noSuchLetter();
        tellAbout(request, aboutMessage(letter.message));
        if (letter.kind === 'unsent') return resolved(await sendAgain(service, letter, principal.userId));
        const handler = handlerOf(service.handlers, letter.message.topic);
        const read = fromLogMessage(letter.message);
        if (!read.ok || handler === undefined) throw stillDead(read.ok ? 'no handler for this topic' : read.cause);
        try {
          return resolved(await service.execute(redrive(handler), { id, actor: principal.userId, event: read.event }));
        } catch (error) {
          if (isRefusal(error)) throw error;
          throw stillDead(failureText(error));
        }
      },
      {
        role: 'staff',
        params: ById,
        response: { 200: DeadLetterStatus },
        refuses: ['not-found', 'conflict'],
        detail: {
          summary: 'Handle a dead letter again, or send it again',
          description:
            'One of kind `unhandled` is handled by this service once more; one of kind `unsent` goes to the event log once more. ' +
            '409 when that fails as before; nothing is different then.',
        },
      },
    )
    .post(
      '/ops/dead-letters/:id/discard',
      async ({ params: { id }, body: { reason }, principal, request }) => {
        const resolution = await service.execute(discard(), { id, actor: principal.userId, reason });
        if ('letter' in resolution) tellAbout(request, aboutMessage(resolution.letter.message));
        return resolved(resolution);
      },
      {
        role: 'staff',
        params: ById,
        body: DiscardDeadLetter,
        response: { 200: DeadLetterStatus },
        refuses: ['not-found', 'conflict'],
        detail: { summary: 'Give a dead letter up' },
      },
    );
}

async function pageOfLetters(messages: MessageReads, before: string | null, limit: number, which: LetterFilter) {
  const sizes = await messages.deadLetterSizes(before, limit + 1, which);
  const count = fitting(sizes, { count: limit, size: PAGE_SIZE }, ({ size }) => size);
  const letters = count === 0 ? [] : await messages.deadLetters(before, count, which);
  const last = sizes.length > count ? letters.at(-1) : undefined;
  return { items: letters.map(deadLetterStatus), nextCursor: last === undefined ? null : deadLetterCursor.write(last.id) };
}

/** If the answer is lost, or the process dies in between, the event is sent once more: harmless, as everywhere. */
async function sendAgain<C extends Collections, Task>(
  service: Pick<Engine<C, Task>, 'sendAgain' | 'execute'>,
  letter: DeadLetter,
  actor: string,
): Promise<Resolution> {
  if (letter.status !== 'dead') return { kind: 'resolved-before', letter };
  try {
    await service.sendAgain(asOfToday(letter.message));
  } catch (error) {
    if (error instanceof MessagesRefusedError) throw problem('conflict', { detail: `The log still refuses the event: ${error.message}` });
    if (error instanceof EventLogError) {
      throw problem('unavailable', { detail: 'The event log cannot be reached; try again in a moment.', headers: { 'retry-after': '1' } });
    }
    throw error;
  }
  return service.execute(sentAgain(), { id: letter.id, actor });
}

function resolved(resolution: Resolution): DeadLetterStatus {
  switch (resolution.kind) {
    case 'resolved':
      return deadLetterStatus(resolution.letter);
    case 'not-found':
      throw noSuchLetter();
    case 'resolved-before':
      throw problem('conflict', { detail: `The dead letter was ${resolution.letter.status} before: there is nothing left to do.` });
    case 'still-dead':
      throw stillDead(resolution.cause);
    default:
      throw new Error(`unknown resolution ${String(resolution satisfies never)}`);
  }
}

function noSuchLetter(): Problem {
  return problem('not-found', { detail: 'There is no such dead letter: GET /ops/dead-letters lists those that there are.' });
}

function stillDead(cause: string) {
  return problem('conflict', { detail: `The message still cannot be handled: ${cause}. Mend that first, or discard it.` });
}

/** True for refusals by the chassis itself: a problem, or a writer that takes no inputs now. */
function isRefusal(error: unknown): boolean {
  return error instanceof Problem || error instanceof OverloadedError || error instanceof WriterClosedError;
}

function parkedStatus({ key, messages, more }: WaitingKey): ParkedKeyStatus {
  return {
    key,
    more,
    messages: messages.map(({ position, topic, attempts, cause, firstFailedAt, lastFailedAt, nextAttemptAt }) => ({
      position,
      topic,
      key,
      attempts,
      cause,
      firstFailedAt: isoTime(firstFailedAt),
      lastFailedAt: isoTime(lastFailedAt),
      nextAttemptAt: isoTime(nextAttemptAt),
    })),
  };
}

function deadLetterStatus({ message, firstFailedAt, lastFailedAt, resolvedAt, ...letter }: DeadLetter): DeadLetterStatus {
  const { binary, ...text } = redactedMessage(message);
  return {
    ...letter,
    group: letterGroup(letter.kind, message.topic, letter.cause),
    ...text,
    headers: { ...message.headers },
    ...(binary && { binary: binaryStatus(binary) }),
    firstFailedAt: isoTime(firstFailedAt),
    lastFailedAt: isoTime(lastFailedAt),
    resolvedAt: timeOf(resolvedAt),
  };
}

/** Names the dead letters that failed alike: of one kind and topic, with causes that differ in ids and numbers only. */
function letterGroup(kind: DeadLetter['kind'], topic: string, cause: string): string {
  return Bun.hash.xxHash64(JSON.stringify([kind, topic, commonCause(cause)])).toString(36);
}

/** A cause with ids and numbers replaced by `…`. */
function commonCause(cause: string): string {
  return cause.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d+(?:\.\d+)?/gi, '…');
}

function binaryStatus({ headers, ...parts }: BinaryParts): NonNullable<DeadLetterStatus['binary']> {
  return headers === undefined ? parts : { ...parts, headers: headers.map((header) => ({ ...header })) };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}
