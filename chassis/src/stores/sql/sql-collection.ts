import type { Row, Statement, Write } from './statement.ts';
import type { ViewMemory } from './view-memory.ts';

/** Mapping of one kind of entity to the tables of a SQL store: loads by key, bulk writes. */
export interface SqlCollection<Entity> {
  key(entity: Entity): string;
  /** The statements that load and lock the entities with these keys (sorted, at most a batch's worth). Keys may be refined by the adapter. */
  load(keys: readonly string[]): readonly Statement[];
  /** One result per statement of `load`. */
  read(results: readonly (readonly Row[])[]): readonly Entity[];
  insert(entities: readonly Entity[]): readonly Write[];
  update(changes: readonly { readonly before: Entity; readonly after: Entity }[]): readonly Write[];
  remove(entities: readonly Entity[]): readonly Write[];
  /** If present, settled entities are remembered, and not read again by the next batch that names them. */
  readonly memory?: Guarding<Entity>;
  /** If present, this is a view, read without locks and never written, which is remembered for a moment and trusted. */
  readonly seen?: ViewMemory<Entity & object>;
}

/** Guards remembered entities that others may change as well: a batch that used one commits only if nobody has changed it. */
export interface Guarding<Entity> {
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

/** A collection whose entities are only ever added, and never read by a decision. */
export function appendOnly<Entity>(key: (entity: Entity) => string, insert: SqlCollection<Entity>['insert']): SqlCollection<Entity> {
  const refuse = (): never => {
    throw new Error('an append-only collection is neither loaded nor changed');
  };
  return { key, load: refuse, read: refuse, insert, update: refuse, remove: refuse };
}
