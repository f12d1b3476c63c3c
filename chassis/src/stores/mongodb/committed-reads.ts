import type { Filter } from 'mongodb';
import { type CommittedReads, HISTORY_SIZE, type HistoryPart } from '../../engine/committed-tail.ts';
import { fitting } from '../../log/message-limits.ts';
import { committedOf, type EventDocument, eventOf, eventsAfter } from './chassis-collections.ts';
import type { LaneDocument } from './lanes.ts';
import type { MongoDatabase } from './mongo-database.ts';
import { reading } from './mongo-errors.ts';

/** Reads of the events by operators. A lane's transactions run in one session, one after the other, so its events appear in order. */
export function mongoCommittedReads({ db }: MongoDatabase): CommittedReads {
  const lanes = db.collection<LaneDocument>('lanes');
  const events = db.collection<EventDocument>('events');

  /** Sizes first, because they are not known in advance; one entry more than wanted shows whether there are others. */
  async function fittingPart(filter: Filter<EventDocument>, version: 1 | -1, limit: number): Promise<HistoryPart> {
    const sort = { version };
    const sizes = await events.find(filter, { sort, limit: limit + 1 }).project<{ size: number }>({ _id: 0, size: { $strLenBytes: '$data' } }).toArray();
    const count = fitting(sizes, { count: limit, size: HISTORY_SIZE }, ({ size }) => size);
    if (count === 0) return { events: [], more: false };
    return { events: (await events.find(filter, { sort, limit: count }).toArray()).map(eventOf), more: sizes.length > count };
  }

  return {
    ends: () =>
      reading(async () => {
        const found = await lanes.find({}, { projection: { lastSeq: 1, publishedSeq: 1 } }).toArray();
        return found.map(({ _id: lane, lastSeq, publishedSeq }) => ({ lane, lastSeq, publishedSeq }));
      }),
    after: (lane, seq, limit) =>
      reading(async () => {
        const next = events.find(eventsAfter(lane, seq), { sort: { _id: 1 }, limit, projection: { data: 0, traceparent: 0 } });
        return (await next.toArray()).map(committedOf);
      }),
    history: (stream, afterVersion, limit) => reading(() => fittingPart({ stream, version: { $gt: afterVersion } }, 1, limit)),
    published: (stream, limit) =>
      reading(async () => (await fittingPart({ stream, published: true }, -1, limit)).events.toReversed()),
  };
}
