import type { UseCase } from '@souk/chassis/writer/use-case';
import { KEY_RING, type KeyRing, rotated, type SigningKey } from '../domain/key-ring.ts';
import type { UserCollections } from '../storage/user-store.ts';

/** Puts a next key into the ring; undefined when there is one already, or tokens of the last one still live. */
export const rotateSigningKey: UseCase<UserCollections, SigningKey, KeyRing | undefined> = {
  name: 'rotate signing key',
  keys: () => ({ keyRings: [KEY_RING] }),
  decide(key, world, { now }) {
    const kept = world.get('keyRings', KEY_RING);
    const ring = kept && rotated(kept, key, now);
    return ring === undefined ? { answer: undefined } : { answer: ring, puts: { keyRings: [ring] } };
  },
};
