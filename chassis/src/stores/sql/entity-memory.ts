import { recentMap } from '../../recent-map.ts';
import { StorageError, type StorageErrorCode } from '../../storage-error.ts';
import type { LoadedWorld } from '../../engine/writer/loaded-world.ts';
import type { Collections } from '../../engine/writer/use-case.ts';
import { boundedMap, type BoundedMap } from './bounded-map.ts';
import type { SqlCollection } from './sql-collection.ts';
import type { ViewMemory } from './view-memory.ts';

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
 * change, which need not read again what it has just written. Nothing here is ever trusted: a batch commits only if each
 * remembered entity is still in the state it was remembered in (`Guarding`), so a wrong memory costs a second try.
 * A batch takes out the entities it uses, and its successful commit puts them back; the absence of an entity is never remembered.
 */
export class EntityMemory<C extends Collections> {
  readonly #collections: Readonly<Record<string, SqlCollection<object>>>;
  readonly #kept: ReadonlyMap<string, BoundedMap<object>>;
  /** Views, which are trusted. */
  readonly #views: ReadonlyMap<string, ViewMemory<object>>;
  /** By collection and key: entities that several processes change in turn, which are read as if there were no memory. */
  readonly #pauses = recentMap<Pause>(PAUSES_KEPT);
  /** Remembered entities of the last try, some of which another process has changed; empty unless that try was stale. */
  #doubted: ReadonlyMap<string, object> = new Map();
  #batches = 0;

  constructor(collections: Readonly<Record<string, SqlCollection<object>>>, limits: typeof LIMITS = LIMITS) {
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
        const isBatchs = error instanceof StorageError && CONCERNS_THE_BATCH.has(error.code);
        // Otherwise another process may have had the lane, or it is unknown what was committed.
        if (!isBatchs) this.forgetAll();
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
