import type { Role } from '@souk/contracts/access-token';
import type { Credential } from './credential.ts';
import type { Session } from './session.ts';

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

/**
 * The admins, as one document, which every promotion or demotion of an admin changes. So two admins who demote each
 * other in two processes conflict here, and one of them is told that nobody would be left.
 */
export interface AdminList {
  readonly id: typeof ADMINS;
  readonly userIds: readonly string[];
}

/** Id of the only list. */
export const ADMINS = 'admins';

type RoleChange =
  /** `isLess`: a role was taken away */
  | { readonly kind: 'changed'; readonly user: User; readonly admins: AdminList; readonly isLess: boolean }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'last-admin' };

const RANKS: readonly Role[] = ['customer', 'staff', 'admin'];

/** The roles as stored: always with customer, each once, in a fixed order. */
export function completeRoles(asked: readonly Role[]): readonly Role[] {
  return RANKS.filter((role) => role === 'customer' || asked.includes(role));
}

export function isAdmin(admins: AdminList | undefined, userId: string): boolean {
  return admins?.userIds.includes(userId) === true;
}

export function withAdmin(admins: AdminList | undefined, userId: string): AdminList {
  return { id: ADMINS, userIds: [...(admins?.userIds ?? []), userId] };
}

export function withoutAdmin(admins: AdminList | undefined, userId: string): AdminList {
  return { id: ADMINS, userIds: (admins?.userIds ?? []).filter((id) => id !== userId) };
}

/** Replaces a user's roles; the last admin must stay admin. */
export function replaceRoles(user: User, admins: AdminList, asked: readonly Role[], now: number): RoleChange {
  const roles = completeRoles(asked);
  if (roles.join() === user.roles.join()) return { kind: 'unchanged' };
  const after = changed(user, { roles }, now);
  const isLess = user.roles.some((role) => !roles.includes(role));
  const was = isAdmin(admins, user.id);
  // A disabled user cannot act as admin, so does not count among the admins of whom one must stay.
  const becomes = roles.includes('admin') && user.disabled === null;
  if (was === becomes) return { kind: 'changed', user: after, admins, isLess };
  if (becomes) return { kind: 'changed', user: after, admins: withAdmin(admins, user.id), isLess };
  const left = withoutAdmin(admins, user.id);
  return left.userIds.length === 0 ? { kind: 'last-admin' } : { kind: 'changed', user: after, admins: left, isLess };
}

/** The facts that decide on the roles in a session's token, as of the transaction that decided on the token. */
export interface Standing {
  readonly roles: readonly Role[];
  /** epoch milliseconds of the last code of the present factor in this session; null: none came */
  readonly secondFactorAt: number | null;
  /** True when somebody else has set the password. */
  readonly mustChangePassword: boolean;
}

export interface RolePolicy {
  /** True: nobody is staff or admin without a second factor. */
  readonly staffSecondFactor: boolean;
}

interface RolesGranted {
  readonly roles: readonly Role[];
  /** True when roles of the account are withheld for lack of a code. */
  readonly secondFactorRequired: boolean;
  /** True when roles are withheld until the password is changed. */
  readonly passwordChangeRequired: boolean;
}

export function standingOf({ roles }: User, { secondFactor, mustChange }: Credential, session: Session): Standing {
  const { secondFactorAt: at } = session;
  const isOfThisFactor = at !== null && secondFactor !== null && at >= secondFactor.activeSince;
  return { roles, secondFactorAt: isOfThisFactor ? at : null, mustChangePassword: mustChange };
}

/** The one place where a token gets fewer roles than the account has: services need no settings of their own for that. */
export function rolesGranted({ roles, secondFactorAt, mustChangePassword }: Standing, { staffSecondFactor }: RolePolicy): RolesGranted {
  const isStaff = roles.some((role) => role !== 'customer');
  const secondFactorRequired = staffSecondFactor && isStaff && secondFactorAt === null;
  const passwordChangeRequired = mustChangePassword && isStaff;
  const isWithheld = secondFactorRequired || passwordChangeRequired;
  return { roles: isWithheld ? ['customer'] : roles, secondFactorRequired, passwordChangeRequired };
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
