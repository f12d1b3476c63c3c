import type { Job } from '@souk/chassis/engine/jobs';
import type { UserConfig } from '../config.ts';
import { KEY_RING, type KeyRing, keysAt, rotated, type SigningKey } from '../domain/stored-keys.ts';
import { ADMINS, isAdmin } from '../domain/user.ts';
import type { UserCommands, UserReads, UserUseCase } from '../storage/user-store.ts';
import type { AccessTokens, SigningKeys } from '../tokens/access-tokens.ts';
import { named, newSigningKey } from '../tokens/signing-key.ts';

interface FirstKeysDeps {
  readonly config: Pick<UserConfig, 'signingKey'>;
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'keyRing'>;
}

/** The signing keys a process begins with: the configured one, else the stored ones, else a new one, which is stored. */
export async function firstKeys({ config, commands, reads }: FirstKeysDeps): Promise<SigningKeys> {
  if (config.signingKey !== undefined) return [await named(config.signingKey)];
  const ring = (await reads.keyRing()) ?? (await commands.execute(keepSigningKey, await newSigningKey()));
  return keysAt(ring, Date.now());
}

/** Stores the key unless there is one already: of several processes that start at once the first wins, and all get its key. */
export const keepSigningKey: UserUseCase<SigningKey, KeyRing> = {
  name: 'keep signing key',
  keys: () => ({ keyRings: [KEY_RING] }),
  decide(key, world) {
    const kept = world.get('keyRings', KEY_RING);
    if (kept !== undefined) return { answer: kept };
    const ring: KeyRing = { id: KEY_RING, keys: [key] };
    return { answer: ring, puts: { keyRings: [ring] } };
  },
};

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
export const rotateSigningKey: UserUseCase<Rotation, RotationAnswer> = {
  name: 'rotate signing key',
  keys: () => ({ keyRings: [KEY_RING], adminLists: [ADMINS] }),
  decide({ key, actor }, world, { now }) {
    if (!isAdmin(world.get('adminLists', ADMINS), actor)) return { answer: { kind: 'not-admin' } };
    const kept = world.get('keyRings', KEY_RING);
    const ring = kept && rotated(kept, key, now);
    return ring === undefined ? { answer: { kind: 'not-over' } } : { answer: { kind: 'rotated', ring }, puts: { keyRings: [ring] } };
  },
};

interface FollowDeps {
  readonly reads: Pick<UserReads, 'keyRing'>;
  readonly tokens: Pick<AccessTokens, 'use'>;
}

/** Reads the key ring several times within the lead time of a next key: another process may have rotated it. */
export function followKeys({ reads, tokens }: FollowDeps): Job {
  return {
    name: 'follow keys',
    everyMs: 5000,
    async run() {
      const ring = await reads.keyRing();
      if (ring !== undefined) await tokens.use(keysAt(ring, Date.now()));
    },
  };
}
