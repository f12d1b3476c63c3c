import { HistoryPage, HistoryQuery, HistorySent, SendHistory } from '@souk/contracts/http/ops';
import type { ServiceName } from '@souk/contracts/services';
import { isTopic } from '@souk/contracts/topics';
import type { CommittedReads } from '../engine/committed-tail.ts';
import type { Engine } from '../engine/engine.ts';
import { outgoing } from '../engine/messaging/outgoing.ts';
import { redactedMessage } from '../engine/messaging/redacted-message.ts';
import type { Collections } from '../engine/writer/use-case.ts';
import type { StoredEvent } from '../engine/writer/writer-store.ts';
import { withSmallIds } from '../ids.ts';
import { tellAbout } from '../web/app/request-facts.ts';
import { router } from '../web/app/router.ts';
import { problem } from '../web/problems/problem.ts';
import { committedEntry } from './committed-entry.ts';
import { sendAgain } from './send-again.ts';

/** Entries in one answer. */
const SHOWN = 200;
/** Events that are sent again at once. */
const SENT_AGAIN = 100;

interface HistoryDeps<C extends Collections, Task> {
  readonly service: ServiceName;
  readonly engine: Pick<Engine<C, Task>, 'sendAgain' | 'publishedSeq'>;
  readonly reads: CommittedReads;
}

/** Shows what is stored of one order, reservation, payment, ..., and sends its events once more. */
export function historyRoutes<C extends Collections, Task>({ service, engine, reads }: HistoryDeps<C, Task>) {
  /** Tells which events are in the log. */
  async function sent(): Promise<(event: StoredEvent) => boolean> {
    const ends = new Map((await reads.ends()).map(({ lane, publishedSeq }) => [lane, publishedSeq]));
    return ({ lane, seq, published }) => published && seq <= Math.max(ends.get(lane) ?? 0, engine.publishedSeq(lane));
  }

  function messageOf(event: StoredEvent): HistoryPage['items'][number]['message'] {
    // A topic that there was once has no message any more.
    if (!event.published || !isTopic(event.type)) return null;
    const { topic, key, headers, value } = redactedMessage(outgoing(service, event));
    return { topic, key, headers: { ...headers }, value };
  }

  return router()
    .get(
      '/ops/history',
      async ({ query, request }): Promise<HistoryPage> => {
        const { after = 0 } = query;
        const stream = withSmallIds(query.stream);
        tellAbout(request, { stream });
        const { events, more } = await reads.history(stream, after, SHOWN);
        const isSent = await sent();
        return { items: events.map((event) => ({ ...committedEntry(event), sent: isSent(event), message: messageOf(event) })), more };
      },
      {
        role: 'staff',
        query: HistoryQuery,
        response: { 200: HistoryPage },
        detail: {
          summary: 'What this service stored of one order, reservation, payment, ...',
          description:
            'By version, with the message that each event was sent as; personal data is left out. None for a stream that there is not. ' +
            `At most ${SHOWN} entries, and fewer where they are large; \`more\`: ask again with \`after\`, the last version.`,
        },
      },
    )
    .post(
      '/ops/history/send',
      async ({ body, request }): Promise<HistorySent> => {
        const stream = withSmallIds(body.stream);
        tellAbout(request, { stream });
        const events = await reads.published(stream, SENT_AGAIN);
        if (events.length === 0) throw problem('not-found', { detail: 'This service has sent nothing of such a stream.' });
        const isSent = await sent();
        // The others are on their way, and must not be overtaken.
        const again = events.filter((event) => isTopic(event.type) && isSent(event));
        await send(again);
        tellAbout(request, { stream, sent: again.length });
        return { sent: again.length };
      },
      {
        role: 'staff',
        body: SendHistory,
        response: { 200: HistorySent },
        refuses: ['not-found', 'conflict'],
        detail: {
          summary: 'Send the events of one order, reservation, payment, ... to the log again',
          description:
            `The newest ${SENT_AGAIN} that were sent before, in their order, for a service that did not do its part. All others ignore what they know. ` +
            '409 when the log refuses one of them.',
        },
      },
    );

  async function send(events: readonly StoredEvent[]): Promise<void> {
    if (events.length === 0) return;
    await sendAgain(engine, events.map((event) => outgoing(service, event)), 'The log refuses an event');
  }
}
