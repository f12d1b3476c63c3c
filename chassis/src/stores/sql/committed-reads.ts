import { type Kysely, sql } from 'kysely';
import { type CommittedReads, HISTORY_SIZE, type HistoryPart } from '../../engine/committed-tail.ts';
import { fitting } from '../../log/message-limits.ts';
import { committedFromRow, COMMITTED_COLUMNS, eventFromRow, IS_PUBLISHED } from './chassis-collections.ts';
import type { ChassisSchema } from './chassis-schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** Reads of the events table by operators. A lane's rows are committed in order of their numbers: each transaction locks the lane first. */
export function sqlCommittedReads({ reader }: SqlDatabase<unknown>): CommittedReads {
  const db = reader as Kysely<ChassisSchema>;
  const of = (stream: string, limit: number) => db.selectFrom('events').where('stream', '=', stream).limit(limit);

  /** Sizes first, because they are not known in advance; one entry more than wanted shows whether there are others. */
  async function fittingPart(query: ReturnType<typeof of>, limit: number): Promise<HistoryPart> {
    const sizes = await query.select(sql<number>`length(data)`.as('size')).limit(limit + 1).execute();
    const count = fitting(sizes, { count: limit, size: HISTORY_SIZE }, ({ size }) => size);
    if (count === 0) return { events: [], more: false };
    return { events: (await query.selectAll().limit(count).execute()).map(eventFromRow), more: sizes.length > count };
  }

  return {
    async ends() {
      const lanes = await db.selectFrom('lanes').select(['lane', 'last_seq', 'published_seq']).execute();
      return lanes.map(({ lane, last_seq: lastSeq, published_seq: publishedSeq }) => ({ lane, lastSeq, publishedSeq }));
    },
    async after(lane, seq, limit) {
      const next = db.selectFrom('events').select(COMMITTED_COLUMNS).where('lane', '=', lane).where('seq', '>', seq);
      return (await next.orderBy('seq').limit(limit).execute()).map(committedFromRow);
    },
    history: (stream, afterVersion, limit) => fittingPart(of(stream, limit).where('version', '>', afterVersion).orderBy('version'), limit),
    async published(stream, limit) {
      return (await fittingPart(of(stream, limit).where(IS_PUBLISHED).orderBy('version', 'desc'), limit)).events.toReversed();
    },
  };
}
