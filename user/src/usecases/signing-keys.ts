import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { KEY_RING, type KeyRing, rotated, type SigningKey } from '../domain/stored-keys.ts';
import { ADMINS, isAdmin } from '../domain/roles.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface Rotation {
  readonly key: SigningKey;
  /** the admin who asks */
  readonly actor: string;
}

type RotationAnswer =
  | { readonly kind: 'rotated'; readonly ring: KeyRing }
  /** There is a next key already, or tokens of the last one are still valid. */
  | { readonly kind: 'not-over' }
  /** the actor's token still says admin, the store does not */
  | { readonly kind: 'not-admin' };

/** Adds the next key to the ring. */
export const rotateSigningKey: UseCase<UserCollections, Rotation, RotationAnswer> = {
  name: 'rotate signing key',
  keys: () => ({ keyRings: [KEY_RING], adminLists: [ADMINS] }),
  decide({ key, actor }, world, { now }) {
    if (!isAdmin(world.get('adminLists', ADMINS), actor)) return { answer: { kind: 'not-admin' } };
    const kept = world.get('keyRings', KEY_RING);
    const ring = kept && rotated(kept, key, now);
    return ring === undefined ? { answer: { kind: 'not-over' } } : { answer: { kind: 'rotated', ring }, puts: { keyRings: [ring] } };
  },
};
