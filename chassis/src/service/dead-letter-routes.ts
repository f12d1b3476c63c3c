import { Type } from '@sinclair/typebox';
import type { EventEnvelope } from '@souk/contracts/envelope';
import {
  DeadLetterGroups,
  DeadLetterGroupsQuery,
  DeadLetterPage,
  DeadLetterQuery,
  DeadLetterStatus,
  DiscardDeadLetter,
  RedriveTrial,
} from '@souk/contracts/http/ops';
import { asOfToday, type BinaryParts, fromLogMessage } from '@souk/contracts/log-message';
import type { ServiceName } from '@souk/contracts/services';
import { isUuid, Uuid } from '@souk/contracts/strings';
import type { Engine } from '../engine/engine.ts';
import { failureText, handlerOf } from '../engine/messaging/consumer.ts';
import { type DeadLetter, discard, type NotDead, redrive, type Resolution, sentAgain, type StillDead } from '../engine/messaging/dead-letter.ts';
import { groupLetters, letterGroup, LETTERS_TO_GROUP } from '../engine/messaging/letter-groups.ts';
import { redactedMessage } from '../engine/messaging/redacted-message.ts';
import { aboutMessage } from '../engine/messaging/tell-outcomes.ts';
import { refusalOf, type Trial, tryRedrive } from '../engine/messaging/try-redrive.ts';
import type { LetterFilter, MessageReads } from '../engine/service-store.ts';
import type { ChassisCollections } from '../engine/writer/chassis-collections.ts';
import type { Collections } from '../engine/writer/use-case.ts';
import { OverloadedError, WriterClosedError } from '../input-errors.ts';
import { fitting } from '../log/message-limits.ts';
import { tellAbout } from '../web/app/request-facts.ts';
import { router } from '../web/app/router.ts';
import { cursors } from '../web/paging.ts';
import { Problem, problem } from '../web/problems/problem.ts';
import { sendAgain } from './send-again.ts';

const ById = Type.Object({ id: Uuid });
const deadLetterCursor = cursors('dead-letters', Uuid);

/** Approximate limit of the dead letters in a page, in UTF-16 units; one is always in it. */
const PAGE_SIZE = 2 * 1024 * 1024;

/** Operators' routes: they show dead letters, try what a redrive would do, send one again or discard it. */
export function deadLetterRoutes<C extends Collections, Task>(name: ServiceName, service: Engine<C, Task>, messages: MessageReads) {
  /** Throws the 404 problem, or 409 for a letter that was resolved. The request's log line names the message. */
  async function deadLetter(id: string, request: Request): Promise<DeadLetter> {
    const letter = await messages.deadLetter(id);
    if (letter === undefined) throw refusal({ kind: 'not-found' });
    tellAbout(request, aboutMessage(letter.message));
    if (letter.status !== 'dead') throw refusal({ kind: 'resolved-before', letter });
    return letter;
  }

  return router()
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
    .get(
      '/ops/dead-letters/groups',
      async ({ query: { status = 'dead' } }) => groupLetters(await messages.letterFailures(status, LETTERS_TO_GROUP)),
      {
        role: 'staff',
        query: DeadLetterGroupsQuery,
        response: { 200: DeadLetterGroups },
        detail: {
          summary: 'Dead letters that failed alike',
          description: 'Of the newest 1,000 of a status, `dead` unless another is asked for; the largest group first. Letters fail alike when they are of one kind and topic and their causes differ in ids and numbers only.',
        },
      },
    )
    .post(
      '/ops/dead-letters/:id/redrive',
      async ({ params: { id }, principal: { userId: actor }, request }) => {
        const letter = await deadLetter(id, request);
        if (letter.kind === 'unsent') return resolved(await sent(service, letter, actor));
        return resolved(await attempted(service, letter, (handler, event) => service.execute(redrive(handler), { id, actor, event })));
      },
      {
        role: 'staff',
        params: ById,
        response: { 200: DeadLetterStatus },
        refuses: ['not-found', 'conflict'],
        detail: {
          summary: 'Handle a dead letter again, or send it again',
          description:
            'One of kind `unhandled` is handled by this service once more; one of kind `unsent` goes to the event log once more. `resolution` says what came of it. ' +
            '409 when that fails as before; nothing is different then.',
        },
      },
    )
    .post(
      '/ops/dead-letters/:id/try',
      async ({ params: { id }, request }) => {
        const letter = await deadLetter(id, request);
        if (letter.kind === 'unsent') return triedToSend(letter);
        return tried(await attempted(service, letter, (handler, event) => service.execute(tryRedrive(name, handler), { id, event })));
      },
      {
        role: 'staff',
        params: ById,
        response: { 200: RedriveTrial },
        refuses: ['not-found', 'conflict'],
        detail: {
          summary: 'Try what a redrive would do',
          description:
            'Nothing is changed, sent or started. One of kind `unhandled` is decided on with what is stored now: `applied`, `already_applied` or `fails`. ' +
            'Of one of kind `unsent` only the size is looked at: `sent`, unless no log would take it; a broker that is set to take less refuses it all the same. ' +
            '409 when it is not dead any more.',
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

type Handler<C extends Collections, Task> = NonNullable<ReturnType<typeof handlerOf<C & ChassisCollections, Task>>>;

/** Reads the message and lets its handler decide on it. Refusals by the chassis itself are thrown: they say nothing about the message. */
async function attempted<C extends Collections, Task, Answer>(
  { handlers }: Pick<Engine<C, Task>, 'handlers'>,
  { message }: DeadLetter,
  decide: (handler: Handler<C, Task>, event: EventEnvelope) => Promise<Answer>,
): Promise<Answer | StillDead> {
  const handler = handlerOf(handlers, message.topic);
  const read = fromLogMessage(message);
  if (!read.ok) return { kind: 'still-dead', cause: read.cause };
  if (handler === undefined) return { kind: 'still-dead', cause: 'no handler for this topic' };
  try {
    return await decide(handler, read.event);
  } catch (error) {
    if (error instanceof Problem || error instanceof OverloadedError || error instanceof WriterClosedError) throw error;
    return { kind: 'still-dead', cause: failureText(error) };
  }
}

/** If the answer is lost, or the process dies in between, the event is sent once more: harmless, as everywhere. */
async function sent<C extends Collections, Task>(
  service: Pick<Engine<C, Task>, 'sendAgain' | 'execute'>,
  { id, message }: DeadLetter,
  actor: string,
): Promise<Resolution> {
  await sendAgain(service, [asOfToday(message)], 'The log still refuses the event');
  return service.execute(sentAgain(), { id, actor });
}

function resolved(resolution: Resolution): DeadLetterStatus {
  if (resolution.kind === 'resolved') return deadLetterStatus(resolution.letter);
  throw refusal(resolution);
}

function tried(trial: Trial): RedriveTrial {
  switch (trial.kind) {
    case 'tried':
      return { outcome: trial.outcome, cause: null };
    case 'still-dead':
      return { outcome: 'fails', cause: trial.cause };
    case 'not-found':
    case 'resolved-before':
      throw refusal(trial);
    default:
      throw new Error(`unknown trial ${String(trial satisfies never)}`);
  }
}

function triedToSend({ message }: DeadLetter): RedriveTrial {
  const refused = refusalOf(message);
  return refused === undefined ? { outcome: 'sent', cause: null } : { outcome: 'fails', cause: refused.cause };
}

function refusal(resolution: NotDead | StillDead): Problem {
  switch (resolution.kind) {
    case 'not-found':
      return problem('not-found', { detail: 'There is no such dead letter: GET /ops/dead-letters lists those that there are.' });
    case 'resolved-before':
      return problem('conflict', { detail: `The dead letter was ${resolution.letter.status} before: there is nothing left to do.` });
    case 'still-dead':
      return problem('conflict', { detail: `The message still cannot be handled: ${resolution.cause}. Mend that first, or discard it.` });
    default:
      throw new Error(`unknown resolution ${String(resolution satisfies never)}`);
  }
}

function deadLetterStatus({ message, firstFailedAt, lastFailedAt, resolvedAt, ...letter }: DeadLetter): DeadLetterStatus {
  const { binary, ...text } = redactedMessage(message);
  return {
    ...letter,
    group: letterGroup(letter.kind, message.topic, letter.cause),
    ...text,
    headers: { ...message.headers },
    ...(binary && { binary: binaryStatus(binary) }),
    firstFailedAt: new Date(firstFailedAt).toISOString(),
    lastFailedAt: new Date(lastFailedAt).toISOString(),
    resolvedAt: resolvedAt === null ? null : new Date(resolvedAt).toISOString(),
  };
}

function binaryStatus({ headers, ...parts }: BinaryParts): NonNullable<DeadLetterStatus['binary']> {
  return headers === undefined ? parts : { ...parts, headers: headers.map((header) => ({ ...header })) };
}
