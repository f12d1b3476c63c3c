import type { Role } from '@souk/contracts/roles';

/** A person's profile. What proves who somebody is lies apart, in the credential. Times are epoch milliseconds. */
export interface User {
  readonly id: string;
  /** normalised; unique over all users */
  readonly email: string;
  readonly name: string;
  /** A link that was sent to the address has been used. */
  readonly emailConfirmed: boolean;
  /** never empty: everybody is a customer */
  readonly roles: readonly Role[];
  /** null: the account works */
  readonly disabled: Disabled | null;
  /** Counts the changes: 1 when registered, and one entry of the history for each. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Disabled {
  readonly at: number;
  /** an admin's words */
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

/** Asking for what is there already makes no version: the same user comes back. */
export function renamed(user: User, name: string, now: number): User {
  return name === user.name ? user : changed(user, { name }, now);
}

export function changed(user: User, changes: Partial<Pick<User, 'name' | 'roles' | 'email' | 'emailConfirmed' | 'disabled'>>, now: number): User {
  return { ...user, ...changes, version: user.version + 1, updatedAt: Math.max(now, user.updatedAt) };
}
