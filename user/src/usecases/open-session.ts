import type { UseCase } from '@souk/chassis/writer/use-case';
import { withDevice } from '../domain/device.ts';
import { newSession, type TokenHashes } from '../domain/session.ts';
import type { UserCollections } from '../storage/user-store.ts';
import type { SignedIn } from '../tokens/session-tokens.ts';

interface OpenRequest extends TokenHashes {
  readonly sessionId: string;
  readonly userId: string;
  /** the one that the password was found right for */
  readonly passwordHash: string;
  /** by the hash of its token */
  readonly device: string;
  /** the keys of what was tried before, which is forgotten now */
  readonly attempts: readonly string[];
}

/** A session for who knew the password; undefined when it was changed, or the account deleted, meanwhile. */
export const openSession: UseCase<UserCollections, OpenRequest, SignedIn | undefined> = {
  name: 'open session',
  keys: ({ userId, attempts }) => ({ users: [userId], credentials: [userId], attempts }),
  decide({ sessionId, userId, passwordHash, device, attempts, ...hashes }, world, { now }) {
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    if (user === undefined || credential?.passwordHash !== passwordHash) return { answer: undefined };
    const session = newSession({ id: sessionId, userId, epoch: credential.sessionEpoch, device, now, ...hashes });
    const devices = withDevice(credential.devices, device, now);
    const puts = { sessions: [session], ...(devices !== credential.devices && { credentials: [{ ...credential, devices }] }) };
    return { answer: { userId, roles: user.roles, generation: credential.accessGeneration }, puts, removes: { attempts } };
  },
};
