import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { renamed, type User } from '../domain/user.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { userUpdated } from './user-updated.ts';

interface RenameRequest {
  readonly userId: string;
  /** undefined: the name stays */
  readonly name: string | undefined;
  /** Compares the version with the one that the caller means to change: throws when they differ. */
  readonly requireVersion: (version: number) => void;
}

/** Changes a user's own profile; undefined when there is no such user any more. */
export const renameUser: UseCase<UserCollections, RenameRequest, User | undefined> = {
  name: 'rename user',
  keys: ({ userId }) => ({ users: [userId] }),
  decide({ userId, name, requireVersion }, world, { now }) {
    const user = world.get('users', userId);
    if (user === undefined) return { answer: undefined };
    requireVersion(user.version);
    const after = renamed(user, name ?? user.name, now);
    if (after === user) return { answer: user };
    return { answer: after, puts: { users: [after] }, events: [userUpdated(after)] };
  },
};
