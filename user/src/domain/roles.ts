import type { Role } from '@souk/contracts/access-token';
import { changed, type User } from './user.ts';

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
