import { boundedMap, type BoundedMap } from './bounded-map.ts';

interface Remembering<Entity> {
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
  readonly #options: Remembering<Entity>;
  /** Grows with each change: a batch in flight at that moment leaves nothing here. */
  #overtaken = 0;

  constructor(options: Remembering<Entity>) {
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
