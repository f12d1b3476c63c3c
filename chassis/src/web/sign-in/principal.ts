import type { Role } from '@souk/contracts/access-token';

/** The caller, as the access token names them. */
export interface Principal {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
  /** Increases with every end of the user's access; 0: issued by a version of User that did not count. */
  readonly generation: number;
  /** epoch seconds of the last second-factor code in this session; undefined: there was none */
  readonly secondFactorAt?: number | undefined;
}

export function hasRole({ roles }: Pick<Principal, 'roles'>, role: Role): boolean {
  return roles.includes(role) || (role === 'staff' && roles.includes('admin'));
}
