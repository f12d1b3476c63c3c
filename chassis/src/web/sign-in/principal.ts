import type { Role } from '@souk/contracts/roles';

/** Who sent the request, as the access token says. */
export interface Principal {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
  /** Grows with every end of the user's access; 0: given by a User that did not count. */
  readonly generation: number;
  /** epoch seconds, of the last code of the second factor in this session; undefined: none came */
  readonly secondFactorAt?: number | undefined;
}

export function hasRole({ roles }: Pick<Principal, 'roles'>, role: Role): boolean {
  return roles.includes(role) || (role === 'staff' && roles.includes('admin'));
}
