import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { SEALING_KEY, type SealingKey } from '../domain/stored-keys.ts';
import type { UserCollections } from '../storage/user-store.ts';

/** Stores the key unless there is one already: of several processes that need one at once the first wins, and all get its key. */
export const keepSealingKey: UseCase<UserCollections, string, SealingKey> = {
  name: 'keep sealing key',
  keys: () => ({ sealingKeys: [SEALING_KEY] }),
  decide(key, world) {
    const kept = world.get('sealingKeys', SEALING_KEY);
    if (kept !== undefined) return { answer: kept };
    const made: SealingKey = { id: SEALING_KEY, key };
    return { answer: made, puts: { sealingKeys: [made] } };
  },
};
