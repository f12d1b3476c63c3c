import { KEYED_ANSWERS } from '../../../src/engine/writer/answer-key.ts';
import { LoadedWorld } from '../../../src/engine/writer/loaded-world.ts';
import type { Lane, StoredEvent, WriterStore } from '../../../src/engine/writer/writer-store.ts';
import type { TimeSource } from '../../../src/engine/gathering.ts';
import type { Toy } from './toy-use-cases.ts';

export interface MemoryStore extends WriterStore<Toy> {
  /** The number of inputs of each transaction that was begun. */
  readonly begun: { readonly at: number; readonly inputs: readonly string[] }[];
}

/** A store that keeps accounts in memory, and whose transactions take as long as they are told to. */
export function memoryStore(time: TimeSource, transactionMs: number): MemoryStore {
  const accounts = new Map<string, Toy['accounts']>();
  const begun: { at: number; inputs: readonly string[] }[] = [];
  const lane: Lane = { name: 'one', owner: 'test', epoch: 1, lastSeq: 0, publishedSeq: 0, transactions: 0 };
  return {
    begun,
    isShared: false,
    takeLane: async () => ({ ...lane, takenAt: 0 }),
    abandonedLanes: async () => [],
    readLane: async () => undefined,
    readEvents: async () => [],
    readStream: async (): Promise<readonly StoredEvent[]> => [],
    async settle(before, publishedSeq, _leaseMs, { keys, decide }) {
      const at = time.now();
      const ids = keys.accounts ?? [];
      await new Promise<void>((resolve) => void time.after(transactionMs, resolve));
      const world = new LoadedWorld<Toy>((_, entity) => (entity as { id: string }).id);
      world.loaded('accounts', [...new Set(ids)], ids.flatMap((id) => accounts.get(id) ?? []));
      const { events, inserts, updates } = decide(world, 0, before.lastSeq, KEYED_ANSWERS);
      for (const account of [...(inserts.accounts ?? []), ...(updates.accounts ?? []).map(({ after }) => after)]) accounts.set(account.id, account);
      begun.push({ at, inputs: ids });
      return { ...before, publishedSeq, lastSeq: before.lastSeq + events.length, transactions: before.transactions + 1 };
    },
  };
}
