import type { Database } from 'bun:sqlite';

/** The offsets of each group: moved in memory at once, in the database a little later (at-least-once allows that). */
export interface OffsetStore {
  /** The next id the group has to handle; 0 if it has handled nothing yet. */
  next(group: string, partitionId: number): number;
  move(group: string, partitionId: number, nextId: number): void;
  isDirty(): boolean;
  /** Writes the moved offsets within the caller's transaction; the caller calls `stored` after the commit. */
  store(): void;
  stored(): void;
}

interface OffsetRow {
  group_name: string;
  partition_id: number;
  next_id: number;
}

export function openOffsetStore(db: Database): OffsetStore {
  const groups = new Map<string, Map<number, number>>();
  const dirty = new Map<string, Set<number>>();
  const upsert = db.query(
    `insert into offsets (group_name, partition_id, next_id) values (?, ?, ?)
     on conflict (group_name, partition_id) do update set next_id = excluded.next_id`,
  );

  const offsetsOf = (group: string): Map<number, number> => {
    const known = groups.get(group) ?? new Map<number, number>();
    groups.set(group, known);
    return known;
  };

  for (const row of db.query<OffsetRow, []>('select group_name, partition_id, next_id from offsets').all()) {
    offsetsOf(row.group_name).set(row.partition_id, row.next_id);
  }

  return {
    next: (group, partitionId) => groups.get(group)?.get(partitionId) ?? 0,
    move: (group, partitionId, nextId) => {
      offsetsOf(group).set(partitionId, nextId);
      const moved = dirty.get(group);
      if (moved === undefined) dirty.set(group, new Set([partitionId]));
      else moved.add(partitionId);
    },
    isDirty: () => dirty.size > 0,
    store: () => {
      for (const [group, moved] of dirty) {
        const offsets = offsetsOf(group);
        for (const partitionId of moved) upsert.run(group, partitionId, offsets.get(partitionId) ?? 0);
      }
    },
    stored: () => dirty.clear(),
  };
}
