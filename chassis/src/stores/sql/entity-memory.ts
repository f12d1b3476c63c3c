import type { LoadedWorld } from '../../engine/writer/loaded-world.ts';
import type { Collections } from '../../engine/writer/use-case.ts';
import { recentMap } from '../../recent-map.ts';
import { StorageError, type StorageErrorCode } from '../../storage-error.ts';
import type { Write } from './sql-database.ts';

/** Limits of each collection. An order of two lines takes about 2 kB. */
const LIMITS = { count: 10_000, bytes: 16 * 1024 * 1024 } as const;
/** Batches for which an entity that another process had changed is always read, doubled each time that happens again. */
const LEAST_PAUSE = 16;
const LONGEST_PAUSE = 4096;
const PAUSES_KEPT = 2000;

/** After these errors the database is unchanged, so only what the batch has taken out is forgotten. */
const CONCERNS_THE_BATCH: ReadonlySet<StorageErrorCode> = new Set(['stale', 'unique', 'check', 'retry']);

interface Pause {
  readonly batches: number;
  readonly until: number;
}

/** One batch's access to the memory. */
export interface Recall<C extends Collections> {
  /** The remembered entities with these keys. They belong to this batch alone until it has committed. */
  take(name: string, keys: readonly string[]): readonly object[];
  /** Called with entities that were read from the database. */
  read(name: string, entities: readonly object[]): void;
  committed(world: LoadedWorld<C>): void;
  failed(error: unknown): void;
}

/**
 * Entities as the last committed batches left them. A saga's next message mostly comes to the process that made the last
 * change, which need not read again what it has just written. No entity remembered here is trusted, except those of a view
 * (`ViewMemory`): a batch commits only if each remembered entity is still in the state it was remembered in (`Guarding`), so a wrong memory costs a second try.
 * A batch takes out the entities it uses, and its successful commit puts them back; the absence of an entity is never remembered.
 */
export class EntityMemory<C extends Collections> {
  readonly #collections: Readonly<Record<string, Remembered<object>>>;
  readonly #kept: ReadonlyMap<string, BoundedMap<object>>;
  /** Views, which are trusted. */
  readonly #views: ReadonlyMap<string, ViewMemory<object>>;
  /** By collection and key: entities that several processes change in turn, which are read as if there were no memory. */
  readonly #pauses = recentMap<Pause>(PAUSES_KEPT);
  /** Remembered entities of the last try, some of which another process has changed; empty unless that try was stale. */
  #doubted: ReadonlyMap<string, object> = new Map();
  #batches = 0;

  constructor(collections: Readonly<Record<string, Remembered<object>>>, limits: typeof LIMITS = LIMITS) {
    this.#collections = collections;
    const remembered = Object.keys(collections).filter((name) => collections[name]?.memory !== undefined);
    this.#views = new Map(Object.entries(collections).flatMap(([name, { seen }]) => (seen === undefined ? [] : [[name, seen] as const])));
    this.#kept = new Map(remembered.map((name) => [name, boundedMap<object>(limits)]));
  }

  forgetAll(): void {
    for (const kept of this.#kept.values()) kept.clear();
    for (const seen of this.#views.values()) seen.forgetAll();
  }

  begin(): Recall<C> {
    this.#batches += 1;
    const taken = new Map<string, object>();
    const views = new Map([...this.#views].map(([name, seen]) => [name, seen.begin()] as const));
    // The try after a stale one reads everything, so it cannot be stale again.
    const mayRecall = this.#doubted.size === 0;
    return {
      take: (name, keys) => {
        const kept = this.#kept.get(name);
        if (kept === undefined) return views.get(name)?.take(keys) ?? [];
        return keys.flatMap((key) => {
          const entity = kept.get(key);
          kept.delete(key);
          if (entity === undefined || !mayRecall) return [];
          taken.set(placeOf(name, key), entity);
          return [entity];
        });
      },
      read: (name, entities) => this.#compare(name, entities),
      committed: (world) => {
        this.#doubted = new Map();
        for (const name of this.#kept.keys()) this.#keep(name, world);
        for (const [name, view] of views) view.committed(world.outcome(name), world.isChanged(name));
      },
      failed: (error) => {
        for (const view of views.values()) view.failed();
        const isStale = error instanceof StorageError && error.code === 'stale';
        this.#doubted = isStale ? taken : new Map();
        const concernsTheBatch = error instanceof StorageError && CONCERNS_THE_BATCH.has(error.code);
        // Otherwise another process may have had the lane, or it is unknown what was committed.
        if (!concernsTheBatch) this.forgetAll();
      },
    };
  }

  /** Stops remembering doubted entities that another process has changed indeed, because it may do so again. */
  #compare(name: string, entities: readonly object[]): void {
    const collection = this.#collections[name];
    if (collection?.memory === undefined || this.#doubted.size === 0) return;
    const { stateOf } = collection.memory;
    for (const entity of entities) {
      const place = placeOf(name, collection.key(entity));
      const doubted = this.#doubted.get(place);
      if (doubted === undefined || isSameState(stateOf(doubted), stateOf(entity))) continue;
      const batches = Math.min(LONGEST_PAUSE, (this.#pauses.get(place)?.batches ?? LEAST_PAUSE / 2) * 2);
      this.#pauses.set(place, { batches, until: this.#batches + batches });
    }
  }

  #keep(name: string, world: LoadedWorld<C>): void {
    const [kept, memory] = [this.#kept.get(name), this.#collections[name]?.memory];
    if (kept === undefined || memory === undefined) return;
    for (const [key, after] of world.outcome(name)) {
      if ((this.#pauses.get(placeOf(name, key))?.until ?? 0) <= this.#batches) kept.set(key, after, memory.bytesOf(after));
    }
  }
}

const placeOf = (name: string, key: string): string => `${name} ${key}`;

export function isSameState(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((value, at) => value === b[at]);
}

/** The part of a `SqlCollection` that the memory needs. */
export interface Remembered<Entity> {
  key(entity: Entity): string;
  /** If present, settled entities are remembered, and not read again by the next batch that names them. */
  readonly memory?: Guarding<Entity>;
  /** If present, this is a view, read without locks and never written, which is remembered for a moment and trusted. */
  readonly seen?: ViewMemory<Entity & object>;
}

/** Guards remembered entities that others may change as well: a batch that used one commits only if nobody has changed it. */
interface Guarding<Entity> {
  /**
   * Values that distinguish every state that an entity has ever been in. `update` writes only if the previous state is still there; a
   * decision that changes an entity but not its state fails.
   */
  stateOf(entity: Entity): readonly unknown[];
  /** Locks entities, and fails the transaction as `stale` unless each is in this state. */
  hold(entities: readonly Entity[]): readonly Write[];
  /** Approximate size in memory. */
  bytesOf(entity: Entity): number;
}

interface ViewOptions<Entity> {
  /** Milliseconds for which an entity that was read is trusted. */
  readonly ms: number;
  readonly count: number;
  readonly bytes: number;
  /** Approximate size in memory. */
  bytesOf(entity: Entity): number;
  /** Milliseconds of a monotonic clock. */
  now?(): number;
}

interface Seen<Entity> {
  readonly entity: Entity;
  /** When the batch that read or changed it began. */
  readonly at: number;
}

/** One batch's access to the memory. */
export interface ViewRecall<Entity> {
  take(keys: readonly string[]): readonly Entity[];
  committed(outcome: readonly (readonly [key: string, entity: Entity])[], isChanged: boolean): void;
  failed(): void;
}

/**
 * Entities of a view as they were read a moment ago, for decisions that need not know yet what others have changed since. Changes of
 * this process are visible with their commit. The absence of an entity is never remembered.
 */
export class ViewMemory<Entity extends object> {
  readonly #kept: BoundedMap<Seen<Entity>>;
  readonly #options: ViewOptions<Entity>;
  /** Grows with each change: a batch in flight at that moment leaves nothing here. */
  #overtaken = 0;

  constructor(options: ViewOptions<Entity>) {
    this.#options = options;
    this.#kept = boundedMap(options);
  }

  /** Also forgets what a batch in flight has read. */
  forgetAll(): void {
    this.#overtaken += 1;
    this.#kept.clear();
  }

  begin(): ViewRecall<Entity> {
    const { ms, bytesOf, now = () => performance.now() } = this.#options;
    const at = now();
    const overtaken = this.#overtaken;
    const named: string[] = [];
    const taken = new Map<Entity, Seen<Entity>>();
    return {
      take: (keys) => {
        named.push(...keys);
        return keys.flatMap((key) => {
          const seen = this.#kept.get(key);
          if (seen === undefined || at - seen.at > ms) return [];
          taken.set(seen.entity, seen);
          return [seen.entity];
        });
      },
      committed: (outcome, isChanged) => {
        // Another batch of this process has changed some, or all were forgotten: it is unknown whether they were read before or after that.
        const isOvertaken = this.#overtaken !== overtaken;
        if (isChanged) this.#overtaken += 1;
        for (const key of [...named, ...outcome.map(([put]) => put)]) this.#kept.delete(key);
        if (isOvertaken) return;
        for (const [key, entity] of outcome) this.#kept.set(key, taken.get(entity) ?? { entity, at }, bytesOf(entity));
      },
      failed: () => this.forgetAll(),
    };
  }
}

interface Limits {
  readonly count: number;
  readonly bytes: number;
}

interface BoundedMap<Value> {
  get(key: string): Value | undefined;
  /** `bytes`: its approximate size */
  set(key: string, value: Value, bytes: number): void;
  delete(key: string): void;
  clear(): void;
}

interface Sized<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/** A map that is always within both limits. The oldest entries are dropped first, in halves: see `recentMap` for why not one by one. */
export function boundedMap<Value>({ count, bytes: most }: Limits): BoundedMap<Value> {
  let recent = new Map<string, Sized<Value>>();
  let earlier = new Map<string, Sized<Value>>();
  let recentBytes = 0;

  function remove(key: string): void {
    recentBytes -= recent.get(key)?.bytes ?? 0;
    recent.delete(key);
    earlier.delete(key);
  }

  return {
    get: (key) => (recent.get(key) ?? earlier.get(key))?.value,
    set(key, value, bytes) {
      remove(key);
      if (bytes > most / 2) return;
      if (recent.size >= count / 2 || recentBytes + bytes > most / 2) {
        earlier = recent;
        recent = new Map();
        recentBytes = 0;
      }
      recent.set(key, { value, bytes });
      recentBytes += bytes;
    },
    delete: remove,
    clear() {
      recent = new Map();
      earlier = new Map();
      recentBytes = 0;
    },
  };
}
