import type { Role } from '@souk/contracts/roles';
import { changed, type User } from './user.ts';

/**
 * The admins, as one document: whoever makes or unmakes an admin changes it, so two admins who demote each other in
 * two processes meet here, and one of them is told that there would be nobody left.
 */
export interface AdminList {
  readonly id: typeof ADMINS;
  readonly userIds: readonly string[];
}

/** There is one list. */
export const ADMINS = 'admins';

type RoleChange =
  /** `isLess`: something that was allowed is not any more. */
  | { readonly kind: 'changed'; readonly user: User; readonly admins: AdminList; readonly isLess: boolean }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'last-admin' };

const RANKS: readonly Role[] = ['customer', 'staff', 'admin'];

/** The roles as they are kept: everybody stays customer, each once, in a fixed order. */
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
  // Somebody disabled does nothing as admin, so is none of those of whom one must stay.
  const becomes = roles.includes('admin') && user.disabled === null;
  if (was === becomes) return { kind: 'changed', user: after, admins, isLess };
  if (becomes) return { kind: 'changed', user: after, admins: withAdmin(admins, user.id), isLess };
  const left = withoutAdmin(admins, user.id);
  return left.userIds.length === 0 ? { kind: 'last-admin' } : { kind: 'changed', user: after, admins: left, isLess };
}
