import type { Role } from '@souk/contracts/roles';

/** A user's profile. The proof of identity is kept apart, in the credential. Times are epoch milliseconds. */
export interface User {
  readonly id: string;
  /** normalised; unique over all users */
  readonly email: string;
  readonly name: string;
  /** True when a link that was sent to the address has been used. */
  readonly emailConfirmed: boolean;
  /** never empty: everybody is a customer */
  readonly roles: readonly Role[];
  /** null: the account works */
  readonly disabled: Disabled | null;
  /** Counts the changes: 1 when registered; each version has one entry in the history. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Disabled {
  readonly at: number;
  /** written by an admin */
  readonly reason: string;
}

interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly now: number;
}

export function newUser({ id, email, name, roles, now }: NewUser): User {
  return { id, email, emailConfirmed: false, name, roles, disabled: null, version: 1, createdAt: now, updatedAt: now };
}

/** Renames the user. The present name makes no new version: the same user is returned. */
export function renamed(user: User, name: string, now: number): User {
  return name === user.name ? user : changed(user, { name }, now);
}

export function changed(user: User, changes: Partial<Pick<User, 'name' | 'roles' | 'email' | 'emailConfirmed' | 'disabled'>>, now: number): User {
  return { ...user, ...changes, version: user.version + 1, updatedAt: Math.max(now, user.updatedAt) };
}

/** The owner of an e-mail address. */
export interface EmailClaim {
  /** normalised */
  readonly email: string;
  readonly userId: string;
}

/** A deleted user, remembered until the last data kept of them is erased. */
export interface Departure {
  readonly userId: string;
  /** epoch milliseconds */
  readonly at: number;
}
