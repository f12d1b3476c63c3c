import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { KEY_RING, type KeyRing, type SigningKey } from '../domain/stored-keys.ts';
import type { UserCollections } from '../storage/user-store.ts';

/** Stores the key unless there is one already: of several processes that start at once the first wins, and all get its key. */
export const keepSigningKey: UseCase<UserCollections, SigningKey, KeyRing> = {
  name: 'keep signing key',
  keys: () => ({ keyRings: [KEY_RING] }),
  decide(key, world) {
    const kept = world.get('keyRings', KEY_RING);
    if (kept !== undefined) return { answer: kept };
    const ring: KeyRing = { id: KEY_RING, keys: [key] };
    return { answer: ring, puts: { keyRings: [ring] } };
  },
};
