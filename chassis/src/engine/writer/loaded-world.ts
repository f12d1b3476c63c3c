import type { Collections, Entities, Keys, World } from './use-case.ts';

/** An update carries the entity before and after, so that an adapter can write only the rows that differ. */
export interface EntityChanges<C> {
  readonly inserts: Entities<C>;
  readonly updates: { readonly [N in keyof C]?: readonly { readonly before: C[N]; readonly after: C[N] }[] };
  readonly removes: { readonly [N in keyof C]?: readonly C[N][] };
}

interface Slot {
  /** as loaded; undefined when it did not exist */
  readonly before: object | undefined;
  after: object | undefined;
  /** It was remembered from an earlier batch and has not been read again. */
  readonly remembered?: boolean;
}

/** The entities of one batch: as loaded, as changed by the decisions, and the difference at the end. */
export class LoadedWorld<C extends Collections> implements World<C> {
  readonly #slots = new Map<string, Map<string, Slot>>();

  constructor(readonly keyOf: <N extends keyof C & string>(collection: N, entity: C[N]) => string) {}

  get<N extends keyof C & string>(collection: N, key: string): C[N] | undefined {
    const slot = this.#slots.get(collection)?.get(key);
    if (slot === undefined) throw new Error(`${collection} ${key} was not among the keys of this use case`);
    return slot.after as C[N] | undefined;
  }

  /** The keys that are not loaded yet. */
  missing(keys: Keys<C>): Keys<C> {
    const result: { [N in keyof C]?: readonly string[] } = {};
    for (const collection in keys) {
      const slots = this.#slots.get(collection);
      const wanted = (keys[collection] ?? []).filter((key) => slots?.has(key) !== true);
      if (wanted.length > 0) result[collection] = wanted;
    }
    return result;
  }

  /** Adds loaded entities; a key without an entity is noted as absent. */
  loaded<N extends keyof C & string>(collection: N, keys: readonly string[], entities: readonly C[N][]): void {
    const slots = this.#slotsOf(collection);
    for (const key of keys) slots.set(key, { before: undefined, after: undefined });
    for (const entity of entities) slots.set(this.keyOf(collection, entity), { before: entity, after: entity });
  }

  /** Adds the entities that an earlier batch left, without reading them. */
  recalled<N extends keyof C & string>(collection: N, entities: readonly C[N][]): void {
    const slots = this.#slotsOf(collection);
    for (const entity of entities) slots.set(this.keyOf(collection, entity), { before: entity, after: entity, remembered: true });
  }

  /** Remembered entities that have no new state to write; a decision may have relied on them all the same. */
  unwritten<N extends keyof C & string>(collection: N): readonly C[N][] {
    const slots = [...(this.#slots.get(collection)?.values() ?? [])];
    const found = slots.filter(({ remembered, before, after }) => remembered === true && (after === before || after === undefined));
    return found.map(({ before }) => before as C[N]);
  }

  /** Entities that exist after this batch, by key. */
  outcome(collection: keyof C & string): readonly (readonly [string, object])[] {
    const slots = [...(this.#slots.get(collection) ?? [])];
    return slots.flatMap(([key, { after }]) => (after === undefined ? [] : [[key, after] as const]));
  }

  /** True when this batch has added, changed or removed any of these. */
  isChanged(collection: keyof C & string): boolean {
    return [...(this.#slots.get(collection)?.values() ?? [])].some(({ before, after }) => before !== after);
  }

  /** Applies all of a decision or, when it throws, nothing of it. */
  apply(puts: Entities<C> | undefined, removes: Keys<C> | undefined): void {
    const removed = this.#loadedSlots(removes ?? {});
    for (const collection in puts) {
      for (const entity of puts[collection] ?? []) this.#put(collection, entity);
    }
    for (const slot of removed) slot.after = undefined;
  }

  changes(): EntityChanges<C> {
    const inserts: { [N in keyof C]?: C[N][] } = {};
    const updates: { [N in keyof C]?: { before: C[N]; after: C[N] }[] } = {};
    const removes: { [N in keyof C]?: C[N][] } = {};
    for (const [name, slots] of this.#slots) {
      const collection: keyof C = name;
      for (const slot of slots.values()) {
        if (slot.before === slot.after) continue;
        const before = slot.before as C[typeof collection] | undefined;
        const after = slot.after as C[typeof collection] | undefined;
        if (after === undefined) (removes[collection] ??= []).push(before as C[typeof collection]);
        else if (before === undefined) (inserts[collection] ??= []).push(after);
        else (updates[collection] ??= []).push({ before, after });
      }
    }
    return { inserts, updates, removes };
  }

  #put<N extends keyof C & string>(collection: N, entity: C[N]): void {
    const slots = this.#slotsOf(collection);
    const key = this.keyOf(collection, entity);
    const slot = slots.get(key);
    // Never loaded: append-only entities (ledger rows) are put without being looked up.
    if (slot === undefined) slots.set(key, { before: undefined, after: entity });
    else slot.after = entity;
  }

  #loadedSlots(keys: Keys<C>): Slot[] {
    const slots: Slot[] = [];
    for (const collection in keys) {
      for (const key of keys[collection] ?? []) {
        const slot = this.#slots.get(collection)?.get(key);
        if (slot === undefined) throw new Error(`${collection} ${key} is to be removed and was not among the keys`);
        slots.push(slot);
      }
    }
    return slots;
  }

  #slotsOf(collection: string): Map<string, Slot> {
    let slots = this.#slots.get(collection);
    if (slots === undefined) this.#slots.set(collection, (slots = new Map()));
    return slots;
  }
}
