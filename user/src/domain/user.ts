import type { Role } from '@souk/contracts/roles';

/** A person's profile. What proves who somebody is lies apart, in the credential. Times are epoch milliseconds. */
export interface User {
  readonly id: string;
  /** normalised; unique over all users */
  readonly email: string;
  readonly name: string;
  /** never empty: everybody is a customer */
  readonly roles: readonly Role[];
  /** Counts the changes: 1 when registered, and one entry of the history for each. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly now: number;
}

export function newUser({ id, email, name, roles, now }: NewUser): User {
  return { id, email, name, roles, version: 1, createdAt: now, updatedAt: now };
}

/** Asking for what is there already makes no version: the same user comes back. */
export function renamed(user: User, name: string, now: number): User {
  return name === user.name ? user : changed(user, { name }, now);
}

export function changed(user: User, changes: Pick<User, 'name'> | Pick<User, 'roles'>, now: number): User {
  return { ...user, ...changes, version: user.version + 1, updatedAt: Math.max(now, user.updatedAt) };
}
