import type { Database } from 'bun:sqlite';

/** Runs are written when this many records have none; also what an opening log has to scan at most (about 4 ms). */
const RUN_INTERVAL = 4096;

/** Where the records of a partition are: stored runs of ids, and the youngest ids in memory. */
export interface RunIndex {
  /** The id after the last record of the whole log. */
  nextId(): number;
  /** The id after the last record of the partition. */
  end(partitionId: number): number;
  add(partitionId: number, id: number): void;
  /** Ids of the partition from `from` on, ascending, `limit` at most. */
  ids(partitionId: number, from: number, limit: number): number[];
  count(partitionId: number, from: number): number;
  due(): boolean;
  /** Writes runs within the caller's transaction; `stored` follows its commit. */
  store(): void;
  stored(): void;
}

interface RunRow {
  length: number;
  ids: string;
}

const isId = (value: unknown): value is number => typeof value === 'number';

function idsOf(run: RunRow): number[] {
  const ids: unknown = JSON.parse(run.ids);
  if (!Array.isArray(ids) || !ids.every(isId)) throw new Error('A run of the event log is damaged');
  return ids;
}

export function openRunIndex(db: Database): RunIndex {
  const recent = new Map<number, number[]>();
  const ends = new Map<number, number>();
  let nextId = 1;
  let recentCount = 0;

  const insertRun = db.query('insert into runs (partition_id, last_id, length, ids) values (?, ?, ?, ?)');
  const runsFrom = db.query<RunRow, [number, number, number]>(
    'select length, ids from runs where partition_id = ? and last_id >= ? order by last_id limit ?',
  );

  function add(partitionId: number, id: number): void {
    const ids = recent.get(partitionId);
    if (ids === undefined) recent.set(partitionId, [id]);
    else ids.push(id);
    ends.set(partitionId, id + 1);
    nextId = id + 1;
    recentCount += 1;
  }

  function recover(): void {
    const stored = db
      .query<{ partition_id: number; last_id: number }, []>(
        'select partition_id, max(last_id) as last_id from runs group by partition_id',
      )
      .all();
    for (const row of stored) ends.set(row.partition_id, row.last_id + 1);
    nextId = Math.max(1, ...ends.values());
    const rows = db
      .query<{ id: number; partition_id: number }, [number]>(
        'select id, partition_id from records where id >= ? order by id',
      )
      .all(nextId);
    for (const row of rows) add(row.partition_id, row.id);
  }

  function idsFrom(partitionId: number, from: number, limit: number): number[] {
    const found: number[] = [];
    const take = (run: readonly number[]): void => {
      for (const id of run) if (id >= from && found.length < limit) found.push(id);
    };
    // Every run holds at least one id, and only the first can hold ids before `from`.
    for (const run of runsFrom.all(partitionId, from, limit + 1)) {
      if (found.length >= limit) break;
      take(idsOf(run));
    }
    take(recent.get(partitionId) ?? []);
    return found;
  }

  function count(partitionId: number, from: number): number {
    if (from >= (ends.get(partitionId) ?? 0)) return 0;
    const [first, ...others] = runsFrom.all(partitionId, from, -1);
    const inFirst = first === undefined ? 0 : idsOf(first).filter((id) => id >= from).length;
    const inRecent = (recent.get(partitionId) ?? []).filter((id) => id >= from).length;
    return others.reduce((sum, run) => sum + run.length, inFirst) + inRecent;
  }

  recover();
  return {
    nextId: () => nextId,
    end: (partitionId) => ends.get(partitionId) ?? 0,
    add,
    ids: idsFrom,
    count,
    due: () => recentCount >= RUN_INTERVAL,
    store: () => {
      for (const [partitionId, run] of recent) {
        insertRun.run(partitionId, run.at(-1) ?? 0, run.length, JSON.stringify(run));
      }
    },
    stored: () => {
      recent.clear();
      recentCount = 0;
    },
  };
}
