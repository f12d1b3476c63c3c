import { isDeepStrictEqual } from 'node:util';
import { sql, type Kysely } from 'kysely';
import { fitting } from '../../log/message-limits.ts';
import type { AnswerForm } from '../../engine/writer/answer-key.ts';
import type { ChassisCollections } from '../../engine/writer/chassis-collections.ts';
import { LoadedWorld } from '../../engine/writer/loaded-world.ts';
import type { Collections, Keys } from '../../engine/writer/use-case.ts';
import { StorageError } from '../../storage-error.ts';
import { EVENTS_SIZE, LaneLostError, leaseLimitMs, type Batch, type Changes, type Lane, type TakenLane, type TakingLane, type WriterStore } from '../../engine/writer/writer-store.ts';
import { chassisCollections, EVENT_COLUMNS, eventFromRow, eventToValues } from './chassis-collections.ts';
import type { ChassisSchema, LanesTable } from './chassis-schema.ts';
import { EntityMemory, isSameState, type Recall } from './entity-memory.ts';
import type { SqlCollection } from './sql-collection.ts';
import type { Row, SqlDatabase, Statement, TransactionScript, Write } from './sql-database.ts';

type LaneRow = LanesTable & { readonly at_now: number };

interface Settled<C extends Collections> {
  readonly lane: Lane;
  readonly world: LoadedWorld<C>;
}

interface Changed {
  readonly before: object;
  readonly after: object;
}

/** The writer's store on a SQL database. `own` maps the service's entities to its tables. */
export function sqlWriterStore<C extends Collections>(
  database: SqlDatabase<unknown>,
  own: { readonly [N in keyof C]: SqlCollection<C[N]> },
): WriterStore<C & ChassisCollections> {
  const { dialect } = database;
  const reader = database.reader as Kysely<ChassisSchema>;
  const collections: Record<string, SqlCollection<object>> = { ...own, ...chassisCollections(dialect) };
  const collection = (name: string): SqlCollection<object> => {
    const found = collections[name];
    if (found === undefined) throw new Error(`no such collection: ${name}`);
    return found;
  };
  const names = Object.keys(collections);
  const remembered = new EntityMemory<C>(collections);
  const laneText = `select *, ${dialect.nowText} as at_now from lanes where lane = ?${dialect.rowLock}`;
  const laneQuery = (name: string): Statement => ({ sql: laneText, parameters: [name] });

  function* load(world: LoadedWorld<C>, keys: Keys<C>, recall: Recall<C>, first: readonly Statement[]) {
    // Always in the order in which the store names them, so that two transactions never deadlock.
    const named = names.filter((name) => keys[name] !== undefined);
    const plans = named.map((name) => {
      const known = recall.take(name, keys[name] ?? []);
      world.recalled(name, known as readonly C[string][]);
      const wanted = (world.missing({ [name]: keys[name] } as Keys<C>)[name] ?? []).toSorted();
      return { name, wanted, statements: wanted.length === 0 ? [] : collection(name).load(wanted) };
    });
    const statements = [...first, ...plans.flatMap((plan) => plan.statements)];
    if (statements.length === 0) return [];
    const results: readonly (readonly Row[])[] = yield statements;
    let next = first.length;
    for (const { name, wanted, statements: sent } of plans) {
      if (sent.length === 0) continue;
      const entities = collection(name).read(results.slice(next, (next += sent.length)));
      recall.read(name, entities);
      world.loaded(name, wanted, entities as readonly C[string][]);
    }
    return results;
  }

  function* settle(lane: Lane, publishedSeq: number, leaseMs: number, batch: Batch<C>, recall: Recall<C>): TransactionScript<Settled<C>> {
    const world = new LoadedWorld<C>((name, entity) => collection(name).key(entity));
    const [laneRows = []] = yield* load(world, unique(batch.keys), recall, [laneQuery(lane.name)]);
    const row = laneRows[0] as LaneRow | undefined;
    if (row === undefined || row.owner !== lane.owner || row.epoch !== lane.epoch) throw new LaneLostError(lane.name);
    yield* load(world, world.missing(unique(batch.moreKeys(world))), recall, []);
    const changes = batch.decide(world, row.at_now, row.last_seq, row.answer_form as AnswerForm);
    const lastSeq = row.last_seq + changes.events.length;
    const after: Lane = { ...lane, lastSeq, publishedSeq, transactions: row.transactions + 1 };
    return { writes: [...heldOf(world), ...writesOf(changes), laneWrite(after, row.at_now + leaseMs)], result: { lane: after, world } };
  }

  /** Holds remembered entities that get no new state (only read, or removed): nobody may have changed them, nor until this batch has committed. */
  function heldOf(world: LoadedWorld<C>): Write[] {
    return names.flatMap((name) => {
      const { memory } = collection(name);
      if (memory === undefined) return [];
      const unwritten = world.unwritten(name);
      return unwritten.length === 0 ? [] : memory.hold(inOrder(name, unwritten, (entity) => entity));
    });
  }

  /** All processes write rows that are not locked yet in the same order. A `stale` row is found before anything is inserted. */
  function writesOf({ inserts, updates, removes, events }: Changes<C>): Write[] {
    const of = <T>(all: { readonly [N in keyof C]?: readonly T[] }, writes: (name: string, some: readonly T[]) => readonly Write[]) =>
      names.flatMap((name) => (all[name] === undefined ? [] : writes(name, all[name] ?? [])));
    const writes: Write[] = [
      ...of<object>(removes, (name, some) => collection(name).remove(inOrder(name, some, (entity) => entity))),
      ...of<Changed>(updates, (name, some) => collection(name).update(toldApart(name, inOrder(name, some, ({ before }) => before)))),
      ...of<object>(inserts, (name, some) => collection(name).insert(some)),
    ];
    if (events.length > 0) writes.push(dialect.insert('events', EVENT_COLUMNS, events.map(eventToValues)));
    return writes;
  }

  /** Refuses a change that leaves the guarded state as it was: processes that remember the entity would not notice it. */
  function toldApart(name: string, changes: readonly Changed[]): readonly Changed[] {
    const { memory, key } = collection(name);
    const unseen = memory && changes.find(({ before, after }) => isSameState(memory.stateOf(before), memory.stateOf(after)) && !isDeepStrictEqual(before, after));
    if (unseen !== undefined) throw new Error(`${name} ${key(unseen.after)} would change without a change of the columns that guard it`);
    return changes;
  }

  const inOrder = <T>(name: string, some: readonly T[], entityOf: (one: T) => object): readonly T[] =>
    some.length < 2 ? some : some.toSorted((a, b) => (collection(name).key(entityOf(a)) < collection(name).key(entityOf(b)) ? -1 : 1));

  const laneWrite = (lane: Lane, leaseUntil: number): Write =>
    dialect.update('lanes', ['owner', 'epoch', 'lease_until', 'last_seq', 'published_seq', 'transactions'], ['lane'], [
      [lane.owner, lane.epoch, leaseUntil, lane.lastSeq, lane.publishedSeq, lane.transactions, lane.name],
    ]);

  function* take(name: string, owner: string, { leftMs, leaseMs }: TakingLane): TransactionScript<TakenLane | undefined> {
    const now: Statement = { sql: `select ${dialect.nowText} as at_now`, parameters: [] };
    const [laneRows = [], nowRows = []] = yield [laneQuery(name), now];
    const row = laneRows[0] as LaneRow | undefined;
    const at = (nowRows[0] as { at_now: number }).at_now;
    if (row === undefined) {
      const fresh: Lane = { name, owner, epoch: 1, lastSeq: 0, publishedSeq: 0, transactions: 0 };
      const columns = ['lane', 'owner', 'epoch', 'lease_until', 'last_seq', 'published_seq', 'transactions'];
      return { writes: [dialect.insert('lanes', columns, [[name, owner, 1, at + leaseMs, 0, 0, 0]])], result: { ...fresh, takenAt: at } };
    }
    if (row.owner !== owner && row.lease_until > at + leftMs && row.lease_until <= at + leaseLimitMs(leaseMs)) return { writes: [], result: undefined };
    const taken: Lane = { ...laneOf(row), owner, epoch: row.epoch + 1 };
    return { writes: [laneWrite(taken, at + leaseMs)], result: { ...taken, takenAt: at } };
  }

  function* look(name: string): TransactionScript<Lane | undefined> {
    const [[row] = []] = yield [laneQuery(name)];
    return { writes: [], result: row && laneOf(row as unknown as LanesTable) };
  }

  return {
    // The file of a service belongs to one process: `lockData` keeps others out.
    isShared: dialect.name !== 'sqlite',
    async takeLane(name, owner, options) {
      remembered.forgetAll();
      try {
        return await database.transact(() => take(name, owner, options));
      } catch (error) {
        // The lane did not exist, and another process has just created it.
        if (error instanceof StorageError && error.code === 'unique') return undefined;
        throw error;
      }
    },
    async settle(lane, publishedSeq, leaseMs, batch) {
      const recall = remembered.begin();
      try {
        const settled = await database.transact(() => settle(lane, publishedSeq, leaseMs, batch as unknown as Batch<C>, recall));
        recall.committed(settled.world);
        return settled.lane;
      } catch (error) {
        recall.failed(error);
        throw error;
      }
    },
    async abandonedLanes(leaseMs) {
      const query = reader.selectFrom('lanes').select('lane').whereRef('published_seq', '<', 'last_seq');
      const isOver = sql<boolean>`(lease_until < ${dialect.now} or lease_until > ${dialect.now} + ${leaseLimitMs(leaseMs)})`;
      return (await query.where(isOver).execute()).map((row) => row.lane);
    },
    // Waits for the lane's lock: a commit whose answer was lost may still be in progress.
    readLane: (name) => database.transact(() => look(name)),
    async readEvents(lane, afterSeq, limit) {
      const next = reader.selectFrom('events').where('lane', '=', lane).where('seq', '>', afterSeq).orderBy('seq').limit(limit);
      // Sizes first, because they are not known in advance.
      const sizes = limit === 1 ? [] : await next.select(sql<number>`length(data)`.as('size')).execute();
      const count = limit === 1 ? 1 : fitting(sizes, { count: limit, size: EVENTS_SIZE }, ({ size }) => size);
      return count === 0 ? [] : (await next.selectAll().limit(count).execute()).map(eventFromRow);
    },
    async readStream(stream) {
      const query = reader.selectFrom('events').selectAll().where('stream', '=', stream).orderBy('version');
      return (await query.execute()).map(eventFromRow);
    },
  };
}

function laneOf(row: LanesTable): Lane {
  return {
    name: row.lane,
    owner: row.owner,
    epoch: row.epoch,
    lastSeq: row.last_seq,
    publishedSeq: row.published_seq,
    transactions: row.transactions,
  };
}

/** Several inputs of a batch may name the same key. */
function unique<C>(keys: Keys<C>): Keys<C> {
  const result: { [N in keyof C]?: readonly string[] } = {};
  for (const name in keys) result[name] = [...new Set(keys[name])];
  return result;
}
