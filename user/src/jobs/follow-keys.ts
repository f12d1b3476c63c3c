import type { Job } from '@souk/chassis/engine/jobs';
import { keysAt } from '../domain/stored-keys.ts';
import type { UserReads } from '../storage/user-store.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';

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
