import { Type } from '@sinclair/typebox';
import { OpsCounts, OutboxStatus, ParkedPage, type ParkedKeyStatus } from '@souk/contracts/http/ops';
import { ListQuery } from '@souk/contracts/paging';
import { isUuid } from '@souk/contracts/strings';
import type { Engine } from '../engine/engine.ts';
import { retryNow, type WaitingKey } from '../engine/messaging/parking.ts';
import { aboutKey } from '../engine/messaging/tell-outcomes.ts';
import { type MessageReads, SHOWN_MESSAGES } from '../engine/service-store.ts';
import type { Collections } from '../engine/writer/use-case.ts';
import { tellAbout } from '../web/app/request-facts.ts';
import { noContent, NoContent, router } from '../web/app/router.ts';
import { cursors, readPage, rowsWithin } from '../web/paging.ts';
import { problem } from '../web/problems/problem.ts';

const ByKey = Type.Object({ key: Type.String({ minLength: 1, description: 'the key of a message, percent-encoded' }) });
const parkedCursor = cursors('parked', Type.String());

/** Maximum bytes of a waiting message in a list, which leaves out the message itself: its cause has up to 2,000 characters. */
const WAITING_BYTES = 10 * 1024;

/** Operators' routes: they show the outbox and parked messages, count what waits or was given up, and retry a key at once. */
export function opsRoutes<C extends Collections, Task>(service: Engine<C, Task>, messages: MessageReads) {
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
      '/ops/counts',
      async (): Promise<OpsCounts> => {
        const [counts, elsewhere] = await Promise.all([messages.counts(), messages.unsentBesides(service.lane)]);
        return { ...counts, unsent: service.backlog() + elsewhere };
      },
      { role: 'staff', response: { 200: OpsCounts }, detail: { summary: 'How much waits or was given up' } },
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
    .post(
      '/ops/parked/:key/retry',
      async ({ params: { key }, request }) => {
        tellAbout(request, aboutKey(key));
        const isParked = (await service.execute(retryNow(), key)) || (isUuid(key) && (await service.execute(retryNow(), key.toLowerCase())));
        if (!isParked) throw problem('not-found', { detail: 'No message waits under this key: GET /ops/parked lists the keys under which one does.' });
        return noContent();
      },
      {
        role: 'staff',
        params: ByKey,
        response: { 204: NoContent },
        refuses: ['not-found'],
        detail: {
          summary: 'Try what is parked again, now',
          description: 'The first message under the key is due at once and tried within about a second; those behind it follow when it succeeds. Its tries count as before: the last one makes it a dead letter.',
        },
      },
    );
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

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}
